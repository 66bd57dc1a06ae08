"""Who defines custom fields, who sees and sets them, and when they are required."""

import json

import pytest

from .acting import refused
from .arrange import broadcasts, define_field, revoke_permission
from .bulk import item_results, items, run, run_undo

STAFF = ("agent", "lead", "admin")
INCIDENT = {"type": "incident"}


def change_field(db, key, /, who="admin", version=None, **changes):
    arguments = {"field": key, "changes": changes, "expected_version": version}
    return db.call(who, "change_field", **arguments)


def update(db, ticket, who="agent", **changes):
    return db.call(who, "update_ticket", ticket=ticket["id"], changes=changes)


def keys(db, who):
    return [field["key"] for field in db.rows(who, "list_fields")]


# Definitions ------------------------------------------------------------------


@pytest.mark.parametrize("who", ["customer", "agent", "lead"])
def test_administrators_alone_define_fields(db, who):
    define_field(db, "serial")

    with refused("PT403", "denied"):
        db.call(who, "create_field", key="x", type="text", agent_label="X")
    with refused("PT403", "denied"):
        change_field(db, "serial", who, active=False)


def test_everybody_sees_the_fields_that_they_may_see_with_their_label(db):
    define_field(db, "serial", agent_label="Serial", customer_label="On the frame")
    define_field(db, "risk", visible_to="staff")
    change_field(db, "serial", active=False)

    built_in = ["impact", "affected", "due_on"]
    assert keys(db, "customer") == [*built_in, "serial"]
    for who in STAFF:
        assert keys(db, who) == [*built_in, "serial", "risk"]
    by_customer = db.call("customer", "get_field", field="serial")
    by_agent = db.call("agent", "get_field", field="serial")
    assert by_customer["label"] == "On the frame"
    assert "agent_label" not in by_customer
    assert (by_agent["label"], by_agent["agent_label"]) == ("Serial", "Serial")
    assert (by_customer["active"], by_customer["version"]) == (False, 2)
    with refused("PT404", "not-found"):
        db.call("customer", "get_field", field="risk")
    with refused("42501"):
        db.call("anon", "list_fields")


def test_a_field_is_changed_at_the_version_that_was_read(db):
    define_field(db, "serial")

    changed = change_field(db, "serial", version=1, agent_label="No.")
    unchanged = change_field(db, "serial", agent_label="No.")

    assert (changed["version"], changed["label"]) == (2, "No.")
    assert unchanged == changed
    with refused("PT412", "stale"):
        change_field(db, "serial", version=1, active=False)
    for fixed in ({"key": "other"}, {"type": "number"}):
        with refused("PT422", "invalid"):
            change_field(db, "serial", **fixed)


def test_a_key_is_taken_once_and_a_request_is_answered_once(db):
    first = define_field(db, "serial", idempotency_key="k")

    assert define_field(db, "serial", idempotency_key="k") == first
    with refused("PT409", "key-taken"):
        define_field(db, "serial")


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "choice"},
        {"type": "choice", "options": ["a", "a"]},
        {"type": "choices", "options": ["a\nb"]},
        {"type": "text", "options": ["a"]},
        {"type": "pattern"},
        {"type": "pattern", "pattern": "(a)"},
        {"type": "text", "pattern": "a"},
        {"visible_to": "staff", "editable_by": "customers"},
        {"visible_to": "staff", "required_to_create": True},
    ],
)
def test_a_definition_that_nobody_could_follow_is_refused(db, definition):
    with refused("PT422", "invalid"):
        define_field(db, "it", **definition)


@pytest.mark.parametrize(
    ("languages", "label", "option"),
    [
        ([], "Size", "Little"),
        (["fr"], "Size", "Little"),
        (["de-CH", "de", "en"], "Größe", "klein"),
        (["en", "de"], "Size", "s"),
    ],
)
def test_a_field_is_labelled_in_the_language_of_its_reader(
    db, languages, label, option
):
    texts = {"agent_label": "Maß", "customer_label": "Größe"}
    labels = {
        "de": {**texts, "options": {"s": "klein"}},
        "pt": {**texts, "options": {"s": "pequeno"}},
    }
    define_field(
        db, "size", "choice", agent_label="Dimension", customer_label="Size",
        options=["s", "l"], labels=labels,
    )  # fmt: skip
    language = db.scalar("select default_language from private.settings")
    if option == "Little":
        own = {"agent_label": "Dimension", "customer_label": "Size"}
        labels[language] = {**own, "options": {"s": "Little"}}
        change_field(db, "size", labels=labels)

    read = {"field": "size", "languages": languages}
    shown = db.call("customer", "get_field", **read)
    managed = db.call("admin", "get_field", **read)

    assert (shown["label"], shown["customer_label"]) == (label, label)
    assert shown["option_labels"] == {"s": option, "l": "l"}
    assert not {"agent_label", "labels"} & set(shown)
    assert managed["labels"] == labels
    assert managed["label"] == ("Maß" if label == "Größe" else "Dimension")


