"""The local Supabase against the official clients and the Supabase CLI."""
