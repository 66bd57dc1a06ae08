"""Secrets that the database itself needs, kept in Supabase Vault."""

from collections.abc import Mapping

import psycopg


def keep_secrets(dsn: str, secrets: Mapping[str, str]) -> None:
    """Put secrets into the Vault by name, new or changed.

    Args:
        dsn: connection of the role `postgres`.
        secrets: value by name.
    """
    with psycopg.connect(dsn) as connection:
        for name, value in secrets.items():
            known = connection.execute(
                "select id from vault.decrypted_secrets where name = %s", [name]
            ).fetchone()
            if known is None:
                connection.execute("select vault.create_secret(%s, %s)", [value, name])
            else:
                connection.execute(
                    "select vault.update_secret(%s, %s)", [known[0], value]
                )