# Values -----------------------------------------------------------------------


def test_a_refusal_points_at_each_field_and_repeats_no_value(db):
    define_field(db, "size", "integer")

    with refused("PT422", "missing-data") as refusal:
        db.create_ticket(**INCIDENT, data={"size": "4111"})
    with refused("PT422", "invalid-data"):
        db.create_ticket(data={"size": "4111"})

    assert json.loads(refusal.value.diag.message_hint) == [
        {
            "pointer": "#/data/impact",
            "detail": "is required",
        },
        {
            "pointer": "#/data/size",
            "detail": "must be a whole number of at most 30 digits",
        },
    ]
    assert "4111" not in str(refusal.value)


def test_a_field_is_one_on_tickets_of_its_types_alone(db):
    define_field(db, "size", "integer", ticket_types=["task"])

    ticket = db.create_ticket(data={"size": "large"})
    with refused("PT422", "invalid-data"):
        update(db, ticket, type="task", data={"due_on": "2027-01-01"})
    changed = update(db, ticket, type="task", data={"due_on": "2027-01-01", "size": 3})

    assert changed["data"]["size"] == 3


def test_what_is_required_to_solve_is_asked_for_then_and_stays(db):
    define_field(db, "cause", required_to_solve=True, visible_to="staff")
    ticket = db.create_ticket_in("open")

    with refused("PT422", "missing-data"):
        db.set_status(ticket, "solved", "agent")
    update(db, ticket, data={"cause": "Rust"})
    db.set_status(ticket, "solved", "agent")

    with refused("PT422", "missing-data"):
        update(db, ticket, data={"cause": None})
    db.set_status(ticket, "open", "agent")
    assert update(db, ticket, data={"cause": None})["data"] == {}


def test_a_new_requirement_stops_no_other_change_of_an_old_ticket(db):
    ticket, solved = db.create_ticket(), db.create_ticket_in("solved")
    define_field(db, "size", "choice", options=["s", "l"], required_to_create=True)
    define_field(db, "cause", required_to_solve=True)

    assert update(db, ticket, data={"colour": "red"})["data"] == {"colour": "red"}
    assert update(db, solved, data={"colour": "red"})["data"] == {"colour": "red"}
    update(db, ticket, data={"size": "s"})
    change_field(db, "size", options=["m"])
    assert update(db, ticket, data={"colour": None})["data"] == {"size": "s"}
    with refused("PT422", "invalid-data"):
        update(db, ticket, data={"size": "l"})
    with refused("PT422", "missing-data"):
        db.create_ticket()


def test_a_field_that_is_switched_off_keeps_its_data_and_takes_none(db):
    define_field(db, "size", "integer", required_to_create=True)
    ticket = db.create_ticket(data={"size": 1})
    change_field(db, "size", active=False)

    assert db.create_ticket()["data"] == {}
    assert update(db, ticket, subject="Other")["data"] == {"size": 1}
    for wrong in (2, "two"):
        with refused("PT422"):
            update(db, ticket, data={"size": wrong})
    with refused("PT422"):
        db.create_ticket(data={"size": 1})
    assert update(db, ticket, data={"size": None})["data"] == {}


def test_a_follow_up_takes_over_fields_as_they_are(db):
    define_field(db, "size", "integer")
    define_field(db, "risk", visible_to="staff")
    ticket = db.create_ticket(data={"size": 1})
    update(db, ticket, data={"risk": "high"})
    db.assign(ticket, "agent")
    db.set_status(ticket, "solved")
    db.close(ticket)
    change_field(db, "size", active=False)
    define_field(db, "colour", required_to_create=True)

    comment = db.comment("customer", ticket)

    follow_up = db.call("agent", "get_ticket", ticket=comment["ticket_id"])
    assert follow_up["data"] == {"size": 1, "risk": "high"}


def test_the_rules_hold_for_whoever_writes(db):
    define_field(db, "size", "integer")
    ticket = db.create_ticket()

    with refused("PT422", "invalid-data"):
        db.execute(
            "update public.tickets set data = '{\"size\": true}' where id = %s",
            ticket["id"],
        )


# Fields of staff ----------------------------------------------------------------


@pytest.fixture
def ticket(db):
    """A ticket of the customer on which staff have set a field of theirs."""
    define_field(db, "risk", visible_to="staff")
    ticket = db.create_ticket(data={"colour": "red"})
    update(db, ticket, data={"risk": "Secret one"})
    update(db, ticket, data={"risk": "Secret two", "colour": "blue"})
    update(db, ticket, data={"risk": "Secret three"}, subject="Other")
    return ticket


