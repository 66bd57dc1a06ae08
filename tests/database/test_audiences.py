"""What customers see has no trace of what they may not see."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .acting import WORKER, ignoring, refused
from .arrange import broadcasts, define_field, revoke_permission

pytestmark = pytest.mark.slow

REFUSALS = ("PT403", "PT404", "PT409", "PT422")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r'"\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)"')
PUBLIC = ("customer", "colleague")
STATUSES = ("open", "pending", "on_hold", "solved")


def update(who, **changes):
    return lambda db, t: db.call(who, "update_ticket", ticket=t["id"], changes=changes)


def redact_last(visibility):
    def redact(db, ticket):
        comment = db.scalar(
            "select id::text from public.comments where ticket_id = %s"
            " and visibility = %s order by position desc limit 1",
            ticket["id"],
            visibility,
        )
        if comment:
            arguments = {"ticket": ticket["id"], "comment": comment}
            return db.call("lead", "redact_comment", **arguments)
        return None

    return redact


def take_over(db, ticket):
    """Let the lead begin a reply, and the agent, who replies, take it over."""
    for who in ("lead", "agent"):
        db.call(who, "lease_reply", ticket=ticket["id"], take_over=True)


def mark_read(who, **seq):
    return lambda db, t: db.call(who, "mark_ticket_read", ticket=t["id"], **seq)


VISIBLE = {
    "reply of the customer": lambda db, t: db.comment("customer", t),
    "reply of a colleague": lambda db, t: db.comment("colleague", t),
    "reply of an agent": lambda db, t: db.comment("agent", t),
    "assignment": lambda db, t: db.assign(t, "agent"),
    "release": lambda db, t: db.release(t),
    "priority": update("agent", priority="urgent"),
    "other priority": update("agent", priority="low"),
    "subject and tags": update("lead", subject="Other", tags=["a"]),
    "data": update("agent", data={"size": 1}),
    "to billing": update("admin", queue="billing"),
    "back": update("admin", queue="support"),
    "redaction": redact_last("public"),
    "read": mark_read("customer"),
    "read the first": mark_read("customer", seq=1),
    "read three": mark_read("colleague", seq=3),
    **{
        status: lambda db, t, status=status: db.set_status(t, status)
        for status in STATUSES
    },
}
BY_PUBLIC = {
    "reply of the customer",
    "reply of a colleague",
    "read",
    "read the first",
    "read three",
}
HIDDEN = {
    "note": lambda db, t: db.note(t),
    "note of the lead": lambda db, t: db.note(t, "lead"),
    "redaction of a note": redact_last("internal"),
    "skills": update("lead", skills=["dutch"]),
    "other skills": update("admin", skills=["dutch", "sql"]),
    "field for staff": update("lead", data={"risk": "high"}),
    "no field for staff": update("agent", data={"risk": None}),
    "taken over": take_over,
    "read by staff": mark_read("agent"),
}
# A visible and a hidden change in one command: alike to the visible one alone.
MIXED = {
    "priority and skills": (
        update("agent", priority="high", skills=["x"]),
        update("agent", priority="high"),
    ),
    "queue and skills": (
        update("admin", queue="billing", skills=["y"]),
        update("admin", queue="billing"),
    ),
    "data and field for staff": (
        update("agent", data={"size": 2, "risk": "low"}),
        update("agent", data={"size": 2}),
    ),
}


def steps(names):
    """Return what really happens, and the same without what is hidden."""
    both = {name: pair[0] for name, pair in MIXED.items()}
    alone = {name: pair[1] for name, pair in MIXED.items()}
    everything, visible = VISIBLE | HIDDEN | both, VISIBLE | alone
    return (
        [(name, everything[name]) for name in names],
        [(name, visible[name]) for name in names if name in visible],
    )


def form(ticket):
    return {
        name: ticket[name] for name in ticket if name not in ("version", "updated_at")
    }


def act(db, ticket, step):
    """Take a step; check that the customer's version moves with what they see."""
    before = db.call("customer", "get_ticket", ticket=ticket["id"])
    seen = db.items("customer", "list_ticket_events", ticket=ticket["id"])
    answer = None
    with ignoring(*REFUSALS):
        answer = step(db, ticket)
    after = db.call("customer", "get_ticket", ticket=ticket["id"])
    events = db.items("customer", "list_ticket_events", ticket=ticket["id"])
    unread = {"unread": None}
    new = [event["type"] for event in events[len(seen) :]]
    moved = form(after) | unread != form(before) | unread or "TICKET_COMMENTED" in new
    assert after["version"] - before["version"] == moved
    assert events[-1]["version"] == after["version"]
    return answer


def feed(db, who, cursor):
    """Return the events of a person's feed after a cursor."""
    found = []
    while True:
        page = db.call(who, "list_events", after=cursor)
        found += page["items"]
        if page["cursor"] == cursor:
            return found
        cursor = page["cursor"]


