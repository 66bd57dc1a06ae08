"""The audit: who changed what, in the same transaction, for good, and without names."""

from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from .acting import ANON, OWNER, WORKER, refused
from .personas import PEOPLE, email_of, id_of
from .sampling import sample_calls
from .webhooks import create_webhook

# Tables that administrators do not manage, and why each is not audited.
NOT_AUDITED = {
    "public.assignment_strategies": "migrations alone change it",
    "public.permissions": "migrations alone change it",
    "private.setting_definitions": "migrations alone change it",
    "private.event_types": "migrations alone change it",
    "public.tickets": "its history is ticket_events",
    "public.comments": "its history is ticket_events",
    "public.ticket_followers": "people follow what they like",
    "public.ticket_read_markers": "a person's own reading",
    "public.notification_preferences": "a person's own choice",
    "private.queue_notification_preferences": "a person's own choice",
    "public.notifications": "made by events",
    "public.views": "filters, which grant no right",
    "private.bulk_updates": "its history is its own, and ticket_events",
    "private.bulk_items": "its history is its own, and ticket_events",
    "private.emails": "made by events",
    "private.email_events": "made by events",
    "private.outbox": "made by events",
    "private.reactions": "made by events",
    "private.feed_offset": "how events are ordered",
    "private.webhook_deliveries": "made by events; they are its log",
    "private.webhook_attempts": "made by events; they are its log",
    "private.pending_releases": "work to do",
    "private.idempotency_keys": "requests of the last day",
    "private.command_counts": "requests of the last minutes",
    "private.topic_epochs": "follows from who may listen",
    "private.reply_leases": "who is answering now",
    "private.queue_counts": "counts",
    "private.queue_status_broadcasts": "counts",
    "private.person_merges": "people show into whom they were merged",
    "private.field_values": "follows from tickets",
    "private.field_fills": "work to do",
    "private.audit_entries": "the audit itself",
}
AUDITED = """
select tgrelid::regclass::text, encode(tgargs, 'escape') from pg_trigger
where tgfoid = 'private.record_audit'::regproc and not tgisinternal
"""
TABLES = """
select schemaname || '.' || tablename from pg_tables
where schemaname in ('public', 'private')
"""
HIDDEN = {"name", "email", "url", "description", "secret", "notes", "note", "body"}
MAY_BE_CALLED = {"public.roles", "public.queues"}  # names of the desk's own things


def entries(db, who="admin", **filters):
    return db.items(who, "list_audit", page_size=1000, **filters)


def split(arguments):
    """Return the arguments of a trigger from the catalog's form."""
    return arguments.removesuffix("\\000").split("\\000")


def test_every_table_is_audited_or_says_why_not(db):
    tables = {name for (name,) in db.execute(TABLES)}
    audited = {
        name if "." in name else f"public.{name}" for name, _ in db.execute(AUDITED)
    }

    assert audited | set(NOT_AUDITED) - {"public.ticket_events"} == tables
    assert not audited & set(NOT_AUDITED)


def test_what_is_recorded_are_columns_and_neither_names_nor_secrets(db):
    columns = """
    select attname from pg_attribute where attrelid = %s::regclass and attnum > 0
    """
    for table, arguments in db.execute(AUDITED).fetchall():
        kind, keys, recorded, *noticed = split(arguments)
        known = {name for (name,) in db.execute(columns, table)}
        words = {*keys.split(), *recorded.split(), *" ".join(noticed).split()}

        assert kind, table
        assert words <= known, table
        values = {*keys.split(), *recorded.split()}
        if f"public.{table}" in MAY_BE_CALLED:
            values -= {"name"}
        assert not values & HIDDEN, table


def test_every_setting_is_recorded(db):
    [arguments] = [a for t, a in db.execute(AUDITED) if t == "private.settings"]
    settings = {each["name"] for each in db.items("admin", "get_settings")}

    assert set(split(arguments)[2].split()) == settings


PERSON = str(id_of("stranger"))
SUPPORT = str(id_of("support"))


MEMBER = {"queue_id": SUPPORT, "person_id": PERSON}
TRIAGER = {"role": "triager", "name": "N", "permissions": []}
READING = {"role": "triager", "permission": "people.read"}
URL = "https://hooks.example.com/"


def person_role(db):
    db.call("admin", "grant_role", person=PERSON, role="agent")
    return {"person_id": PERSON, "role": "agent"}


def membership(db):
    person_role(db)
    db.call("admin", "add_queue_member", queue="support", person=PERSON)
    return MEMBER


def former_membership(db):
    membership(db)
    db.call("admin", "remove_queue_member", queue="support", person=PERSON)
    return MEMBER


def role(db):
    db.call("admin", "define_role", **TRIAGER)
    return {"role": "triager"}


def former_role(db):
    role(db)
    db.call("admin", "delete_role", role="triager")
    return {"role": "triager"}


