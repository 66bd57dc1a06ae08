"""Files of comments: who sees them where, what becomes of them, and what is removed."""

import json

import psycopg
import pytest
from psycopg.types.json import Jsonb

from .acting import ANON, WORKER
from .files import (
    INSERT,
    announce,
    attached,
    check,
    listed,
    may_download,
    may_insert,
    may_upload,
    put,
    upload,
)
from .personas import PEOPLE
from .webhooks import create_deliveries, create_webhook

pytestmark = pytest.mark.slow
EVERYBODY = (*PEOPLE, ANON)
READERS = {"customer", "colleague", "agent", "neighbour", "lead", "admin"}
NOTE_READERS = {"agent", "neighbour", "lead", "admin"}
REMOVALS = "select array_agg(object_name) from private.file_removals"


def state_of(db, file):
    query = "select state::text, problem from public.attachments where id = %s"
    return db.execute(query, file["id"]).fetchone()


def refusal_of(db, who, function, **arguments):
    """Return the code and the slug with which a call is refused, or `ok`."""
    try:
        with db.connection.transaction():
            db.call(who, function, **arguments)
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary
    return "ok"


def seen_by(db, ticket, file):
    """Return who sees a file: by its route, in our table, and in the bucket."""
    by_route = {
        who
        for who in EVERYBODY
        if refusal_of(
            db, who, "get_attachment", ticket=ticket["id"], attachment=file["id"]
        )
        == "ok"
    }
    query = "select id::text from public.attachments where id = %s"
    in_table = {who for who in PEOPLE if db.read(who, query, file["id"])}
    in_bucket = {who for who in EVERYBODY if may_download(db, who, file)}
    return by_route, in_table, in_bucket


# Who sees what ----------------------------------------------------------------


def test_before_its_comment_a_file_is_its_uploaders_alone(db):
    ticket = db.create_ticket()

    file = check(db, upload(db, announce(db, ticket, "agent")))

    assert seen_by(db, ticket, file) == ({"agent"}, {"agent"}, {"agent"})


@pytest.mark.parametrize(
    ("who", "visibility", "readers"),
    [("customer", "public", READERS), ("agent", "internal", NOTE_READERS)],
)
def test_a_file_is_seen_by_whoever_reads_its_comment(db, who, visibility, readers):
    ticket = db.create_ticket()

    file = attached(db, ticket, who, visibility=visibility)

    assert seen_by(db, ticket, file) == (readers, readers, readers)
    other = db.create_ticket("stranger")
    assert refusal_of(
        db, "stranger", "get_attachment", ticket=other["id"], attachment=file["id"]
    ) == ("PT404", "not-found")


def test_an_agent_without_notes_sees_no_file_of_a_note(db):
    ticket = db.create_ticket()
    file = attached(db, ticket, "agent", visibility="internal")
    db.execute("delete from public.role_permissions where permission = 'tickets.note'")

    assert seen_by(db, ticket, file) == (set(), set(), set())


def test_who_has_uploaded_and_sees_the_ticket_no_more_sees_no_file(db):
    ticket = db.create_ticket()
    file = check(db, upload(db, announce(db, ticket, "agent")))
    db.execute("delete from public.queue_members")

    assert seen_by(db, ticket, file) == (set(), set(), set())


@pytest.mark.parametrize("state", ["announced", "checking", "refused", "redacted"])
def test_only_a_file_that_has_passed_is_given_out(db, state):
    ticket = db.create_ticket()
    file = announce(db, ticket)
    if state != "announced":
        upload(db, file)
        if state == "redacted":
            check(db, file)
            where = {"ticket": ticket["id"], "attachment": file["id"]}
            db.comment("customer", ticket, attachments=[file["id"]])
            db.call("lead", "redact_attachment", **where)
        elif state == "refused":
            check(db, file, "virus")
    else:
        db.execute("alter table storage.objects disable trigger receive_upload")
        upload(db, file)
    assert state_of(db, file)[0] == state

    assert not any(may_download(db, who, file) for who in EVERYBODY)


def test_nobody_lists_the_bucket(db):
    attached(db, db.create_ticket())

    for operation in ("storage.object.list", "storage.object.list_v2"):
        assert not any(listed(db, who, operation) for who in EVERYBODY)


