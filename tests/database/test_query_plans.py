"""Plans of the hot queries on 20,000 rows: an index, never a scan."""

import json
from collections.abc import Iterator

import psycopg
import pytest

from infra.local.postgres import SUPERUSER
from shared.core.types import StatusCategory

from .acting import ActingConnection, Json
from .assigning import AGENT_CHOICES
from .personas import id_of, sign_up
from .rows import LIVE, fill
from .server import SEEDED, open_connection

pytestmark = pytest.mark.slow

LARGE_PRIVATE = {"bulk_updates", "bulk_items", "field_values", "ticket_search"}
LARGE = {
    "tickets",
    "comments",
    "ticket_events",
    "ticket_followers",
    "ticket_read_markers",
}
INDEXES = """
select relname from pg_index join pg_class on pg_class.oid = indexrelid
where indrelid = any (%s::regclass[])
"""
AUTO_EXPLAIN = (
    "load 'auto_explain'",
    "set auto_explain.log_min_duration = 0",
    "set auto_explain.log_nested_statements = on",
    "set auto_explain.log_analyze = on",
    "set auto_explain.log_format = json",
    "set auto_explain.log_level = notice",
)


# Two filterable fields that every ticket has; the number has 1,000 values.
VALUES = """
insert into private.fields
(key, type, agent_label, customer_label, ticket_types, filterable)
select key, type, key, key, enum_range(null::public.ticket_type), true
from (values ('size', 'number'), ('name', 'text')) as given (key, type);
delete from private.field_fills;
insert into private.field_values
(ticket_id, field, item, queue_id, live, number_value, text_value)
select
    id, field, 1, queue_id, status_category not in ('solved', 'closed'),
    case field when 'size' then number % 1000 end,
    case field when 'name' then 'Name ' || number % 10 end
from public.tickets
cross join unnest(array['size', 'name']) as field
"""


# Every ticket has the word of its subject, one in 400 another.
WORDS = """
insert into private.ticket_search (number, public_words, staff_words, bytes)
select number, words, words, 0
from public.tickets
cross join lateral to_tsvector(
    'private.search_en', subject || case when number % 400 = 0 then ' zebra' else '' end
) as words;
analyze private.ticket_search
"""


@pytest.fixture(scope="module")
def large_db(server):
    database = server.clone(SEEDED)
    # Only a superuser may load the module that reports plans.
    with open_connection(server.dsn(database, SUPERUSER)) as connection:
        for number in range(100):
            sign_up(connection, f"person{number}")
        connection.execute(
            "insert into public.queues (key, name)"
            " select 'queue-' || n, 'Queue' from generate_series(1, 10) as n"
        )
        fill(connection, 20_000, done=0.5, seed=3)
        connection.execute(WORDS)
        connection.execute("alter table public.comments disable trigger add_to_search")
        connection.execute(
            "insert into public.comments"
            " (ticket_id, author_id, body, position, public_position)"
            " select id, requester_id, 'Help', 1, 1 from public.tickets"
            " where number % 10 = 0"
        )
        connection.execute(
            "insert into public.ticket_events (ticket_id, number, seq, public_seq,"
            " version, public_version, type)"
            " select id, number, seq, seq, 1, 1, 'TICKET_UPDATED' from public.tickets,"
            " generate_series(2, 4) as seq where number % 10 = 0"
        )
        connection.execute(
            "with done as ("
            " insert into private.bulk_updates"
            " (person_id, total, done, created_at, finished_at)"
            " select id, 5, 5, now() - n * interval '1 hour',"
            " now() - n * interval '1 hour'"
            " from public.people, generate_series(1, 40) as n"
            " returning id)"
            " insert into private.bulk_items (bulk_update_id, position, ticket, result)"
            " select id, n, '1001', 'done' from done, generate_series(1, 5) as n"
        )
        connection.execute(VALUES)
        connection.execute("vacuum analyze private.bulk_updates, private.bulk_items")
        connection.execute("vacuum analyze private.field_values")
        connection.execute("vacuum analyze public.tickets, public.comments")
        connection.execute(
            "vacuum analyze public.ticket_followers, public.ticket_events"
        )
        for statement in AUTO_EXPLAIN:
            connection.execute(statement)
        yield ActingConnection(connection)
    server.drop(database)


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def large_nodes(db, who, function, **arguments):
    """Return the nodes over large tables in the statements inside a function."""
    return [node for plan in plans(db, who, function, **arguments) for node in plan]


