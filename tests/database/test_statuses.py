"""Statuses: labels by who asks and in which language, custom ones, switching off."""

import pytest

from .acting import ANON, refused
from .bulk import run, run_all
from .personas import PEOPLE

STAFF = {"agent", "neighbour", "biller", "lead", "admin"}
GERMAN = {"de": {"agent_label": "Wartet auf Teile", "customer_label": "In Arbeit"}}
DRAFT = {
    "status": "waiting_for_parts",
    "category": "on_hold",
    "agent_label": "Waiting for parts",
    "customer_label": "In progress",
    "labels": GERMAN,
}
CATEGORIES = ["new", "open", "pending", "on_hold", "solved", "closed"]


def create(db, who="admin", **draft):
    return db.call(who, "create_status", **DRAFT | draft)


def change(db, status="waiting_for_parts", who="admin", expected=None, **changes):
    return db.call(
        who, "change_status", status=status, changes=changes, expected_version=expected
    )


def statuses(db, who="admin", *languages):
    items = db.items(who, "list_statuses", languages=list(languages))
    return {each["status"]: each for each in items}


def defaults(db):
    return {
        each["category"]: status
        for status, each in statuses(db).items()
        if each["is_default"]
    }


@pytest.mark.parametrize("who", PEOPLE)
def test_labels_are_those_for_who_asks(db, who):
    create(db)

    shown = statuses(db, who)["waiting_for_parts"]

    assert shown["customer_label"] == "In progress"
    if who in STAFF:
        assert shown["label"] == shown["agent_label"] == "Waiting for parts"
    else:
        assert (shown["label"], shown["agent_label"]) == ("In progress", None)
    assert (shown["labels"] is not None) is (who == "admin")


def test_nobody_else_learns_the_labels_of_agents(db):
    create(db, agent_label="Blame the supplier")

    for who in set(PEOPLE) - STAFF:
        answer = db.call(who, "list_statuses", languages=["en", "de"])
        assert "Blame the supplier" not in str(answer)
        assert "Wartet" not in str(answer)
    with refused("42501"):
        statuses(db, ANON)


@pytest.mark.parametrize(
    ("languages", "label"),
    [
        ((), "Waiting for parts"),
        (("de",), "Wartet auf Teile"),
        (("DE",), "Wartet auf Teile"),
        (("fr", "de"), "Wartet auf Teile"),
        (("en", "de"), "Waiting for parts"),
        (("de-CH", "fr"), "Waiting for parts"),  # the route adds `de` to `de-CH`
        (("fr", None, ""), "Waiting for parts"),
    ],
)
def test_labels_come_in_the_first_language_there_is(db, languages, label):
    create(db)

    assert statuses(db, "agent", *languages)["waiting_for_parts"]["label"] == label


def test_all_labels_can_be_sent_back_as_they_came(db):
    created = create(db)
    english = {"agent_label": "Waiting for parts", "customer_label": "In progress"}
    assert created["labels"] == GERMAN | {"en": english}

    same = change(db, labels=created["labels"])
    renamed = change(db, labels={"en": english | {"agent_label": "Parts"}})

    assert same == created
    assert (renamed["agent_label"], set(renamed["labels"])) == ("Parts", {"en"})


def test_steps_are_those_that_the_database_allows(db):
    steps = db.call("customer", "list_statuses")["steps"]

    for kind, by_category in steps.items():
        assert set(by_category) == set(CATEGORIES)
        for before, allowed in by_category.items():
            if before == "closed":
                assert allowed == []
                continue
            for after in set(CATEGORIES) - {before}:
                ticket = db.create_ticket_in(before, type=kind)
                if after not in ("new",) and ticket["assignee_id"] is None:
                    continue  # assigning opens it
                if after in allowed:
                    db.set_status(ticket, after)
                else:
                    with refused("PT409"):
                        db.set_status(ticket, after)


@pytest.mark.parametrize(
    ("draft", "code", "slug"),
    [
        ({"status": "open"}, "PT409", "key-taken"),
        ({"status": "Open"}, "23514", None),
        ({"status": "a" * 51}, "PT422", "invalid"),
        ({"agent_label": ""}, "23514", None),
        ({"agent_label": "a" * 81}, "23514", None),
        ({"customer_label": "a\nb"}, "23514", None),
        ({"labels": {"de": {"agent_label": "A"}}}, "PT422", "invalid"),
        ({"labels": {"DE": GERMAN["de"]}}, "PT422", "invalid"),
        ({"labels": {"de": GERMAN["de"] | {"x": "y"}}}, "PT422", "invalid"),
        ({"labels": {"de": GERMAN["de"] | {"agent_label": 7}}}, "PT422", "invalid"),
        ({"labels": {"de": GERMAN["de"] | {"agent_label": " "}}}, "PT422", "invalid"),
        ({"labels": {"de": "So"}}, "PT422", "invalid"),
        ({"position": 1001}, "23514", None),
        ({"position": 100_000}, "22003", None),
    ],
)
def test_what_is_no_status_is_refused(db, draft, code, slug):
    before = statuses(db)

    with refused(code, slug):
        create(db, **draft)

    assert statuses(db) == before


