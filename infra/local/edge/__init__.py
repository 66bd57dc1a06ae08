"""The API gateway of Supabase: keys become roles, three services share one address."""