def plans(db, who, function, **arguments):
    """Return the same, statement by statement."""
    found_plans: list[dict] = []

    def listen(notice: psycopg.errors.Diagnostic) -> None:
        text = notice.message_primary or ""
        if "plan:" in text:
            found_plans.append(json.loads(text.split("plan:\n", 1)[1])["Plan"])

    db.connection.add_notice_handler(listen)
    db.rows(who, function, **arguments)
    db.connection.remove_notice_handler(listen)
    tables = [f"public.{name}" for name in LARGE]
    tables += [f"private.{name}" for name in LARGE_PRIVATE]
    large_indexes = {row[0] for row in db.execute(INDEXES, tables)}
    return [
        [
            node
            for node in nodes(plan)
            # Without loops it was explained by the function, and not run.
            if "Actual Loops" in node
            and (
                node.get("Relation Name") in LARGE | LARGE_PRIVATE
                or node.get("Index Name") in large_indexes
            )
        ]
        for plan in found_plans
    ]


def indexes(found):
    """Return the names of the indexes; a scan of a whole table fails here."""
    assert [node for node in found if node["Node Type"] == "Seq Scan"] == []
    return {node.get("Index Name") for node in found if "Index Name" in node}


def rows_read(found):
    """Return how many rows were read, kept or not."""
    return sum(
        node["Actual Loops"]
        * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for node in found
        if node["Actual Loops"]
    )


def nodes_of(found, *indexes):
    """Return the nodes that read by these indexes."""
    return [node for node in found if node.get("Index Name") in indexes]


def queue_page_nodes(db, who="agent", queue="support", **filters):
    """Return the nodes of a page of a queue, without those that show its tickets."""
    options = {name[:-1]: filters.pop(name) for name in [*filters] if name[-1] == "_"}
    found = []
    for plan in plans(db, who, "list_queue", queue=queue, filters=filters, **options):
        if any(node.get("Alias") == "marker" for node in plan):
            assert indexes(plan) == SHOWN
            assert rows_read(plan) <= 4 * 50
        else:
            found += plan
    return found


SHOWN = {"tickets_pkey", "ticket_read_markers_pkey", "ticket_events_seq_unique"}
AFTER = {
    "waiting": Json(["2026-11-01T11:30:00Z", str(id_of("x"))]),
    "priority": Json(["high", "2026-11-01T11:30:00Z", str(id_of("x"))]),
    "oldest": Json(["11000"]),
    "newest": Json(["11000"]),
    "updated": Json(["2026-11-01T12:00:00.000025Z", str(id_of("x"))]),
}
EVERY = {"status_categories": [str(each) for each in StatusCategory]}
"""The filter that leaves nothing out, in place of the default one."""