def permission(db):
    db.call("admin", "define_role", **TRIAGER | {"permissions": ["people.read"]})
    return READING


def former_permission(db):
    permission(db)
    db.call("admin", "define_role", **TRIAGER)
    return READING


def queue(db):
    changes = {"strategy": "round_robin", "name": "Help"}
    db.call("admin", "change_queue", queue="support", changes=changes)
    return {"id": SUPPORT}


def settings(db):
    db.call("admin", "change_settings", changes={"email_delay": 60})
    return {}


def status(db):
    changes = {"agent_label": "Opened"}
    db.call("admin", "change_status", status="open", changes=changes)
    return {"status": "open"}


def agent(db):
    changes = {"capacity": 3, "skills": ["tax"]}
    person = str(id_of("agent"))
    db.call("admin", "change_agent", agent=person, changes={"capacity": 4})
    db.call("admin", "change_agent", agent=person, changes=changes)
    return {"person_id": person}


def webhook(db):
    made = db.call("admin", "create_webhook", url=f"{URL}a")
    changes = {"url": f"{URL}b", "include_internal": True, "description": "D"}
    db.call("admin", "change_webhook", webhook=made["id"], changes=changes)
    return {"id": made["id"]}


def webhook_secret(db):
    made = db.call("admin", "create_webhook", url=f"{URL}a")
    db.call("admin", "rotate_webhook_secret", webhook=made["id"])
    return {"id": made["id"]}


def former_webhook(db):
    made = db.call("admin", "create_webhook", url=f"{URL}a")
    db.call("admin", "delete_webhook", webhook=made["id"])
    return {"id": made["id"]}


CREATED, DELETED = ("created", [], None, {}), ("deleted", [], {}, None)
ENTRIES = {
    person_role: ("person_role", *CREATED),
    membership: ("membership", *CREATED),
    former_membership: ("membership", *DELETED),
    role: ("role", "created", [], None, {"name": "N", "built_in": False}),
    former_role: ("role", "deleted", [], {"name": "N", "built_in": False}, None),
    permission: ("permission", *CREATED),
    former_permission: ("permission", *DELETED),
    queue: (
        "queue", "changed", ["name", "strategy"],
        {"name": "Support", "strategy": "manual"},
        {"name": "Help", "strategy": "round_robin"},
    ),
    settings: (
        "settings", "changed", ["email_delay"],
        {"email_delay": "00:00:30"}, {"email_delay": "00:01:00"},
    ),
    status: (
        "status", "changed", ["agent_label"],
        {"agent_label": "Open"}, {"agent_label": "Opened"},
    ),
    agent: (
        "agent", "changed", ["capacity", "skills"], {"capacity": 4}, {"capacity": 3},
    ),
    webhook: (
        "webhook", "changed", ["description", "include_internal", "url"],
        {"include_internal": False}, {"include_internal": True},
    ),
    webhook_secret: ("webhook", "changed", ["old_secret_id", "secret_id"], {}, {}),
    former_webhook: (
        "webhook", "deleted", [],
        {
            "event_types": None, "include_internal": False, "paused_at": None,
            "disabled_at": None, "disabled_reason": None,
        },
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", ENTRIES)
def test_each_kind_says_who_changed_what_from_what_to_what(db, change):
    known = {each["id"] for each in entries(db)}
    kind, action, changed, before, after = ENTRIES[change]

    subject = change(db)

    new = [each for each in entries(db) if each["id"] not in known]
    entry = next(each for each in new if each["kind"] == kind)
    assert entry["subject"] == subject
    assert entry["action"] == action
    assert sorted(entry["changed"]) == changed
    assert (entry["before"], entry["after"]) == (before, after)
    assert {each["actor_id"] for each in new} == {str(id_of("admin"))}
    assert entry["names"][str(id_of("admin"))] == "Admin"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("redact_ticket", {"redacted_text": "broken"}),
        ("redact_comment", {"comment": "1"}),
    ],
)
def test_redactions_are_recorded_without_their_text(db, function, arguments):
    ticket = db.create_ticket()

    db.call("lead", function, ticket=ticket["id"], **arguments)

    [entry] = entries(db, subject=ticket["id"])
    assert (entry["kind"], entry["action"]) == ("redaction", "created")
    assert entry["actor_id"] == str(id_of("lead"))
    assert entry["after"]["number"] == ticket["number"]
    assert set(entry["after"]) == {"type", "number"}


def test_what_changes_nothing_is_not_recorded(db):
    before = len(entries(db))

    db.call("admin", "change_queue", queue="support", changes={"name": "Support"})
    db.call("admin", "grant_role", person=str(id_of("agent")), role="agent")
    db.call("agent", "set_availability", agent="me", availability="away")
    db.assign(db.create_ticket(), "agent")
    with refused("PT403"):
        db.call("agent", "change_settings", changes={"email_delay": 60})

    assert len(entries(db)) - before <= 1  # the row of the agent is new