def public_view(db, who, ticket, start):
    """Return everything that somebody reads of a ticket."""
    found = [e for e in feed(db, who, start) if e["ticket_id"] == ticket["id"]]
    for event in db.events(ticket):
        db.call(WORKER, "notify_people", event=event["id"])
    notices = db.items(who, "list_notifications", page_size=1000)
    mine = db.items(who, "list_my_tickets", page_size=1000)
    events = db.items(who, "list_ticket_events", ticket=ticket["id"])
    comments = db.items(who, "list_comments", ticket=ticket["id"])
    sent = [
        payload
        for kind in {event["type"] for event in events}
        for topic, _, payload in broadcasts(db, kind)
        if topic.startswith(f"ticket:{ticket['id']}") and "internal" not in topic
    ]
    assert [event["seq"] for event in events] == [*range(1, len(events) + 1)]
    assert [each["position"] for each in comments] == [*range(1, len(comments) + 1)]
    assert sorted(events, key=str) == sorted(sent, key=str)
    assert sorted(events, key=str) == sorted(found, key=str)
    return {
        "ticket": db.call(who, "get_ticket", ticket=ticket["id"]),
        "screen": db.call(
            who,
            "get_ticket",
            ticket=ticket["id"],
            include=["comments", "events"],
        ),
        "listed": [t for t in mine if t["id"] == ticket["id"]],
        "events": events,
        "comments": comments,
        "notices": sorted(n["type"] for n in notices if n["ticket_id"] == ticket["id"]),
        "marker": mark_read(who)(db, ticket)["seq"],
    }


def anonymous(view, ticket):
    """Return a view without ids, numbers and times, which differ of themselves."""
    names = {}
    text = TIME.sub('"T"', json.dumps(view, sort_keys=True))
    text = UUID.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), text)
    return json.loads(text.replace(str(ticket["number"]), "0"))


def test_hidden_actions_leave_no_trace_in_what_the_public_sees(connect):
    db = connect()
    define_field(db, "risk", visible_to="staff")
    names = st.sampled_from([*VISIBLE, *HIDDEN, *MIXED])

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(names, min_size=1, max_size=12))
    def check(chosen):
        views = []
        start = db.call("customer", "list_events", from_now=True)["cursor"]
        for sequence in steps(chosen):
            ticket = db.create_ticket()
            answers = [(name, act(db, ticket, step)) for name, step in sequence]
            seen = [answer for name, answer in answers if name in BY_PUBLIC]
            views += [
                [
                    anonymous([seen, public_view(db, who, ticket, start)], ticket)
                    for who in PUBLIC
                ]
            ]
        assert views[0] == views[1]

    check()


@pytest.fixture
def ticket(db):
    """A ticket with two notes before its second reply."""
    ticket = db.create_ticket()
    db.note(ticket)
    db.call("lead", "update_ticket", ticket=ticket["id"], changes={"skills": ["sql"]})
    db.note(ticket)
    db.comment("agent", ticket)
    return ticket


def test_each_audience_has_numbers_of_its_own(db, ticket):
    def numbers(who):
        events = db.items(who, "list_ticket_events", ticket=ticket["id"])
        comments = db.items(who, "list_comments", ticket=ticket["id"])
        shown = db.call(who, "get_ticket", ticket=ticket["id"])
        return (
            [event["seq"] for event in events],
            [comment["position"] for comment in comments],
            [event["version"] for event in events],
            (shown["version"], shown["skills"]),
        )

    # Opened, answered, and open by that answer.
    assert numbers("customer") == ([1, 2, 3], [1, 2], [1, 1, 2], (2, []))
    assert numbers("agent") == (
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4],
        [1, 1, 2, 2, 2, 3],
        (3, ["sql"]),
    )


def test_whoever_loses_the_notes_goes_on_with_the_numbers_of_the_public(db, ticket):
    by_staff = mark_read("lead", seq=4)(db, ticket)
    revoke_permission(db, "tickets.note")

    def change(version):
        arguments = {"changes": {"priority": "high"}, "expected_version": version}
        return db.call("agent", "update_ticket", ticket=ticket["id"], **arguments)

    event, _ = db.items("agent", "list_ticket_events", ticket=ticket["id"], after=1)
    [comment] = db.items("agent", "list_comments", ticket=ticket["id"], after=1)
    assert (by_staff["seq"], mark_read("lead", seq=0)(db, ticket)["seq"]) == (4, 1)
    assert (event["seq"], comment["position"]) == (2, 2)
    with refused("PT412", "stale"):
        change(3)
    assert change(2)["version"] == 3


def test_a_position_names_the_comment_that_its_audience_sees_there(db, ticket):
    revoke_permission(db, "tickets.note", "lead")
    arguments = {"ticket": ticket["id"], "comment": "2"}

    redacted = db.call("lead", "redact_comment", **arguments)

    assert (redacted["position"], redacted["visibility"]) == (2, "public")


@pytest.mark.parametrize(
    ("who", "visibility", "by_staff"),
    [
        ("customer", "public", False),
        ("colleague", "public", False),
        ("agent", "public", True),
        ("agent", "internal", True),
        ("admin", "public", True),
    ],
)
def test_comments_say_whether_staff_wrote_them(db, who, visibility, by_staff):
    ticket = db.create_ticket()
    db.execute("update public.people set name = 'Agent'")

    comment = db.comment(who, ticket, visibility=visibility)

    [written] = [
        event["after"]
        for event in db.events(ticket)
        if event["type"] == "TICKET_COMMENTED"
    ]
    assert comment["by_staff"] is by_staff
    assert (written["by_staff"], written["author_name"]) == (by_staff, "Agent")


def test_what_staff_wrote_stays_marked_when_they_leave(db):
    ticket = db.create_ticket()
    db.comment("agent", ticket)
    db.comment("agent", db.create_ticket("agent"))
    revoke_permission(db, "tickets.reply")

    own = db.items("agent", "list_comments", ticket=ticket["id"])
    seen = db.items("customer", "list_comments", ticket=ticket["id"])
    assert [comment["by_staff"] for comment in seen] == [False, True]
    assert [comment["by_staff"] for comment in own] == [False, True]