def test_only_who_announced_a_file_may_upload_it_and_only_once(db):
    ticket = db.create_ticket()
    file = announce(db, ticket)
    name = file["object_name"]

    assert {who for who in PEOPLE if may_upload(db, who, name)} == {"customer"}
    assert not may_upload(db, "customer", f"{ticket['id']}/{ticket['id']}")
    assert not may_insert(db, "customer", "storage.object.upload", name)

    upload(db, file)
    assert not may_upload(db, "customer", name)


def test_nobody_but_storage_changes_or_removes_objects(db):
    file = attached(db, db.create_ticket())

    for who in ("customer", "agent", "admin"):
        with db.acting(who) as connection:
            connection.execute(
                "select set_config('storage.allow_delete_query', 'true', true)"
            )
            for statement in (
                "update storage.objects set name = 'x'",
                "delete from storage.objects",
            ):
                assert connection.execute(statement).rowcount == 0
    assert may_download(db, "customer", file)


# What becomes of a file -------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "state", "problem"),
    [
        ({}, "checking", None),
        ({"mimetype": "application/octet-stream"}, "checking", None),
        ({"mimetype": "text/plain; charset=utf-8"}, "checking", None),
        ({"mimetype": "text/html"}, "refused", "wrong-type"),
        ({"mimetype": "image/svg+xml"}, "refused", "wrong-type"),
        ({"size": 4}, "refused", "wrong-size"),
        ({"size": 26_214_401}, "refused", "too-large"),
    ],
)
def test_an_upload_is_compared_with_what_was_announced(db, metadata, state, problem):
    file = upload(db, announce(db, db.create_ticket()), **metadata)

    assert state_of(db, file) == (state, problem)
    assert (db.scalar(REMOVALS) is not None) == (state == "refused")


def test_asking_whether_an_upload_is_allowed_is_no_upload(db):
    file = announce(db, db.create_ticket())
    told = Jsonb({"mimetype": "text/plain", "contentLength": 5})

    with db.acting(WORKER) as connection:
        connection.execute(INSERT, [file["object_name"], None, told])

    assert state_of(db, file) == ("announced", None)
    assert "file_checks" not in db.rows(WORKER, "due_jobs")


def test_an_upload_that_the_trigger_missed_is_checked_all_the_same(db):
    file = announce(db, db.create_ticket())
    db.execute("alter table storage.objects disable trigger receive_upload")
    upload(db, file)
    assert "file_checks" in db.rows(WORKER, "due_jobs")

    [claimed] = db.call(WORKER, "claim_file_checks")

    assert claimed["id"] == file["id"]
    assert "file_checks" not in db.rows(WORKER, "due_jobs")


def test_an_upload_goes_on_when_its_trigger_cannot(db):
    file = announce(db, db.create_ticket())
    db.execute(
        "create or replace function private.take_upload(object_name text, metadata"
        " jsonb) returns void language plpgsql as $$ begin raise 'no'; end $$"
    )

    upload(db, file)

    assert state_of(db, file) == ("announced", None)
    assert db.scalar("select count(*) from storage.objects") == 1


def test_what_nobody_announced_is_removed(db):
    put(db, "nobody/asked", {"size": 5, "content_type": "text/plain"})

    assert db.call(WORKER, "sweep_files") == ["nobody/asked"]


def test_two_workers_never_check_the_same_file(connect):
    one, other = connect(), connect()
    ticket = one.create_ticket()
    for _ in range(2):
        upload(one, announce(one, ticket))

    with one.connection.transaction():
        [first] = one.call(WORKER, "claim_file_checks", max_items=1)
        seconds = other.call(WORKER, "claim_file_checks", max_items=2)

    assert len({first["id"], *(each["id"] for each in seconds)}) == 2


def test_a_late_result_changes_nothing(db):
    file = check(db, upload(db, announce(db, db.create_ticket())))

    check(db, file, "virus")

    assert state_of(db, file) == ("ready", None)


# Files in comments ------------------------------------------------------------


