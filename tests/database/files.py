"""Files of comments, and what Storage does when one is uploaded."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from .acting import WORKER, ActingConnection
from .personas import user_of

TEXT = b"hello"
INSERT = """
insert into storage.objects (bucket_id, name, owner_id, metadata, version)
values ('attachments', %s, %s, %s, gen_random_uuid())
"""


def announce(
    db: ActingConnection, ticket: Any, who: str = "customer", **file: object
) -> Any:
    """Announce a file of five bytes."""
    given = {"name": "plan.txt", "size": 5, "content_type": "text/plain", **file}
    return db.call(who, "attach_file", ticket=str(ticket["id"]), **given)


def upload(db: ActingConnection, file: Any, **metadata: object) -> Any:
    """Put the bytes of a file into the bucket, as Storage does."""
    put(db, file["object_name"], file, **metadata)
    return file


def put(
    db: ActingConnection, name: str, file: Mapping[str, Any], **metadata: object
) -> None:
    stored = {"size": file["size"], "mimetype": file["content_type"], **metadata}
    with db.acting(WORKER) as connection:
        connection.execute(INSERT, [name, None, Jsonb(stored)])


def check(db: ActingConnection, file: Any, problem: str | None = None) -> Any:
    """Check a file, as the worker does."""
    result = {"sha256": sha256(TEXT).hexdigest(), "problem": problem}
    db.call(WORKER, "record_file_check", attachment=file["id"], **result)
    return file


def attached(
    db: ActingConnection, ticket: Any, who: str = "customer", **comment: object
) -> Any:
    """Return a checked file of a new comment."""
    file = check(db, upload(db, announce(db, ticket, who)))
    db.comment(who, ticket, attachments=[file["id"]], **comment)
    return file


def may_download(db: ActingConnection, who: str, file: Any) -> bool:
    """Ask the policies of Storage whether somebody may have a download signed."""
    name = file["object_name"]
    query = "select name from storage.objects where name = %s"
    return _asking(db, who, "storage.object.sign", query, name) == [name]


def may_upload(db: ActingConnection, who: str, name: str) -> bool:
    """Ask the policies of Storage whether somebody may have an upload signed."""
    return may_insert(db, who, "storage.object.sign_upload_url", name)


def may_insert(db: ActingConnection, who: str, operation: str, name: str) -> bool:
    """Try an insert as Storage does to ask whether it is allowed."""
    told = Jsonb({"mimetype": "text/plain", "contentLength": 0})
    try:
        with db.connection.transaction(force_rollback=True):
            owner = str(user_of(who))
            _asking(db, who, operation, INSERT, name, owner, told, many=False)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def listed(db: ActingConnection, who: str, operation: str) -> list[str]:
    """List the bucket as somebody."""
    return _asking(db, who, operation, "select name from storage.objects")


def _asking(
    db: ActingConnection,
    who: str,
    operation: str,
    query: str,
    *values: object,
    many: bool = True,
) -> list[Any]:
    with db.acting(who) as connection:
        connection.execute(
            "select set_config('storage.operation', %s, true)", [operation]
        )
        cursor = connection.execute(query, values)
        return [row[0] for row in cursor] if many else []
