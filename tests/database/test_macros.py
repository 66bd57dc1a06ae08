"""Macros: canned answers with actions, applied and undone in one step."""

import pytest

from .acting import Json, refused
from .arrange import leave_queues
from .bulk import get_bulk_update, item_results, run_all, run_undo
from .personas import id_of

pytestmark = pytest.mark.slow

ACTIONS = {"status": "pending", "assignee": "me", "priority": "high", "add_tags": ["m"]}


def make(db, who="agent", **draft):
    return db.call(who, "create_macro", **{"name": "Ask for more", **draft})


def apply(db, ticket, macro, who="agent", **more):
    arguments = {"ticket": ticket["id"], "macro": macro["id"], **more}
    return db.call(who, "apply_macro", **arguments)


def bodies(db, ticket):
    return db.read(
        "postgres",
        "select body from public.comments where ticket_id = %s order by position",
        ticket["id"],
    )


def state(db, ticket):
    """Return everything that a command about a ticket could change."""
    return db.reload(ticket), db.events(ticket), bodies(db, ticket)


def test_a_macro_replies_notes_and_changes_in_one_batch(db):
    ticket = db.create_ticket()
    macro = make(
        db,
        text="Hello {{requester.name}}, #{{ ticket.number }} is with {{agent.name}}.",
        actions={**ACTIONS, "note": "About {{ticket.subject}}"},
    )
    seen = len(db.events(ticket))

    done = apply(db, ticket, macro)

    after = done["ticket"]
    assert (after["status"], after["priority"], after["tags"]) == (
        "pending",
        "high",
        ["m"],
    )
    assert after["assignee_id"] == str(id_of("agent"))
    [reply, note] = done["comments"]
    assert reply["body"] == f"Hello Customer, #{ticket['number']} is with Agent."
    assert (note["body"], note["visibility"]) == ("About Help", "internal")
    events = db.events(ticket)[seen:]
    assert {event["batch_id"] for event in events} == {done["batch_id"]}
    times = {event["occurred_at"] for event in events}
    assert len(times) == 1
    assert get_bulk_update(db, {"id": done["batch_id"]})["done"] == 1
    assert db.items("agent", "list_bulk_updates") == []


def test_a_macro_is_undone_as_a_bulk_update_is(db):
    ticket = db.create_ticket(tags=["old"])
    macro = make(db, text="Wait.", actions=ACTIONS)
    done = apply(db, ticket, macro)

    back = run_undo(db, {"id": done["batch_id"]})

    restored = db.reload(ticket)
    names = ("status", "priority", "assignee_id", "tags", "waiting_on", "waiting_since")
    assert {n: restored[n] for n in names} == {n: ticket[n] for n in names}
    assert (back["undo_of"], back["done"]) == (done["batch_id"], 1)
    assert bodies(db, ticket)[-1] == "Wait."


def test_a_reply_alone_leaves_nothing_to_undo(db):
    done = apply(db, db.create_ticket_in("open"), make(db, text="Hello."))

    with refused("PT409", "nothing-to-undo"):
        run_undo(db, {"id": done["batch_id"]})


def test_a_preview_shows_the_same_and_changes_nothing(db):
    ticket = db.create_ticket()
    macro = make(db, text="{{ticket.subject}}!", actions=ACTIONS)
    before = state(db, ticket)

    shown = db.call("agent", "preview_macro", ticket=ticket["id"], macro=macro["id"])

    assert state(db, ticket) == before
    done = apply(db, ticket, macro)
    times = ("updated_at", "waiting_since", "public_updated_at")
    for ticket_json in (shown["ticket"], done["ticket"]):
        for name in times:
            ticket_json.pop(name, None)
    assert shown["ticket"] == done["ticket"]
    assert [each["body"] for each in shown["comments"]] == ["Help!"]


VALUES = [
    ("plain", "plain"),
    ("{{requester.name}}", "{{requester.name}}"),
    ("{{", "{{"),
    ("a}}b{{x}}", "a}}b{{x}}"),
    (r"\1 \\ $1 %s &", r"\1 \\ $1 %s &"),
    ("<b>'\"</b>", "<b>'\"</b>"),
]


@pytest.mark.parametrize(("value", "shown"), VALUES)
def test_values_are_inserted_as_text_and_never_evaluated(db, value, shown):
    ticket = db.create_ticket(subject=value)
    macro = make(db, text="<{{ticket.subject}}|{{ticket.subject}}>")

    [comment] = apply(db, ticket, macro)["comments"]

    assert comment["body"] == f"<{shown}|{shown}>"