def test_a_comment_shows_its_files_in_order_and_so_does_its_event(db):
    ticket = db.create_ticket()
    files = [
        check(db, upload(db, announce(db, ticket, name=name))) for name in ("b", "a")
    ]

    ids = [file["id"] for file in files]
    comment = db.comment("customer", ticket, attachments=ids)

    [_, shown] = db.items("agent", "list_comments", ticket=ticket["id"])
    assert shown["attachments"] == comment["attachments"]
    assert [(f["name"], f["state"]) for f in shown["attachments"]] == [
        ("b", "ready"),
        ("a", "ready"),
    ]
    [told] = [e for e in db.events(ticket) if e["type"] == "TICKET_COMMENTED"]
    assert [file["id"] for file in told["after"]["attachments"]] == ids
    assert [file["name"] for file in told["after"]["attachments"]] == ["b", "a"]


def test_a_file_hangs_on_one_comment_and_is_its_uploaders(db):
    ticket, other = db.create_ticket(), db.create_ticket()
    mine, used = (upload(db, announce(db, ticket)) for _ in range(2))
    db.comment("customer", ticket, attachments=[used["id"]])
    absent = announce(db, ticket)
    refused = check(db, upload(db, announce(db, ticket)), "virus")

    def answer(ids, who="customer", on=ticket):
        given = {"ticket": on["id"], "body": "So.", "attachments": ids}
        return refusal_of(db, who, "add_comment", **given)

    none = ("PT422", "no-such-attachment")
    assert answer([used["id"]]) == none
    assert answer([mine["id"]], "agent") == none
    assert answer([mine["id"]], on=other) == none
    assert answer([mine["id"], mine["id"]]) == ("PT422", "invalid")
    assert answer([absent["id"]]) == ("PT409", "not-uploaded")
    assert answer([refused["id"]]) == ("PT422", "file-refused")
    db.execute("update private.settings set files_per_comment = 1")
    second = upload(db, announce(db, ticket))
    assert answer([mine["id"], second["id"]]) == ("PT422", "invalid")
    assert answer([mine["id"]]) == "ok"


def test_of_two_comments_at_once_one_gets_the_file(connect):
    one, other = connect(), connect()
    ticket = one.create_ticket()
    file = upload(one, announce(one, ticket))
    given = {"ticket": ticket["id"], "body": "So.", "attachments": [file["id"]]}

    with one.blocking(refusal_of, other, "customer", "add_comment", **given) as late:
        one.call("customer", "add_comment", **given)

    assert late.result() == ("PT422", "no-such-attachment")


def test_a_reply_to_a_closed_ticket_takes_its_files_along(db):
    ticket = db.create_ticket_in("closed")
    file = check(db, upload(db, announce(db, ticket)))

    reply = db.comment("customer", ticket, attachments=[file["id"]])

    where = {"ticket": reply["ticket_id"], "attachment": file["id"]}
    assert reply["follow_up_of"] == ticket["id"]
    assert db.call("agent", "get_attachment", **where)["state"] == "ready"
    assert may_download(db, "agent", file)


# Limits -----------------------------------------------------------------------


def test_files_of_a_person_are_limited_in_size_and_a_day(db):
    ticket = db.create_ticket()
    db.execute("update private.settings set file_bytes = 10, file_bytes_per_day = 12")
    announce(db, ticket)
    file = {"ticket": ticket["id"], "name": "a", "content_type": "text/plain"}

    large = refusal_of(db, "customer", "attach_file", size=11, **file)
    many = refusal_of(db, "customer", "attach_file", size=8, **file)

    assert large == ("PT422", "file-too-large")
    assert many == ("PT429", "too-many-bytes")
    assert refusal_of(db, "agent", "attach_file", size=8, **file) == "ok"
    assert db.scalar("select file_size_limit from storage.buckets") == 10
    db.execute("update public.attachments set created_at = now() - interval '25 hours'")
    assert refusal_of(db, "customer", "attach_file", size=8, **file) == "ok"


def test_two_files_at_once_do_not_pass_the_limit_of_a_day(connect):
    one, other = connect(), connect()
    ticket = one.create_ticket()
    one.execute("update private.settings set file_bytes_per_day = 8")
    file = {"ticket": ticket["id"], "name": "a", "content_type": "a/b", "size": 5}

    with one.blocking(refusal_of, other, "customer", "attach_file", **file) as late:
        one.call("customer", "attach_file", **file)

    assert late.result() == ("PT429", "too-many-bytes")


# What is removed --------------------------------------------------------------


