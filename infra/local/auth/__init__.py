"""A small Supabase Auth: email and password, sessions, and administration of users.

What the product and the official clients in its tests use, in the real service's words;
no second factors, phones, social providers or anonymous users.
"""
