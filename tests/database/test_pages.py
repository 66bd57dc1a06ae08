"""Pagination against a plain model: filter, sort, slice."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.types import StatusCategory, TicketPriority, TicketType

from .acting import ActingConnection, Json
from .arrange import insert_tickets
from .personas import id_of
from .rows import LIVE, NOON, TAGS, fill
from .server import SEEDED, open_connection

pytestmark = pytest.mark.slow

RANK = {str(priority): rank for rank, priority in enumerate(TicketPriority)}
SORTS = ("priority", "waiting", "oldest", "newest", "updated")


@pytest.fixture(scope="module")
def full_db(server):
    """A database with 300 tickets, a third in queue support, for reading only."""
    database = server.clone(SEEDED)
    with open_connection(server.dsn(database)) as connection:
        fill(connection, 300, done=0.4, seed=7)
        yield ActingConnection(connection)
    server.drop(database)


@pytest.fixture(scope="module")
def everything(full_db):
    return [
        row[0] for row in full_db.execute("select to_jsonb(t) from public.tickets t")
    ]


def key(sort):
    def timestamp(ticket, name):
        return datetime.fromisoformat(ticket[name]).timestamp()

    return {
        "priority": lambda t: (
            RANK[t["priority"]],
            timestamp(t, "waiting_since"),
            t["id"],
        ),
        "waiting": lambda t: (timestamp(t, "waiting_since"), t["id"]),
        "oldest": lambda t: (t["number"],),
        "newest": lambda t: (-t["number"],),
        "updated": lambda t: (
            -timestamp(t, "updated_at"),
            -int(t["id"].replace("-", ""), 16),
        ),
    }[sort]


def matches(ticket, filters, me):
    assignee = {"me": me, "none": None}.get(filters["assignee"], filters["assignee"])
    requester = {"me": me}.get(filters["requester"], filters["requester"])

    def among(name, column):
        return filters[name] is None or ticket[column] in filters[name]

    def within(since, until, column):
        timestamp = datetime.fromisoformat(ticket[column])
        return (
            filters[since] is None
            or datetime.fromisoformat(filters[since]) <= timestamp
        ) and (
            filters[until] is None or timestamp < datetime.fromisoformat(filters[until])
        )

    return all(
        (
            among("statuses", "status"),
            among("status_categories", "status_category"),
            among("priorities", "priority"),
            among("types", "type"),
            among("waiting_on", "waiting_on"),
            filters["tags"] is None or set(filters["tags"]) <= set(ticket["tags"]),
            filters["assignee"] is None or ticket["assignee_id"] == assignee,
            filters["requester"] is None or ticket["requester_id"] == requester,
            filters["organization"] in (None, ticket["organization_id"]),
            within("created_after", "created_before", "created_at"),
            within("updated_after", "updated_before", "updated_at"),
            within("waiting_after", "waiting_before", "waiting_since"),
        )
    )


def shown(ticket, filters):
    """Whether a queue shows it: without status and category, the unsolved ones."""
    named = filters["statuses"] is not None or filters["status_categories"] is not None
    return ticket["queue_id"] == str(id_of("support")) and (
        named or ticket["status_category"] in UNSOLVED
    )


def some(values):
    return st.none() | st.lists(st.sampled_from([str(v) for v in values]), max_size=5)


def rarely(*values):
    return st.sampled_from([None] * 4 + list(values))


UNSOLVED = ("new", "open", "pending", "on_hold")
STATUSES = (*StatusCategory, "with_supplier")
TIMESTAMPS = [
    (NOON + shift).isoformat()
    for shift in (timedelta(minutes=-30), timedelta(0), timedelta(microseconds=25))
]
FILTERS = st.fixed_dictionaries(
    {
        "statuses": some(STATUSES),
        "status_categories": some(StatusCategory),
        "priorities": some(TicketPriority),
        "types": some(TicketType),
        "waiting_on": rarely(["agent"], ["customer"], ["agent", "nobody"], []),
        "assignee": rarely("me", "none", str(id_of("lead"))),
        "requester": rarely("me", str(id_of("customer"))),
        "organization": rarely(str(id_of("Sharing")), str(id_of("Silent"))),
        "tags": rarely(*([tag] for tag in TAGS), ["vip", "login"], ["unheard-of"], []),
        **{
            f"{what}_{side}": rarely(*TIMESTAMPS)
            for what in ("created", "updated", "waiting")
            for side in ("after", "before")
        },
    }
)


def all_rows(fetch, cursor, size):
    """Return the ids of all pages, each after the cursor of the last row."""
    rows, after = [], None
    while page := fetch(after, size):
        rows += page
        after = Json(str(page[-1][name]) for name in cursor)
    return [row["id"] for row in rows]


def all_pages(fetch):
    """Return the ids of all pages to the end, however short pages are."""
    ids, after = [], None
    while True:
        page = fetch(after)
        ids += [row["id"] for row in page["items"]]
        if page["next"] is None:
            return ids
        after = Json(page["next"])


@pytest.fixture(params=[5000, 100], ids=["one walk", "short walks"])
def page_scan_limit(request, full_db):
    """How many tickets a page may scan: the queue, or fewer than that."""
    full_db.execute("update private.settings set page_scan_limit = %s",
                    request.param)  # fmt: skip
    return request.param


@pytest.mark.usefixtures("page_scan_limit")
@pytest.mark.parametrize("sort", SORTS)
def test_the_pages_of_a_queue_equal_the_model(full_db, everything, sort):
    @settings(max_examples=40, deadline=None)
    @given(FILTERS, st.integers(3, 60))
    def check(filters, size):
        if sort == "waiting":
            filters["waiting_on"] = ["agent"]
        found = all_pages(
            lambda after: full_db.list_queue(
                **filters, sort_=sort, after_=after, page_size_=size
            )
        )
        expected = [
            ticket
            for ticket in everything
            if shown(ticket, filters)
            and matches(ticket, filters, str(id_of("agent")))
            and (sort != "waiting" or ticket["status_category"] in LIVE)
        ]
        assert found == [ticket["id"] for ticket in sorted(expected, key=key(sort))]

    check()


@pytest.mark.parametrize("name", ["statuses", "status_categories"])
def test_a_queue_names_the_filter_that_it_adds(full_db, name):
    unsolved = list(UNSOLVED)

    added = full_db.list_queue()["default_filter"]
    null = full_db.list_queue(**{name: None})["default_filter"]
    given = full_db.list_queue(**{name: ["solved"]})

    assert added == null == {"status_categories": unsolved, "snoozed": False}
    assert given["default_filter"] is None
    assert {each["status_category"] for each in given["items"]} == {"solved"}


@pytest.mark.usefixtures("page_scan_limit")
def test_totals_are_exact_or_marked_as_inexact(full_db, everything):
    @settings(max_examples=40, deadline=None)
    @given(FILTERS)
    def check(filters):
        total = full_db.list_queue(**filters, with_total_=True)["total"]
        expected = [
            ticket
            for ticket in everything
            if shown(ticket, filters) and matches(ticket, filters, str(id_of("agent")))
        ]
        assert total["count"] <= len(expected)
        assert not total["exact"] or total["count"] == len(expected)

    check()


@pytest.mark.parametrize("sort", sorted(set(SORTS) - {"waiting"}))
@pytest.mark.usefixtures("page_scan_limit")
@pytest.mark.parametrize("who", ["agent", "admin"])
def test_the_pages_of_a_view_of_every_queue_equal_the_model(
    full_db, everything, who, sort
):
    readable = set(full_db.read(who, "select id::text from public.queues"))

    @settings(max_examples=15, deadline=None)
    @given(FILTERS, st.integers(3, 60))
    def check(filters, size):
        conditions = {
            name: value for name, value in filters.items() if value is not None
        }
        view = full_db.call(
            who, "create_view", name="All", sort=sort, conditions=conditions
        )
        found = all_pages(
            lambda after: full_db.call(
                who, "list_view", view=view["id"], after=after, page_size=size
            )
        )
        full_db.call(who, "delete_view", view=view["id"])
        expected = [
            ticket
            for ticket in everything
            if ticket["queue_id"] in readable
            and matches(ticket, filters, str(id_of(who)))
        ]
        assert found == [ticket["id"] for ticket in sorted(expected, key=key(sort))]

    check()


@pytest.mark.parametrize("who", ["customer", "colleague", "stranger", "agent", "lead"])
def test_the_pages_of_my_tickets_equal_the_model(full_db, everything, who):
    me = str(id_of(who))
    followed = set(
        full_db.read(who, "select ticket_id::text from public.ticket_followers")
    )
    seen = set(full_db.read(who, "select id::text from public.tickets"))

    def mine(ticket):
        return ticket["id"] in seen and (
            me in (ticket["requester_id"], ticket["assignee_id"])
            or ticket["id"] in followed
        )

    notes = set(map(str, full_db.read(who, "select private.note_queues()")))

    def last_change(ticket):
        internal = ticket["queue_id"] in notes
        shown = ticket["updated_at" if internal else "public_updated_at"]
        return -datetime.fromisoformat(shown).timestamp(), -ticket["number"]

    keys = {"newest": key("newest"), "oldest": key("oldest"), "updated": last_change}

    @settings(max_examples=25, deadline=None)
    @given(
        some(STATUSES),
        some(StatusCategory),
        st.sampled_from([*keys]),
        st.integers(2, 60),
    )
    def check(statuses, categories, sort, size):
        found = all_pages(
            lambda after: full_db.call(
                who, "list_my_tickets", statuses=statuses, sort=sort, after=after,
                status_categories=categories, page_size=size,
            )
        )  # fmt: skip
        expected = [
            ticket
            for ticket in everything
            if mine(ticket)
            and (statuses is None or ticket["status"] in statuses)
            and (categories is None or ticket["status_category"] in categories)
        ]
        assert found == [t["id"] for t in sorted(expected, key=keys[sort])]

    check()


def test_the_pages_of_people_are_all_people_by_name(db):
    db.execute("update public.people set name = 'Same' where name < 'L'")

    def fetch(after, size):
        return db.items("agent", "list_people", after=after, page_size=size)

    ids = all_rows(fetch, ("name", "id"), 3)
    rows = db.execute("select id::text from public.people order by name, id")
    assert ids == [row[0] for row in rows]


@pytest.mark.parametrize("hostile", ["%", "_", "\\", "'", "(", ".*"])
def test_searches_are_literal(db, hostile):
    assert db.items("agent", "list_people", search=hostile) == [
        found
        for found in db.items("agent", "list_people")
        if hostile in found["name"] + found["email"]
    ]


def test_unknown_statuses_are_named_in_the_error(db):
    for fetch in (
        lambda statuses: db.list_queue(statuses=statuses),
        lambda statuses: db.items("agent", "list_my_tickets", statuses=statuses),
    ):
        with pytest.raises(Exception, match="unknown-status") as refusal:
            fetch(["open", "nope"])
        assert refusal.value.diag.message_detail == "There is no status nope."


def test_pages_with_few_matches_return_a_cursor(db):
    db.execute("update private.settings set page_scan_limit = 100")
    insert_tickets(db, 150, "support", "customer")
    last = db.create_ticket(type="task")

    first = db.list_queue(types=["task"], sort_="oldest")
    second = db.list_queue(types=["task"], sort_="oldest", after_=Json(first["next"]))

    assert first["items"] == []
    assert [each["id"] for each in second["items"]] == [last["id"]]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("tickets", "total"),
    [
        (999, {"count": 999, "exact": True}),
        (1000, {"count": 1000, "exact": True}),
        (1001, {"count": 1000, "exact": False}),
    ],
)
def test_a_total_is_exact_up_to_a_thousand(db, tickets, total):
    db.execute("alter table public.tickets disable trigger user")
    insert_tickets(db, tickets, "support", "customer")

    assert db.list_queue(page_size_=1, with_total_=True)["total"] == total
    assert db.list_queue(page_size_=1)["total"] is None


def test_totals_of_a_partial_scan_are_lower_bounds(db):
    db.execute("update private.settings set page_scan_limit = 100")
    for kind, count in (("task", 3), ("problem", 100)):
        insert_tickets(db, count, kind=kind)

    total = db.list_queue(types=["task"], with_total_=True)["total"]

    assert not total["exact"]
    assert total["count"] <= 3


@pytest.mark.parametrize("waiting_on", [None, [], ["customer"], ["agent", "customer"]])
def test_sorting_by_waiting_requires_waiting_on_agent(db, waiting_on):
    with pytest.raises(Exception, match="invalid") as refusal:
        db.list_queue(sort_="waiting", waiting_on=waiting_on)

    assert "goes with waiting_on=agent" in refusal.value.diag.message_detail


def test_cursors_of_another_sort_are_refused(db):
    with pytest.raises(Exception, match="bad-cursor"):
        db.list_queue(sort_="newest", after_=Json(["1001"]), after_sort_="oldest")