def test_adding_one_is_idempotent_and_limited(db):
    once = create(db, idempotency_key="k")

    assert create(db, idempotency_key="k") == once
    with refused("PT422", "idempotency-key-reused"):
        create(db, agent_label="Other", idempotency_key="k")
    for number in range(100 - len(statuses(db))):
        create(db, status=f"custom_{number}")
    with refused("PT409", "too-many"):
        create(db, status="one_too_many")


def test_a_category_has_one_default_which_takes_tickets(db):
    create(db)
    assert defaults(db) == {category: category for category in CATEGORIES}

    for changes in ({"active": False}, {"is_default": False}):
        with refused("PT409", "default-status"):
            change(db, "on_hold", **changes)
    assert change(db, is_default=True)["is_default"]
    assert defaults(db)["on_hold"] == "waiting_for_parts"
    change(db, "on_hold", active=False)
    with refused("PT409", "default-status"):
        change(db, "on_hold", is_default=True)
    change(db, "on_hold", is_default=True, active=True)
    create(db, status="parked", is_default=True)
    assert defaults(db) == {c: c for c in CATEGORIES} | {"on_hold": "parked"}


@pytest.mark.parametrize(
    "statement",
    [
        "update public.ticket_statuses set is_default = false where status = 'open'",
        "delete from public.ticket_statuses where status = 'open'",
    ],
)
def test_no_writer_leaves_a_category_without_default(db, statement):
    with refused("PT409", "default-status"):
        db.execute(statement)
        db.execute("set constraints all immediate")


def test_of_two_who_make_another_status_the_default_one_is(connect):
    db, second = connect(), connect()
    for status in ("first", "second"):
        create(db, status=status)

    with db.blocking(change, second, "second", is_default=True) as late:
        change(db, "first", is_default=True)
    late.result()

    assert defaults(db)["on_hold"] == "second"


def test_new_tickets_get_the_default_status(db):
    create(db, status="received", category="new", is_default=True)
    change(db, "new", active=False)

    ticket = db.create_ticket()

    assert (ticket["status"], ticket["status_category"]) == ("received", "new")


def test_switching_off_strands_nobody(db):
    create(db)
    ticket, *others = (db.create_ticket_in("open") for _ in range(3))
    db.set_status(ticket, "waiting_for_parts")
    change(db, active=False)

    with refused("PT422", "unknown-status") as refusal:
        db.set_status(others[0], "waiting_for_parts")
    assert "waiting_for_parts" not in refusal.value.diag.message_detail
    with refused("PT422", "unknown-status"):
        db.call(
            "agent", "bulk_update", tickets=[others[1]["id"]],
            change={"status": "waiting_for_parts"},
        )  # fmt: skip
    for statement in (
        "update public.tickets set status = 'waiting_for_parts' where id = %s",
        "insert into public.tickets (status, subject, queue_id, requester_id)"
        " select 'waiting_for_parts', 'S', queue_id, requester_id"
        " from public.tickets where id = %s",
    ):
        with refused("PT409" if statement.startswith("insert") else "PT422"):
            db.execute(statement, others[0]["id"])

    # The ticket keeps it through all other changes, and goes on from it.
    db.set_status(ticket, "waiting_for_parts", reason="Customs.")
    db.call("agent", "update_ticket", ticket=ticket["id"], changes={"priority": "low"})
    assert db.reload(ticket)["status"] == "waiting_for_parts"
    [found] = db.list_queue(statuses=["waiting_for_parts"])["items"]
    assert found["id"] == ticket["id"]
    db.set_status(ticket, "open")
    with refused("PT422", "unknown-status"):
        db.set_status(ticket, "waiting_for_parts")
    change(db, active=True)
    db.set_status(ticket, "waiting_for_parts")


def test_an_undo_gives_a_status_back_that_was_switched_off_since(db):
    create(db)
    ticket = db.create_ticket_in("open")
    db.set_status(ticket, "waiting_for_parts")
    job = run(db, [ticket], "agent", status="solved")
    change(db, active=False)

    db.call("agent", "undo_bulk_update", bulk_update=job["id"])
    run_all(db)

    assert db.reload(ticket)["status"] == "waiting_for_parts"


def test_changes_have_versions_and_a_category_stays(db):
    version = create(db)["version"]

    changed = change(db, position=3, expected=version)

    assert (changed["version"], changed["position"]) == (version + 1, 3)
    with refused("PT412", "stale"):
        change(db, position=4, expected=version)
    for changes in ({"category": "open"}, {"version": 1}, {"a": 1}):
        with refused("PT422", "invalid"):
            change(db, **changes)
    with refused("PT404", "not-found"):
        change(db, "unknown")


@pytest.mark.parametrize("who", sorted(set(PEOPLE) - {"admin"}))
def test_administrators_alone_manage_statuses(db, who):
    with refused("PT403", "denied"):
        create(db, who)
    with refused("PT403", "denied"):
        change(db, "open", who, position=1)
