"""A small Supabase Realtime: broadcast, from the database too, and presence.

Private channels check the row policies on `realtime.messages`. Changes of tables
(`postgres_changes`) and replay are not offered.
"""
