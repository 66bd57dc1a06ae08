"""Pages against a plain model: filter, sort, cut."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.types import StatusCategory, TicketPriority, TicketType

from .cast import id_of
from .desk import Desk, Json
from .rows import LIVE, NOON, TAGS, fill
from .server import DESK, open_connection

pytestmark = pytest.mark.slow

RANK = {str(priority): rank for rank, priority in enumerate(TicketPriority)}
PLACES = ("priority", "waiting", "oldest", "newest", "updated")


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
        "waiting": lambda t: (moment(t, "waiting_since"), t["id"]),
        "oldest": lambda t: (t["number"],),
        "newest": lambda t: (-t["number"],),
        "updated": lambda t: (
            -moment(t, "updated_at"),
            -int(t["id"].replace("-", ""), 16),
        ),
    }[sort]


def fits(ticket, wanted, me):
    assignee = {"me": me, "none": None}.get(wanted["assignee"], wanted["assignee"])
    requester = {"me": me}.get(wanted["requester"], wanted["requester"])

    def among(name, column):
        return wanted[name] is None or ticket[column] in wanted[name]

    def within(since, until, column):
        moment = datetime.fromisoformat(ticket[column])
        return (
            wanted[since] is None or datetime.fromisoformat(wanted[since]) <= moment
        ) and (wanted[until] is None or moment < datetime.fromisoformat(wanted[until]))

    return all(
        (
            among("statuses", "status"),
            among("priorities", "priority"),
            among("types", "type"),
            among("waiting_on", "waiting_on"),
            wanted["tags"] is None or set(wanted["tags"]) <= set(ticket["tags"]),
            wanted["assignee"] is None or ticket["assignee_id"] == assignee,
            wanted["requester"] is None or ticket["requester_id"] == requester,
            wanted["organization"] in (None, ticket["organization_id"]),
            within("created_after", "created_before", "created_at"),
            within("updated_after", "updated_before", "updated_at"),
            within("waiting_after", "waiting_before", "waiting_since"),
        )
    )


def some(values):
    return st.none() | st.lists(st.sampled_from([str(v) for v in values]), max_size=5)


def seldom(*values):
    return st.sampled_from([None] * 4 + list(values))


STATUSES = (*StatusCategory, "with_supplier")
MOMENTS = [
    (NOON + shift).isoformat()
    for shift in (timedelta(minutes=-30), timedelta(0), timedelta(microseconds=25))
]
FILTERS = st.fixed_dictionaries(
    {
        "statuses": some(STATUSES),
        "priorities": some(TicketPriority),
        "types": some(TicketType),
        "waiting_on": seldom(["agent"], ["customer"], ["agent", "nobody"], []),
        "assignee": seldom("me", "none", str(id_of("lead"))),
        "requester": seldom("me", str(id_of("customer"))),
        "organization": seldom(str(id_of("Sharing")), str(id_of("Silent"))),
        "tags": seldom(*([tag] for tag in TAGS), ["vip", "login"], ["unheard-of"], []),
        **{
            f"{what}_{side}": seldom(*MOMENTS)
            for what in ("created", "updated", "waiting")
            for side in ("after", "before")
        },
    }
)


def paged(ask, place, size):
    """Read page after page, each after the place of the last row."""
    rows, after = [], None
    while page := ask(after, size):
        rows += page
        after = Json(str(page[-1][name]) for name in place)
    return [row["id"] for row in rows]


def turned(ask):
    """Read page after page to the end, however short pages come."""
    ids, after = [], None
    while True:
        page = ask(after)
        ids += [row["id"] for row in page["items"]]
        if page["next"] is None:
            return ids
        after = Json(page["next"])


@pytest.fixture(params=[5000, 100], ids=["one walk", "short walks"])
def looked_at(request, full_desk):
    """How many tickets a page may look at; the few are fewer than the queue."""
    full_desk.run("update private.settings set page_scan_limit = %s",
                  request.param)  # fmt: skip
    return request.param


@pytest.mark.usefixtures("looked_at")
@pytest.mark.parametrize("sort", PLACES)
def test_a_queue_read_in_pages_is_the_queue(full_desk, everything, sort):
    @settings(max_examples=40, deadline=None)
    @given(FILTERS, st.integers(3, 60))
    def check(wanted, size):
        if sort == "waiting":
            wanted["waiting_on"] = ["agent"]
        found = turned(
            lambda after: full_desk.queue(
                **wanted, sort_=sort, after_=after, page_size_=size
            )
        )
        expected = [
            ticket
            for ticket in everything
            if ticket["queue_id"] == str(id_of("support"))
            and fits(ticket, wanted, str(id_of("agent")))
            and (sort != "waiting" or ticket["status_category"] in LIVE)
        ]
        assert found == [ticket["id"] for ticket in sorted(expected, key=key(sort))]

    check()


@pytest.mark.usefixtures("looked_at")
def test_a_count_is_exact_or_says_that_it_is_not(full_desk, everything):
    @settings(max_examples=40, deadline=None)
    @given(FILTERS)
    def check(wanted):
        total = full_desk.queue(**wanted, with_total_=True)["total"]
        expected = [
            ticket
            for ticket in everything
            if ticket["queue_id"] == str(id_of("support"))
            and fits(ticket, wanted, str(id_of("agent")))
        ]
        assert total["count"] <= len(expected)
        assert not total["exact"] or total["count"] == len(expected)

    check()


@pytest.mark.parametrize("sort", set(PLACES) - {"waiting"})
@pytest.mark.usefixtures("looked_at")
@pytest.mark.parametrize("who", ["agent", "admin"])
def test_a_view_of_every_queue_is_all_of_them_in_one_order(
    full_desk, everything, who, sort
):
    readable = set(full_desk.read(who, "select id::text from public.queues"))

    @settings(max_examples=15, deadline=None)
    @given(FILTERS, st.integers(3, 60))
    def check(wanted, size):
        said = {name: value for name, value in wanted.items() if value is not None}
        view = full_desk.call(
            who, "create_view", name="All", sort=sort, conditions=said
        )
        found = turned(
            lambda after: full_desk.call(
                who, "list_view", view=view["id"], after=after, page_size=size
            )
        )
        full_desk.call(who, "delete_view", view=view["id"])
        expected = [
            ticket
            for ticket in everything
            if ticket["queue_id"] in readable and fits(ticket, wanted, str(id_of(who)))
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
            if mine(ticket) and (statuses is None or ticket["status"] in statuses)
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
    for ask in (
        lambda statuses: desk.queue(statuses=statuses),
        lambda statuses: desk.rows("agent", "list_my_tickets", statuses=statuses),
    ):
        with pytest.raises(Exception, match="unknown-status") as refusal:
            ask(["open", "nope"])
        assert refusal.value.diag.message_detail == "There is no status nope."


def test_a_page_of_few_that_fit_says_where_to_go_on(desk):
    desk.run("update private.settings set page_scan_limit = 100")
    desk.run(
        "insert into public.tickets (subject, queue_id, requester_id)"
        " select 'Many', %s, %s from generate_series(1, 150)",
        id_of("support"),
        id_of("customer"),
    )
    last = desk.ticket(type="task")

    first = desk.queue(types=["task"], sort_="oldest")
    second = desk.queue(types=["task"], sort_="oldest", after_=Json(first["next"]))

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
def test_a_total_is_exact_up_to_a_thousand(desk, tickets, total):
    desk.run("alter table public.tickets disable trigger user")
    desk.run(
        "insert into public.tickets (subject, queue_id, requester_id)"
        " select 'Many', %s, %s from generate_series(1, %s)",
        id_of("support"),
        id_of("customer"),
        tickets,
    )

    assert desk.queue(page_size_=1, with_total_=True)["total"] == total
    assert desk.queue(page_size_=1)["total"] is None


def test_a_total_of_what_was_not_all_looked_at_is_at_least(desk):
    desk.run("update private.settings set page_scan_limit = 100")
    for kind, count in (("task", 3), ("problem", 100)):
        desk.run(
            "insert into public.tickets (subject, queue_id, requester_id, type)"
            " select 'Many', %s, %s, %s from generate_series(1, %s)",
            id_of("support"),
            id_of("customer"),
            kind,
            count,
        )

    total = desk.queue(types=["task"], with_total_=True)["total"]

    assert not total["exact"]
    assert total["count"] <= 3


@pytest.mark.parametrize("waiting_on", [None, [], ["customer"], ["agent", "customer"]])
def test_sorting_by_waiting_goes_with_waiting_for_an_agent(desk, waiting_on):
    with pytest.raises(Exception, match="invalid") as refusal:
        desk.queue(sort_="waiting", waiting_on=waiting_on)

    assert "goes with waiting_on=agent" in refusal.value.diag.message_detail


def test_a_place_of_another_order_is_refused(desk):
    with pytest.raises(Exception, match="bad-cursor"):
        desk.queue(sort_="newest", after_=Json(["1001"]), after_sort_="oldest")