@pytest.mark.parametrize("after", [False, True], ids=["first page", "later page"])
@pytest.mark.parametrize(
    ("sort", "filters", "index"),
    [
        ("priority", {}, "tickets_live_queue_order"),
        ("priority", EVERY, "tickets_queue_order"),
        ("priority", {"statuses": list(LIVE)}, "tickets_live_queue_order"),
        ("priority", {"assignee": "none"}, "tickets_free_queue_order"),
        ("priority", {"assignee": "me"}, "tickets_live_assignee"),
        ("priority", {"assignee": "me", **EVERY}, "tickets_assignee_queue_order"),
        (
            "priority",
            {"assignee": "me", "statuses": list(LIVE)},
            "tickets_live_assignee",
        ),
        ("waiting", {"waiting_on": ["agent"]}, "tickets_queue_waiting"),
        ("updated", EVERY, "tickets_queue_updated"),
        ("oldest", EVERY, "tickets_queue_number"),
        ("newest", EVERY, "tickets_queue_number"),
        ("oldest", {}, "tickets_live_queue_number"),
        ("newest", {}, "tickets_live_queue_number"),
        ("oldest", {"statuses": list(LIVE)}, "tickets_live_queue_number"),
        ("newest", {"statuses": list(LIVE)}, "tickets_live_queue_number"),
    ],
)
def test_queue_pages_read_one_page_of_their_index(
    large_db, sort, filters, index, after
):
    cursor = AFTER[sort] if after else None

    found = queue_page_nodes(large_db, sort_=sort, after_=cursor, **filters)

    assert indexes(found) == {index}
    assert rows_read(found) == 51


@pytest.mark.parametrize("after", [None, Json(["500", str(id_of("x"))])], ids=str)
@pytest.mark.parametrize(
    ("sort", "filters", "index"),
    [
        ("field.size", {}, "field_values_live_number"),
        ("-field.size", {}, "field_values_live_number"),
        ("-field.size", EVERY, "field_values_number"),
        ("field.name", {}, "field_values_live_text"),
        ("field.name", EVERY, "field_values_text"),
    ],
)
def test_pages_by_a_field_read_one_page_of_its_values(
    large_db, sort, filters, index, after
):
    found = queue_page_nodes(large_db, sort_=sort, after_=after, **filters)

    assert indexes(found) == {index, "tickets_pkey"}
    assert rows_read(nodes_of(found, index)) <= 51
    assert rows_read(found) <= 2 * 51


@pytest.mark.parametrize("sort", ["priority", "updated", "field.size", "-field.name"])
@pytest.mark.parametrize(
    "fields",
    [
        {"size": ["7"]},
        {"size": {"from": 0}},
        {"size": {"from": 1000}},
        {"name": ["Name 3"]},
        {"name": ["none"]},
        {"size": {"to": 500}, "name": ["Name 3", "Name 4"]},
    ],
    ids=str,
)
def test_filters_by_fields_read_a_bounded_number_of_values(large_db, fields, sort):
    found = queue_page_nodes(large_db, sort_=sort, fields=fields, with_total_=True)

    # A value for each ticket that is scanned, for a page, its end, and the total.
    assert indexes(found)
    assert rows_read(found) <= 10 * PAGE_SCAN_LIMIT


ONE_EACH = {
    "status_categories": ["solved", "closed"],
    "statuses": ["solved"],
    "priorities": ["urgent"],
    "types": ["task"],
    "waiting_on": ["agent"],
    "assignee": str(id_of("lead")),
    "requester": str(id_of("customer")),
    "organization": str(id_of("Sharing")),
    "tags": ["vip", "login"],
    "created_after": "P1D",
    "created_before": "2020-01-01T00:00:00Z",
    "updated_after": "P1D",
    "updated_before": "2020-01-01T00:00:00Z",
    "waiting_after": "P1D",
    "waiting_before": "2020-01-01T00:00:00Z",
}
PAGE_SCAN_LIMIT = 5_000
"""`page_scan_limit` as it comes; half of the tickets are in one queue of 10,000."""


@pytest.mark.parametrize("sort", AFTER)
@pytest.mark.parametrize("name", ONE_EACH)
def test_any_filter_and_sort_reads_a_bounded_number_of_tickets(large_db, name, sort):
    filters = {"waiting_on": ["agent"], name: ONE_EACH[name]}

    found = queue_page_nodes(large_db, sort_=sort, **filters)

    # Counting few matches, reading them or the index, and finding where that ends.
    assert indexes(found)
    assert rows_read(found) <= 3 * PAGE_SCAN_LIMIT + 1