def test_what_nobody_uses_is_swept_and_nothing_else(db):
    ticket = db.create_ticket()
    kept = attached(db, ticket)
    stale = announce(db, ticket)
    unused = check(db, upload(db, announce(db, ticket)))
    db.execute("update public.attachments set created_at = now() - interval '2 days'")
    fresh = upload(db, announce(db, ticket))
    assert "unused_files" in db.rows(WORKER, "due_jobs")

    names = db.call(WORKER, "sweep_files")

    assert set(names) == {stale["object_name"], unused["object_name"]}
    assert db.call(WORKER, "sweep_files") == names  # until they are gone
    db.call(WORKER, "files_removed", object_names=names)
    assert db.call(WORKER, "sweep_files") == []
    assert "unused_files" not in db.rows(WORKER, "due_jobs")
    assert state_of(db, kept) == ("ready", None)
    assert state_of(db, fresh) == ("checking", None)


def test_files_of_a_deleted_ticket_are_removed(db):
    ticket = db.create_ticket()
    file = attached(db, ticket)

    db.execute("delete from public.tickets where id = %s", ticket["id"])

    assert db.call(WORKER, "sweep_files") == [file["object_name"]]


# Redaction --------------------------------------------------------------------


def everything_kept(db):
    """Return every row that may hold a name, as text."""
    tables = (
        "public.attachments", "public.comments", "public.ticket_events",
        "private.webhook_deliveries", "private.webhook_attempts",
        "private.idempotency_keys", "realtime.messages", "private.file_removals",
        "public.notifications",
        "storage.objects", "net.http_request_queue", "private.audit_entries",
    )  # fmt: skip
    return "\n".join(
        str(db.execute(f"select to_jsonb(t)::text from {table} as t").fetchall())  # noqa: S608
        for table in tables
    )


@pytest.fixture
def told(db):
    """A note with two files, of which a receiver has been told, who answered."""
    create_webhook(db)
    ticket = db.create_ticket()
    files = [
        check(db, upload(db, announce(db, ticket, "agent", name=name,
                                      idempotency_key=f"{len(name)}")))
        for name in ("Hugo Salas, diagnosis.txt", "other.txt")
    ]  # fmt: skip
    ids = [file["id"] for file in files]
    comment = db.comment("agent", ticket, "See.", visibility="internal",
                         attachments=ids, idempotency_key="c")  # fmt: skip
    for event in db.events(ticket):
        create_deliveries(db, event)
    db.execute(
        "insert into private.webhook_attempts (delivery_id, attempt, attempted_at,"
        " milliseconds, status, request_headers, response)"
        " select id, 1, now(), 1, 200, '{}', 'Got Hugo Salas, diagnosis.txt'"
        " from private.webhook_deliveries where type = 'TICKET_COMMENTED'"
    )
    assert "Hugo Salas" in everything_kept(db)
    return ticket, comment, files


@pytest.mark.parametrize("way", ["attachment", "comment", "text"])
def test_redaction_reaches_the_name_of_a_file_wherever_it_stands(db, told, way):
    ticket, comment, files = told
    where, first = {"ticket": ticket["id"]}, files[0]["id"]
    ways = {
        "attachment": {"attachment": first},
        "comment": {"comment": comment["id"]},
        "text": {"redacted_text": "Hugo Salas"},
    }
    command = f"redact_{'ticket' if way == 'text' else way}"

    db.call("lead", command, **where, **ways[way])

    kept = everything_kept(db)
    assert "Hugo Salas" not in kept
    assert ("other.txt" in kept) == (way != "comment")
    assert "[redacted]" in str(db.items("agent", "list_comments", **where))
    gone = {"attachment": {files[0]["object_name"]}, "text": set(),
            "comment": {file["object_name"] for file in files}}  # fmt: skip
    assert set(db.call(WORKER, "sweep_files")) == gone[way]
    types = [event["type"] for event in db.events(ticket)]
    assert types.count("TICKET_COMMENT_REDACTED") == (way != "text")


def test_who_reads_no_notes_learns_of_no_file_of_a_note(db):
    ticket = db.create_ticket()
    attached(db, ticket, "agent", visibility="internal")

    for who in ("customer", "colleague"):
        items = db.items(who, "list_comments", ticket=ticket["id"])
        events = db.items(who, "list_ticket_events", ticket=ticket["id"])
        assert "plan.txt" not in json.dumps([items, events])