@pytest.mark.parametrize(
    "text",
    [
        "{{nobody.name}}", "{{requester.email}}", "{{}}", "{{ }}", "{{requester.name",
        "{{field.nope}}", "{{#requester}}x{{/requester}}", "{{{requester.name}}}",
        "{{requester.name|upper}}", "{{7*7}}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["text", "note"])
def test_unknown_placeholders_are_refused_when_saved(db, text, place):
    fields = {"text": text} if place == "text" else {"actions": {"note": text}}
    macro = make(db, text="Hello.")

    with refused("PT422", "unknown-placeholder"):
        make(db, **fields)
    with refused("PT422", "unknown-placeholder"):
        db.call("agent", "change_macro", macro=macro["id"], changes=fields)


def test_fields_are_placeholders_and_those_of_staff_in_notes_alone(db):
    options = {"type": "text", "agent_label": "X"}
    db.call("admin", "create_field", key="serial", **options)
    db.call("admin", "create_field", key="secret", visible_to="staff", **options)
    ticket = db.create_ticket(data={"serial": "A-1"})
    db.call(
        "agent", "update_ticket", ticket=ticket["id"], changes={"data": {"secret": "s"}}
    )
    macro = make(
        db,
        text="Your {{field.serial}}.",
        actions={"note": "It is {{field.secret}}, {{assignee.name}}."},
    )

    with refused("PT422", "unknown-placeholder"):
        make(db, text="{{field.secret}}")

    written = [each["body"] for each in apply(db, ticket, macro)["comments"]]
    assert written == ["Your A-1.", "It is s, ."]


@pytest.mark.parametrize(
    ("actions", "slug"),
    [
        ({"status": "nope"}, "unknown-status"),
        ({"status": "closed"}, "closed-by-time"),
        ({"reason": "Why."}, "invalid"),
        ({"colour": "red"}, "invalid"),
        ({"queue": "nowhere"}, "unknown-queue"),
        ({"add_tags": ["a b"]}, "invalid"),
        ({"note": 7}, "invalid"),
        ({"note": " "}, "invalid"),
        ({"macro": str(id_of("agent"))}, "invalid"),
    ],
)
def test_actions_are_checked_when_saved(db, actions, slug):
    with refused("PT409" if slug == "closed-by-time" else "PT422", slug):
        make(db, actions=actions)


def test_a_macro_does_something(db):
    with refused("23514"):
        make(db)


REFUSALS = {
    "not-eligible": {"assignee": str(id_of("biller"))},
    "step-not-allowed": {"status": "new"},
    "denied": {"assignee": str(id_of("neighbour"))},
}


@pytest.mark.parametrize(("slug", "actions"), REFUSALS.items())
def test_what_is_refused_in_part_is_refused_whole(db, slug, actions):
    ticket = db.create_ticket_in("open", held_by="lead")
    who = "lead" if slug == "not-eligible" else "agent"
    macro = make(
        db, who, text="Hello.", actions={"priority": "low", "note": "N", **actions}
    )
    before = state(db, ticket)
    code = {"not-eligible": "PT422", "step-not-allowed": "PT409", "denied": "PT403"}

    with refused(code[slug], slug):
        apply(db, ticket, macro, who)
    with refused(code[slug], slug):
        db.call(who, "preview_macro", ticket=ticket["id"], macro=macro["id"])
    with refused(code[slug], slug):
        then(db, ticket, {"macro": macro["id"]}, who)

    assert state(db, ticket) == before


def test_a_macro_that_was_changed_or_deleted_meanwhile_is_refused(db):
    ticket = db.create_ticket_in("open")
    macro = make(db, actions={"priority": "low"})
    db.call("agent", "change_macro", macro=macro["id"], changes={"name": "Other"})
    before = state(db, ticket)

    with refused("PT412", "stale"):
        apply(db, ticket, macro, macro_version=1)
    db.call("agent", "delete_macro", macro=macro["id"])
    with refused("PT422", "unknown-macro"):
        apply(db, ticket, macro)

    assert state(db, ticket) == before


def test_a_bulk_update_applies_the_macro_that_was_chosen(db):
    tickets = [db.create_ticket_in("open", subject=name) for name in ("One", "Two")]
    macro = make(db, text="{{ticket.subject}}.", actions={"priority": "low"})
    job = db.call(
        "agent",
        "bulk_update",
        tickets=[each["id"] for each in tickets],
        change={"macro": macro["id"], "add_tags": ["bulk"]},
    )
    db.call("agent", "delete_macro", macro=macro["id"])

    run_all(db)

    assert item_results(db, job) == ["done", "done"]
    assert [bodies(db, each)[-1] for each in tickets] == ["One.", "Two."]
    assert [db.reload(each)["priority"] for each in tickets] == ["low", "low"]
    assert [db.reload(each)["tags"] for each in tickets] == [["bulk"]] * 2
    run_undo(db, job)
    assert [db.reload(each)["tags"] for each in tickets] == [[], []]


# Whose it is ------------------------------------------------------------------

SCOPES = {
    "mine": ({}, "agent", {"agent"}),
    "team": (
        {"scope": "team", "queue": "support"}, "lead",
        {"agent", "neighbour", "lead", "admin"},
    ),
    "everyone": (
        {"scope": "everyone"}, "admin",
        {"agent", "neighbour", "biller", "lead", "admin"},
    ),
}  # fmt: skip
STAFF = ("agent", "neighbour", "biller", "lead", "admin")


@pytest.mark.parametrize("scope", SCOPES)
def test_macros_are_for_whom_their_scope_says(db, scope):
    draft, owner, having = SCOPES[scope]
    macro = make(db, owner, actions={"priority": "low"}, **draft)
    ticket = db.create_ticket_in("open")

    lists = {who: [m["id"] for m in db.items(who, "list_macros")] for who in STAFF}

    assert {who for who in STAFF if macro["id"] in lists[who]} == having
    for who in {"neighbour", "lead"} - having:
        with refused("PT422", "unknown-macro"):
            apply(db, ticket, macro, who)
        with refused("PT404"):
            db.call(who, "get_macro", macro=macro["id"])
    for who in ("customer", "colleague"):
        with refused("PT403"):
            apply(db, ticket, macro, who)


def test_macros_are_listed_page_by_page_by_name(db):
    for name in ("c", "a", "b", "a"):
        make(db, name=name, text="Hello.")
    seen, after = [], None

    while True:
        page = db.call("agent", "list_macros", page_size=1, after=after)
        seen += [each["name"] for each in page["items"]]
        if (after := page["next"]) is None:
            break
        after = Json(after)

    assert seen == ["a", "a", "b", "c"]


# With a comment ----------------------------------------------------------------


def then(db, ticket, change, who="agent", **more):
    return db.comment(who, ticket, "There.", change=change, **more)


def test_a_reply_changes_its_ticket_in_the_same_step(db):
    ticket = db.create_ticket(data={"kept": 1})
    macro = make(db, text="Left out.", actions={"add_tags": ["m"], "note": "N."})
    seen = len(db.events(ticket))

    answer = then(
        db,
        ticket,
        {
            "status": "solved", "assignee": "me", "priority": "low", "tags": ["t"],
            "data": {"new": 2}, "macro": macro["id"],
        },
    )  # fmt: skip

    after = answer["ticket"]
    assert (after["status"], after["priority"]) == ("solved", "low")
    assert (after["tags"], after["data"]) == (["t", "m"], {"kept": 1, "new": 2})
    assert bodies(db, ticket)[1:] == ["There.", "N."]
    events = db.events(ticket)[seen:]
    assert {event["batch_id"] for event in events} == {answer["batch_id"]}
    run_undo(db, {"id": answer["batch_id"]})
    assert db.reload(ticket)["status"] == "open"


@pytest.mark.parametrize("visibility", ["public", "internal"])
@pytest.mark.parametrize(
    ("change", "code", "slug"),
    [
        ({"status": "new"}, "PT409", "step-not-allowed"),
        ({"status": "closed"}, "PT409", "closed-by-time"),
        ({"assignee": str(id_of("biller"))}, "PT403", "denied"),
        ({"priority": "low", "macro": str(id_of("x"))}, "PT422", "unknown-macro"),
        ({"tags": ["a b"]}, "PT422", "invalid"),
        ({}, "PT422", "invalid"),
        ({"subject": "Other"}, "PT422", "invalid"),
    ],
)
def test_a_comment_whose_change_is_refused_is_not_written(
    db, visibility, change, code, slug
):
    ticket = db.create_ticket_in("open", held_by="neighbour")
    before = state(db, ticket)

    with refused(code, slug):
        then(db, ticket, change, visibility=visibility)

    assert state(db, ticket) == before


def test_a_comment_with_a_change_honours_the_version_once(db):
    ticket = db.create_ticket_in("open")
    change = {"priority": "low"}
    key = {"idempotency_key": "k", "expected_version": ticket["version"]}

    answer = then(db, ticket, change, **key)

    assert then(db, ticket, change, **key) == answer
    with refused("PT412", "stale"):
        then(db, ticket, change, expected_version=ticket["version"])
    assert bodies(db, ticket)[1:] == ["There."]


@pytest.mark.parametrize("before", ["new", "open", "pending", "on_hold"])
def test_a_customer_replies_and_solves_in_one_step(db, before):
    ticket = db.create_ticket_in(before)

    answer = then(db, ticket, {"status": "solved", "reason": "Found it."}, "customer")

    assert answer["ticket"]["status"] == "solved"
    assert db.reload(ticket)["status_reason"] == "Found it."


@pytest.mark.parametrize(
    "change",
    [
        {"status": "open"}, {"status": "solved", "priority": "low"},
        {"status": "solved", "assignee": "none"}, {"queue": "nowhere"},
        {"macro": str(id_of("x"))},
    ],
)  # fmt: skip
def test_a_customer_may_nothing_else(db, change):
    ticket = db.create_ticket_in("pending")
    before = state(db, ticket)

    with refused("PT403"):
        then(db, ticket, change, "customer")

    assert state(db, ticket) == before


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_a_closed_ticket_takes_no_change_with_a_comment(db, who):
    ticket = db.create_ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        then(db, ticket, {"status": "solved"}, who)


def test_a_replay_is_not_for_whoever_lost_the_right(db):
    ticket = db.create_ticket_in("open")
    then(db, ticket, {"priority": "low"}, idempotency_key="k")

    leave_queues(db, "agent")

    with refused("PT404"):
        then(db, ticket, {"priority": "low"}, idempotency_key="k")