@pytest.mark.parametrize(
    "more", [{}, EVERY, {"statuses": list(LIVE)}, {"assignee": "none"}], ids=str
)
@pytest.mark.parametrize("sort", sorted(set(AFTER) - {"waiting"}))
def test_pages_without_matches_read_a_bounded_number_of_tickets(large_db, sort, more):
    nothing = {"types": ["task"], "created_before": "2020-01-01T00:00:00Z", **more}

    found = queue_page_nodes(large_db, sort_=sort, **nothing)

    assert rows_read(found) <= 2 * PAGE_SCAN_LIMIT


@pytest.mark.parametrize("name", ONE_EACH)
def test_totals_read_a_bounded_number_of_tickets(large_db, name):
    filters = {name: ONE_EACH[name]}
    sort = {"sort_": "newest", "page_size_": 1}

    alone = rows_read(queue_page_nodes(large_db, **sort, **filters))
    found = queue_page_nodes(large_db, with_total_=True, **sort, **filters)

    assert indexes(found)
    assert rows_read(found) - alone <= 3 * PAGE_SCAN_LIMIT + 2


def test_views_of_every_queue_read_a_page_of_each(large_db):
    with large_db.connection.transaction(force_rollback=True):
        view = large_db.call("admin", "create_view", name="All")
        found = large_nodes(large_db, "admin", "list_view", view=view["id"])

    # Finding where each walk ends, and a page of each.
    assert "tickets_queue_order" in indexes(found)
    assert (
        rows_read(nodes_of(found, "tickets_queue_order"))
        <= 13 * 51 + PAGE_SCAN_LIMIT + 13
    )


@pytest.mark.parametrize("limit", ["1 minute", None])
def test_queue_statuses_read_one_index(large_db, limit):
    with large_db.connection.transaction(force_rollback=True):
        large_db.execute("update public.queues set wait_limit = %s", limit)
        found = large_nodes(large_db, "agent", "get_queue_status", queue="support")

    assert indexes(found) == {"tickets_queue_waiting"}
    assert rows_read(found) <= 1001 + 1


def test_read_markers_read_a_ticket_and_its_last_event(large_db):
    ticket = large_db.scalar(
        "select id::text from public.tickets"
        " where mod(number, 10) = 0 and queue_id = %s",
        id_of("support"),
    )

    with large_db.connection.transaction(force_rollback=True):
        found = large_nodes(large_db, "agent", "mark_ticket_read", ticket=ticket)

    # One statement finds a ticket by its number or its id; here the number is not read.
    # And one an event by the number of either audience; here that of the public is not.
    unread = ("tickets_number_key", "ticket_events_public_seq_unique")
    assert indexes(found) <= {"tickets_pkey", "ticket_events_seq_unique", *unread}
    assert [rows_read(nodes_of(found, index)) for index in unread] == [0, 0]
    assert rows_read(found) <= 5


def test_queue_status_broadcasts_read_an_event_and_its_ticket(large_db):
    event = large_db.scalar(
        "select ticket_events.id::text from public.ticket_events"
        " inner join public.tickets on tickets.id = ticket_id where queue_id = %s",
        id_of("support"),
    )

    with large_db.connection.transaction(force_rollback=True):
        found = large_nodes(
            large_db, "service_role", "refresh_queue_status", event=event
        )

    by_key = nodes_of(found, "tickets_pkey", "ticket_events_pkey")
    assert rows_read(by_key) <= 3
    assert indexes(found) <= {
        "tickets_pkey",
        "ticket_events_pkey",
        "tickets_queue_waiting",
    }


@pytest.mark.parametrize("who", ["customer", "agent"])
@pytest.mark.parametrize("before", [None, Json([15_000])])
def test_my_tickets_are_found_without_a_scan(large_db, who, before):
    found = large_nodes(large_db, who, "list_my_tickets", after=before)

    assert indexes(found) >= {"tickets_requester"}
    assert rows_read(found) <= 1000


