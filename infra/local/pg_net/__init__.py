"""The worker of pg_net: sends the HTTP requests that the database has queued."""
