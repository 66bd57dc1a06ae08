"""Secrets of webhooks are in the Vault and nowhere else, and go when they are done."""

import pytest
from psycopg import sql

from .desk import refused

pytestmark = pytest.mark.slow
URL = "https://hooks.example.com/autocrm"
PAUSED = {"paused": True}


def webhook(desk, **given):
    return desk.call("admin", "create_webhook", url=URL, **given)


def rotate(desk, made, **given):
    return desk.call("admin", "rotate_webhook_secret", webhook=made["id"], **given)


def vault(desk):
    """What the Vault holds for webhooks."""
    found = desk.run("select decrypted_secret from vault.decrypted_secrets order by 1")
    return [secret for (secret,) in found if secret.startswith("whsec_")]


def texts(desk):
    """Everything that our own tables hold, as text."""
    tables = desk.run(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'private', 'net')"
    ).fetchall()
    for table in tables:
        read = sql.SQL("select t::text from {} as t").format(sql.Identifier(*table))
        yield from (row for (row,) in desk.run(read).fetchall())


def test_no_table_of_ours_holds_a_secret(desk):
    made = webhook(desk, idempotency_key="made")
    rotated = rotate(desk, made, idempotency_key="rotated")

    assert vault(desk) == sorted([made["secret"], rotated["secret"]])
    assert [text for text in texts(desk) if "whsec_" in text] == []


def test_who_asks_again_gets_the_same_secret(desk):
    made = webhook(desk, idempotency_key="made")
    rotated = rotate(desk, made, idempotency_key="rotated")

    assert webhook(desk, idempotency_key="made") == made
    assert rotate(desk, made, idempotency_key="rotated") == rotated
    assert "secret_id" not in made


def test_a_secret_that_was_replaced_twice_is_gone(desk):
    made = webhook(desk, idempotency_key="made")
    second, third = rotate(desk, made), rotate(desk, made)

    assert vault(desk) == sorted([second["secret"], third["secret"]])
    with refused("PT409", "secret-replaced"):
        webhook(desk, idempotency_key="made")


def test_secrets_go_with_their_endpoint(desk):
    made = webhook(desk)
    rotate(desk, made)

    desk.call("admin", "delete_webhook", webhook=made["id"])

    assert vault(desk) == []


def test_an_endpoint_that_changes_keeps_its_secret(desk):
    made = webhook(desk)

    desk.call("admin", "change_webhook", webhook=made["id"], changes=PAUSED)

    assert vault(desk) == [made["secret"]]
