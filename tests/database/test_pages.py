"""Pages against a plain model: filter, sort, cut."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.models import StatusCategory, TicketPriority, TicketType

from .cast import id_of
from .desk import Desk, Json
from .rows import TAGS, fill
from .server import DESK, open_connection

pytestmark = pytest.mark.slow

RANK = {str(priority): rank for rank, priority in enumerate(TicketPriority)}
PLACES = {
    "priority": ("priority", "waiting_since", "id"),
    "oldest": ("number",),
    "newest": ("number",),
    "updated": ("updated_at", "id"),
}


@pytest.fixture(scope="module")
def full_desk(server):
    """A desk with 300 tickets, a third of them in queue support, for reading alone."""
    database = server.clone(DESK)
    with open_connection(server.dsn(database)) as connection:
        fill(connection, 300, done=0.4, seed=7)
        yield Desk(connection)
    server.drop(database)


@pytest.fixture(scope="module")
def everything(full_desk):
    return [row[0] for row in full_desk.run("select to_jsonb(t) from public.tickets t")]


def key(sort):
    def moment(ticket, name):
        return datetime.fromisoformat(ticket[name]).timestamp()

    return {
        "priority": lambda t: (
            RANK[t["priority"]],
            moment(t, "waiting_since"),
            t["id"],
        ),
        "oldest": lambda t: (t["number"],),
        "newest": lambda t: (-t["number"],),
        "updated": lambda t: (
            -moment(t, "updated_at"),
            -int(t["id"].replace("-", ""), 16),
        ),
    }[sort]


def fits(ticket, wanted, me):
    assignee = {"me": me, "none": None}.get(wanted["assignee"], wanted["assignee"])
    return all(
        (
            wanted["statuses"] is None or ticket["status"] in wanted["statuses"],
            wanted["priorities"] is None or ticket["priority"] in wanted["priorities"],
            wanted["types"] is None or ticket["type"] in wanted["types"],
            wanted["tag"] is None or wanted["tag"] in ticket["tags"],
            wanted["assignee"] is None or ticket["assignee_id"] == assignee,
        )
    )


def some(values):
    return st.none() | st.lists(st.sampled_from([str(v) for v in values]), max_size=5)


STATUSES = (*StatusCategory, "with_supplier")
FILTERS = st.fixed_dictionaries(
    {
        "statuses": some(STATUSES),
        "priorities": some(TicketPriority),
        "types": some(TicketType),
        "assignee": st.sampled_from([None, None, "me", "none", str(id_of("lead"))]),
        "tag": st.sampled_from([None, None, *TAGS, "unheard-of"]),
    }
)
ALL = {
    "statuses": None,
    "priorities": None,
    "types": None,
    "assignee": None,
    "tag": None,
}


def paged(ask, place, size):
    """Read page after page, each after the place of the last row."""
    rows, after = [], None
    while page := ask(after, size):
        rows += page
        after = Json(str(page[-1][name]) for name in place)
    return [row["id"] for row in rows]


@pytest.mark.parametrize("sort", PLACES)
def test_a_queue_read_in_pages_is_the_queue(full_desk, everything, sort):
    @settings(max_examples=40, deadline=None)
    @given(FILTERS, st.integers(3, 60))
    def check(wanted, size):
        found = paged(
            lambda after, limit: full_desk.rows(
                "agent", "list_queue", queue="support", sort=sort, after=after,
                page_size=limit, **wanted,
            ),
            PLACES[sort],
            size,
        )  # fmt: skip
        expected = [
            ticket
            for ticket in everything
            if ticket["queue_id"] == str(id_of("support"))
            and fits(ticket, wanted, str(id_of("agent")))
        ]
        assert found == [ticket["id"] for ticket in sorted(expected, key=key(sort))]

    check()


@pytest.mark.parametrize("who", ["customer", "colleague", "stranger", "agent", "lead"])
def test_my_tickets_read_in_pages_are_mine(full_desk, everything, who):
    me = str(id_of(who))
    followed = set(
        full_desk.read(who, "select ticket_id::text from public.ticket_followers")
    )
    seen = set(full_desk.read(who, "select id::text from public.tickets"))

    def mine(ticket):
        return ticket["id"] in seen and (
            me in (ticket["requester_id"], ticket["assignee_id"])
            or ticket["id"] in followed
        )

    @settings(max_examples=15, deadline=None)
    @given(some(STATUSES), st.integers(2, 60))
    def check(statuses, size):
        found = paged(
            lambda after, limit: full_desk.rows(
                who, "list_my_tickets", statuses=statuses, page_size=limit,
                before_number=after and int(after[0]),
            ),
            ("number",),
            size,
        )  # fmt: skip
        expected = [
            ticket
            for ticket in everything
            if mine(ticket) and fits(ticket, {**ALL, "statuses": statuses}, me)
        ]
        assert found == [t["id"] for t in sorted(expected, key=key("newest"))]

    check()


def test_people_read_in_pages_are_all_people_by_name(desk):
    desk.run("update public.profiles set name = 'Same' where name < 'L'")

    def ask(after, size):
        return desk.rows("agent", "list_people", after=after, page_size=size)

    ids = paged(ask, ("name", "id"), 3)
    rows = desk.run("select id::text from public.profiles order by name, id")
    assert ids == [row[0] for row in rows]


@pytest.mark.parametrize("hostile", ["%", "_", "\\", "'", "(", ".*"])
def test_a_search_is_for_letters_not_for_patterns(desk, hostile):
    assert desk.rows("agent", "list_people", search=hostile) == [
        found
        for found in desk.rows("agent", "list_people")
        if hostile in found["name"] + found["email"]
    ]


def test_an_unknown_status_is_named_rather_than_found_nowhere(desk):
    for function, rest in (
        ("list_queue", {"queue": "support"}),
        ("list_my_tickets", {}),
    ):
        with pytest.raises(Exception, match="unknown-status") as refusal:
            desk.rows("agent", function, statuses=["open", "nope"], **rest)
        assert refusal.value.diag.message_detail == "There is no status nope."
