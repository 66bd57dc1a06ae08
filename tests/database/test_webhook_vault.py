"""Secrets of webhooks are in the Vault only, and deleted with their use."""

import pytest

from .acting import refused
from .arrange import table_texts
from .webhooks import create_webhook

pytestmark = pytest.mark.slow
PAUSED = {"paused": True}


def rotate(db, made, **options):
    return db.call("admin", "rotate_webhook_secret", webhook=made["id"], **options)


def stored_secrets(db):
    """What the Vault holds for webhooks."""
    found = db.execute(
        "select decrypted_secret from vault.decrypted_secrets order by 1"
    )
    return [secret for (secret,) in found if secret.startswith("whsec_")]


def test_no_table_holds_a_webhook_secret(db):
    made = create_webhook(db, idempotency_key="made")
    rotated = rotate(db, made, idempotency_key="rotated")

    assert stored_secrets(db) == sorted([made["secret"], rotated["secret"]])
    assert [text for text in table_texts(db) if "whsec_" in text] == []


def test_repeated_requests_get_the_same_secret(db):
    made = create_webhook(db, idempotency_key="made")
    rotated = rotate(db, made, idempotency_key="rotated")

    assert create_webhook(db, idempotency_key="made") == made
    assert rotate(db, made, idempotency_key="rotated") == rotated
    assert "secret_id" not in made


def test_secrets_replaced_twice_are_deleted(db):
    made = create_webhook(db, idempotency_key="made")
    second, third = rotate(db, made), rotate(db, made)

    assert stored_secrets(db) == sorted([second["secret"], third["secret"]])
    with refused("PT409", "secret-replaced"):
        create_webhook(db, idempotency_key="made")


def test_deleting_an_endpoint_deletes_its_secrets(db):
    made = create_webhook(db)
    rotate(db, made)

    db.call("admin", "delete_webhook", webhook=made["id"])

    assert stored_secrets(db) == []


def test_changing_an_endpoint_keeps_its_secret(db):
    made = create_webhook(db)

    db.call("admin", "change_webhook", webhook=made["id"], changes=PAUSED)

    assert stored_secrets(db) == [made["secret"]]
