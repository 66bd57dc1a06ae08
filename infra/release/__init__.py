"""Deploy, roll back, smoke test and preview, with SAM and the Supabase CLI."""