def test_what_is_rolled_back_leaves_no_trace(connect):
    db = connect()
    before = entries(db)

    with db.connection.transaction(force_rollback=True):
        db.call("admin", "grant_role", person=PERSON, role="agent")
        assert len(entries(db)) == len(before) + 1

    assert entries(db) == before


@pytest.mark.parametrize("who", [OWNER, WORKER, "admin"])
@pytest.mark.parametrize(
    "statement",
    [
        "update private.audit_entries set actor_id = null",
        "update private.audit_entries set before = '{}' where false",
        "delete from private.audit_entries",
        "truncate private.audit_entries",
    ],
)
def test_nobody_changes_the_audit(db, who, statement):
    with refused("PT409" if who == OWNER else "42501"):
        db.read(who, statement)


@pytest.mark.parametrize("who", [WORKER, "admin"])
def test_only_the_trigger_writes_the_audit(db, who):
    for statement in (
        "insert into private.audit_entries (kind, action, subject, subjects, changed)"
        " values ('role', 'created', '{}', '{}', '{}')",
        "select private.record_audit()",
        "select from private.audit_entries",
    ):
        with refused("42501"):
            db.read(who, statement)


def test_no_function_of_the_api_changes_the_audit(db):
    before = entries(db)
    for call in sample_calls(db, "service_role"):
        with db.acting(WORKER) as connection:
            try:
                with connection.transaction():
                    connection.execute(call)
            except Exception:  # noqa: BLE001, S112
                continue

    assert entries(db)[-len(before) :] == before


def test_the_audit_keeps_ids_when_people_are_erased_and_never_has_names(db):
    db.call("admin", "grant_role", person=PERSON, role="agent")
    db.call("admin", "add_queue_member", queue="support", person=PERSON)
    db.call("agent", "create_view", name="V")
    hook = create_webhook(db)
    db.execute("update public.people set name = 'Rosa Renamed' where id = %s", PERSON)
    found = entries(db, subject=PERSON)
    assert [each["changed"] for each in found[:1]] == [["name"]]
    assert found[0]["names"] == {PERSON: "Rosa Renamed"}

    db.execute("delete from public.people where id = %s", PERSON)

    after = entries(db, subject=PERSON)
    assert [each["id"] for each in after[-len(found) :]] == [e["id"] for e in found]
    assert after[0]["action"] == "deleted"
    assert all(PERSON not in each["names"] for each in after)
    stored = str(
        db.execute("select t::text from private.audit_entries as t").fetchall()
    )
    secrets = db.execute(
        "select decrypted_secret, id::text from vault.decrypted_secrets"
    )
    for text in (
        "Rosa", "Stranger", email_of("stranger"), hook["url"], hook["secret"],
        *(value for row in secrets for value in row), *ORGANIZATIONS,
    ):  # fmt: skip
        assert text not in stored


ORGANIZATIONS = ("Sharing", "Silent")


def test_the_audit_is_found_by_actor_and_subject_in_pages(db):
    for role in ("agent", "lead"):
        db.call("admin", "grant_role", person=PERSON, role=role)
    db.call("lead", "add_queue_member", queue="support", person=PERSON)

    by_admin = entries(db, actor=id_of("admin"))
    assert [each["subject"]["role"] for each in by_admin] == ["lead", "agent"]
    [by_lead] = entries(db, actor=id_of("lead"), subject=SUPPORT)
    assert by_lead["names"] == {
        str(id_of("lead")): "Lead", PERSON: "Stranger", SUPPORT: "Support",
    }  # fmt: skip
    assert [each["kind"] for each in entries(db, subject=PERSON)][:3] == [
        "membership", "person_role", "person_role",
    ]  # fmt: skip
    kinds = {each["kind"] for each in entries(db, subject="person_role")}
    assert kinds == {"person_role"}
    assert entries(db, subject="nothing") == []

    listed, after = [], None
    while True:
        page = db.call("admin", "list_audit", page_size=3, **after or {})
        listed += page["items"]
        if page["next"] is None:
            break
        assert len(page["items"]) == 3
        after = {"after": Jsonb(page["next"])}
    assert listed == entries(db)


def test_the_system_is_no_actor_and_requests_are_correlated(db):
    db.execute("update public.queues set name = 'Other' where key = 'support'")
    assert entries(db)[0]["actor_id"] is None
    assert entries(db)[0]["correlation_id"] is None

    db.execute("select set_config('request.headers', '{}', true)")
    db.call("admin", "grant_role", person=PERSON, role="agent")
    assert entries(db)[0]["correlation_id"]


@pytest.mark.parametrize("who", sorted(set(PEOPLE) - {"admin"}))
def test_the_audit_is_for_those_with_the_permission(db, who):
    with refused("PT403", "denied"):
        entries(db, who)


def test_strangers_read_no_audit(db):
    with refused("42501"):
        entries(db, ANON)
    assert entries(db, actor=uuid4()) == []
