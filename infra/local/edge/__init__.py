"""The API gateway of Supabase: keys become roles, four services share one address."""