@pytest.mark.parametrize("who", ["customer", "colleague"])
def test_customers_see_no_field_of_staff_anywhere(db, ticket, who):
    seen = [
        db.call(who, "get_ticket", ticket=ticket["id"]),
        db.items(who, "list_my_tickets"),
        db.items(who, "list_ticket_events", ticket=ticket["id"]),
    ]
    public = [
        payload
        for kind in ("TICKET_CREATED", "TICKET_UPDATED")
        for topic, _, payload in broadcasts(db, kind)
        if "internal" not in topic and not topic.startswith("user:")
    ]
    webhooks = db.scalar(
        "select jsonb_agg(private.event_json(ticket_events, false))"
        " from public.ticket_events"
    )

    assert "colour" in json.dumps([seen[0], seen[2], public, webhooks])
    for text in map(json.dumps, [*seen, public, webhooks]):
        assert "risk" not in text
        assert "Secret" not in text


def test_staff_see_every_change_of_a_field_of_staff(db, ticket):
    events = db.items("agent", "list_ticket_events", ticket=ticket["id"])

    changes = [
        (event["is_internal"], event["after"].get("data")) for event in events[1:]
    ]
    assert changes == [
        (True, {"colour": "red", "risk": "Secret one"}),
        (False, {"colour": "blue", "risk": "Secret two"}),
        (False, None),
        (True, {"colour": "blue", "risk": "Secret three"}),
    ]
    shown = db.call("agent", "get_ticket", ticket=ticket["id"])
    assert shown["data"] == {"colour": "blue", "risk": "Secret three"}


@pytest.mark.parametrize("value", ["low", None, 7])
def test_customers_set_no_field_of_staff_on_any_type(db, value):
    define_field(db, "risk", visible_to="staff", ticket_types=["task"])
    define_field(db, "rank", editable_by="staff")

    for key in ("risk", "rank"):
        with refused("PT422", "staff-field") as refusal:
            db.create_ticket(data={key: value})
        assert f"#/data/{key}" in refusal.value.diag.message_hint


def test_who_changes_tickets_and_reads_no_notes_keeps_off_fields_of_staff(db, ticket):
    revoke_permission(db, "tickets.note")

    with refused("PT422", "staff-field"):
        update(db, ticket, data={"risk": None})
    assert update(db, ticket, data={"colour": None})["data"] == {}
    assert db.reload(ticket)["data"] == {"risk": "Secret three"}


def test_staff_open_tickets_with_fields_of_staff_where_they_read_notes(db, ticket):
    own = db.create_ticket("agent", data={"risk": "low"}, queue="support")

    assert own["data"] == {"risk": "low"}
    with refused("PT422", "staff-field"):
        db.create_ticket("agent", data={"risk": "low"}, queue="billing")


def test_a_field_that_becomes_one_of_staff_is_hidden_at_once(db):
    define_field(db, "risk")
    ticket = db.create_ticket(data={"risk": "low"})
    change_field(db, "risk", visible_to="staff", editable_by="staff")

    assert db.call("customer", "get_ticket", ticket=ticket["id"])["data"] == {}
    [event] = db.items("customer", "list_ticket_events", ticket=ticket["id"])
    assert event["after"]["data"] == {}
    change_field(db, "risk", active=False)
    assert db.call("customer", "get_ticket", ticket=ticket["id"])["data"] == {}


# Bulk updates ---------------------------------------------------------------------


def test_a_bulk_update_sets_fields_ticket_by_ticket_and_undoes_them(db):
    define_field(db, "size", "integer", ticket_types=["question"])
    define_field(db, "cause", required_to_solve=True, visible_to="staff")
    tickets = [
        db.create_ticket_in("open", data={"size": 1, "colour": "red"}),
        db.create_ticket_in("open", type="task", data={"due_on": "2027-01-01"}),
    ]

    change = {"status": "solved", "data": {"size": 2, "cause": "Rust", "colour": None}}
    job = run(db, tickets, **change)
    wrong = run(db, tickets, data={"size": "large"})

    assert item_results(db, job) == ["done", "done"]
    assert db.reload(tickets[0])["data"] == {"size": 2, "cause": "Rust"}
    assert item_results(db, wrong) == ["invalid-data", "done"]
    [refused_item, _] = items(db, wrong)
    assert refused_item["problem"] == "invalid-data"
    run_undo(db, wrong)
    assert item_results(db, run_undo(db, job)) == ["done", "done"]
    assert [db.reload(each)["data"] for each in tickets] == [
        each["data"] for each in tickets
    ]


def test_an_undo_is_stopped_by_a_later_change_of_the_same_field_alone(db):
    ticket = db.create_ticket(data={"a": 1, "b": 1})
    job = run(db, [ticket], data={"a": 2})
    update(db, ticket, data={"b": 2})
    other = run(db, [ticket], data={"b": 3})
    update(db, ticket, data={"b": 4})

    [item] = items(db, run_undo(db, other))

    assert (item["problem"], item["detail"]) == (
        "changed-since",
        "This has changed since: data.b.",
    )
    assert item_results(db, run_undo(db, job)) == ["done"]
    assert db.reload(ticket)["data"] == {"a": 1, "b": 4}