def test_followers_of_thousands_read_one_page_of_them(large_db):
    found = large_nodes(large_db, "agent", "list_my_tickets", after=Json([15_000]))

    followed = [
        node for node in found if node.get("Relation Name") == "ticket_followers"
    ]
    # Whoever may see tickets by following them has few of those.
    assert indexes(followed) == {"ticket_followers_number", "ticket_followers_readers"}
    assert 0 < rows_read(followed) <= 200  # some of them are no longer theirs to see


@pytest.mark.parametrize("ref", ["number", "id"])
def test_one_ticket_is_found_by_its_key(large_db, ref):
    ticket = large_db.scalar(
        "select to_jsonb(t) from public.tickets t where queue_id = %s limit 1",
        id_of("support"),
    )

    found = large_nodes(large_db, "agent", "get_ticket", ticket=str(ticket[ref]))

    shown = {"ticket_read_markers_pkey", "ticket_events_seq_unique"}
    assert indexes(found) <= {"tickets_pkey", "tickets_number_key", *shown}
    assert rows_read(found) <= 5


@pytest.mark.parametrize(
    ("function", "keys"),
    [
        (
            "list_comments",
            {"comments_position_unique", "comments_public_position_unique"},
        ),
        (
            "list_ticket_events",
            {"ticket_events_seq_unique", "ticket_events_public_seq_unique"},
        ),
    ],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_conversation_and_a_history_are_read_by_ticket(
    large_db, function, keys, newest_first
):
    ticket = large_db.scalar(
        "select id::text from public.tickets where requester_id = %s limit 1",
        id_of("customer"),
    )

    found = large_nodes(
        large_db, "customer", function, ticket=ticket, newest_first=newest_first
    )

    # Both begin with the ticket; of so few rows either reads the same.
    assert indexes(found) & keys


def test_closing_reads_solved_tickets_only(large_db):
    with large_db.connection.transaction(force_rollback=True):
        found = large_nodes(
            large_db, "service_role", "close_solved_tickets", max_items=10
        )

    assert indexes(found) >= {"tickets_solved"}


@pytest.fixture
def bulk_update(large_db):
    """A bulk update of 50 tickets among many that are over; then all is as it was."""
    numbers = large_db.execute(
        "select array_agg(number::text) from (select number from public.tickets"
        " where queue_id = %s and status = 'open' limit 50) as chosen",
        id_of("support"),
    ).fetchone()[0]
    with large_db.connection.transaction(force_rollback=True):
        yield large_db.call(
            "agent", "bulk_update", tickets=numbers, change={"priority": "low"}
        )


def test_bulk_chunks_read_by_key_only(large_db, bulk_update):
    claimed = large_nodes(large_db, "service_role", "claim_bulk_update")
    done = large_nodes(large_db, "service_role", "apply_bulk_chunk",
                       bulk_update=bulk_update["id"], attempt=1)  # fmt: skip

    assert "bulk_updates_due_at" in indexes(claimed)
    assert rows_read(claimed) <= 5
    assert indexes(done) >= {"bulk_items_pending", "tickets_number_key", "tickets_pkey"}
    assert rows_read(done) <= 50 * 60


def test_bulk_commands_and_queries_read_by_key_only(large_db, bulk_update):
    job = {"bulk_update": bulk_update["id"]}
    begun = large_nodes(large_db, "agent", "bulk_update", tickets=["1001"],
                        change={"priority": "low"})  # fmt: skip
    read = large_nodes(large_db, "agent", "get_bulk_update", **job)
    listed = large_nodes(large_db, "agent", "list_bulk_items", **job)
    large_db.call("service_role", "claim_bulk_update")
    large_db.call("service_role", "apply_bulk_chunk", **job, attempt=1)
    undone = large_nodes(large_db, "agent", "undo_bulk_update", **job)

    # Either has unfinished ones alone.
    assert indexes(begun) & {"bulk_updates_unfinished", "bulk_updates_due_at"}
    cursor = Json(["2100-01-01T00:00:00Z", str(id_of("x"))])
    mine = large_nodes(
        large_db, "agent", "list_bulk_updates", page_size=20, before=cursor
    )
    assert indexes(mine) == {"bulk_updates_person"}
    assert rows_read(mine) <= 100  # while they are few, all of theirs are as cheap
    assert indexes(read) == {"bulk_updates_pkey"}
    assert indexes(listed) == {"bulk_updates_pkey", "bulk_items_pkey"}
    assert indexes(undone) >= {"bulk_updates_pkey", "bulk_items_pkey"}


def test_old_bulk_updates_are_found_by_index(large_db):
    with large_db.connection.transaction(force_rollback=True):
        found = large_nodes(large_db, "service_role", "delete_old_bulk_updates")

    assert "bulk_updates_finished" in indexes(found)


def test_a_ticket_is_changed_by_its_key(large_db):
    number = large_db.scalar(
        "select number::text from public.tickets"
        " where queue_id = %s and status = 'open' limit 1",
        id_of("support"),
    )
    with large_db.connection.transaction(force_rollback=True):
        found = large_nodes(large_db, "agent", "update_ticket", ticket=number,
                            changes={"subject": "Other"})  # fmt: skip

    assert indexes(found) >= {"tickets_number_key", "tickets_pkey"}
    assert rows_read(found) <= 30


def test_queue_metrics_read_one_ticket_a_queue(large_db):
    found = large_nodes(large_db, "service_role", "queue_metrics")

    queues = large_db.scalar("select count(*) from public.queues")
    assert indexes(found) == {"tickets_queue_waiting"}
    assert rows_read(found) <= queues


def test_event_metrics_read_the_comments_of_one_ticket(large_db):
    event = large_db.scalar(
        "select id::text from public.ticket_events where seq = 3 limit 1"
    )
    with large_db.connection.transaction(force_rollback=True):
        large_db.connection.execute(
            "alter table public.ticket_events disable trigger refuse_update"
        )
        large_db.connection.execute(
            "update public.ticket_events set type = 'TICKET_COMMENTED',"
            " after = '{\"position\": 2}' where id = %s",
            [event],
        )
        found = large_nodes(large_db, "service_role", "event_metrics", event=event)

    assert "ticket_events_pkey" in indexes(found)
    assert rows_read(found) <= 5


def test_a_customer_reads_the_table_itself_by_an_index(large_db):
    """The predicate has three ways to see a ticket; none of them reads the others'."""
    with large_db.acting("stranger") as connection:
        query = (
            "explain (format json)"
            " select id from public.tickets where requester_id = %s"
        )
        [plan] = connection.execute(query, [id_of("stranger")]).fetchone()

    assert plan[0]["Plan"]["Node Type"] in ("Index Scan", "Bitmap Heap Scan")


@pytest.fixture
def busy_db(large_db):
    """The large database, all agents available and all queues assigning."""
    with large_db.connection.transaction(force_rollback=True):
        large_db.execute(
            "update public.queues set strategy = 'skill_match',"
            " released_after = '1 hour'"
        )
        large_db.execute(
            "insert into public.agents (person_id, availability, capacity, load)"
            " select distinct person_id, 'available'::public.availability, 1000, 500"
            " from public.queue_members"
        )
        yield large_db


@pytest.mark.parametrize("queue", ["support", None])
def test_claims_read_the_head_of_an_index(busy_db, queue):
    arguments = {"queue": queue} if queue else {}

    found = large_nodes(busy_db, "agent", "claim_next_ticket", **arguments)

    assert "tickets_claimable" in indexes(found)
    assert rows_read(found) <= 30


def test_assigning_reads_the_head_of_an_index(busy_db):
    arguments = {
        "queue": id_of("support"),
        "agent_choices": AGENT_CHOICES,
        "max_items": 3,
    }

    found = large_nodes(busy_db, "service_role", "assign_waiting_tickets", **arguments)

    assert "tickets_claimable" in indexes(found)
    assert rows_read(found) <= 60


def test_queues_due_for_assignment_are_found_without_a_scan(busy_db):
    found = large_nodes(
        busy_db,
        "service_role",
        "queues_due_for_assignment",
        strategies=list(AGENT_CHOICES),
    )

    assert indexes(found) == {"tickets_claimable"}
    assert rows_read(found) <= 20


def test_due_jobs_are_found_without_a_scan(busy_db):
    found = large_nodes(busy_db, "service_role", "due_jobs")

    assert {"waiting_tickets", "idle_tickets"} <= set(
        busy_db.rows("service_role", "due_jobs")
    )
    assert indexes(found) >= {"tickets_claimable", "tickets_held_waiting"}
    assert rows_read(found) <= 20


def test_assigning_after_an_event_scans_nothing(busy_db):
    [event] = busy_db.events(busy_db.create_ticket())
    arguments = {"event": event["id"], "agent_choices": AGENT_CHOICES}

    found = large_nodes(busy_db, "service_role", "assign_work", **arguments)

    assert "tickets_claimable" in indexes(found)
    assert rows_read(found) <= 60


def test_idle_tickets_are_found_without_a_scan(busy_db):
    found = large_nodes(busy_db, "service_role", "release_idle_tickets", max_items=3)

    assert "tickets_held_waiting" in indexes(found)
    assert rows_read(found) <= 200


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (
            "set_availability",
            {
                "agent": str(id_of("neighbour")),
                "availability": "away",
                "reassign": True,
            },
        ),
        ("remove_queue_member", {"queue": "support", "person": id_of("neighbour")}),
    ],
)
def test_tickets_of_an_assignee_are_found_without_a_scan(busy_db, function, arguments):
    busy_db.assign(busy_db.create_ticket(), "neighbour")

    found = large_nodes(busy_db, "admin", function, **arguments)

    assert "tickets_live_assignee" in indexes(found)
    assert rows_read(found) <= 20


