"""Write the secrets that the database needs into Supabase Vault."""

from collections.abc import Mapping

import psycopg


def keep_secrets(dsn: str, secrets: Mapping[str, str]) -> None:
    """Create or update secrets in the Vault by name.

    Args:
        dsn: connection of the role `postgres`.
        secrets: value by name.
    """
    with psycopg.connect(dsn) as connection:
        for name, value in secrets.items():
            row = connection.execute(
                "select id from vault.decrypted_secrets where name = %s", [name]
            ).fetchone()
            if row is None:
                connection.execute("select vault.create_secret(%s, %s)", [value, name])
            else:
                connection.execute(
                    "select vault.update_secret(%s, %s)", [row[0], value]
                )