def test_renaming_a_queue_reads_no_tickets(busy_db):
    found = large_nodes(
        busy_db, "admin", "change_queue", queue="queue-1", changes={"name": "Q"}
    )

    assert found == []


def test_rare_words_are_found_by_their_index(large_db):
    found = large_nodes(large_db, "admin", "search", q="zebra")

    by_word = nodes_of(found, "ticket_search_staff")
    assert rows_read(by_word) == 50
    assert "ticket_search_pkey" in indexes(found)
    # The ten thousand that tell that the admin sees more than may be read.
    assert rows_read(found) - rows_read(nodes_of(found, "tickets_queue_number")) <= 2000


def test_common_words_are_found_among_the_newest_tickets(large_db):
    found = large_nodes(large_db, "admin", "search", q="ticket")

    assert "ticket_search_staff" not in indexes(found)
    assert rows_read(nodes_of(found, "ticket_search_pkey")) <= 3 * 200
    assert rows_read(found) - rows_read(nodes_of(found, "tickets_queue_number")) <= 3000


@pytest.mark.parametrize("q", ["zebra", "ticket", "nowhere"])
def test_who_sees_few_tickets_reads_these_alone(large_db, q):
    found = large_nodes(large_db, "stranger", "search", q=q)

    assert "tickets_requester" in indexes(found)
    assert not {"ticket_search_staff", "ticket_search_public"} & indexes(found)
    requested = large_db.scalar(
        "select count(*) from public.tickets where requester_id = %s", id_of("stranger")
    )
    assert rows_read(found) <= 20 * requested
