"""Lists, counts, views and orders by the values of custom fields."""

import pytest

from .acting import WORKER, Json, refused
from .arrange import define_field, move_to_queue, revoke_permission
from .personas import id_of

SIZES = (3, 1, 2)


def fill(db, max_items=500):
    """Fill in values as the worker does; return how many chunks it took."""
    # The first chunk only notes from where; a test's transaction never ends for it.
    chunks = 0
    while db.call(WORKER, "fill_field_values", max_items=max_items):
        db.execute("update private.field_fills set after_transaction = 0")
        chunks += 1
    return chunks


def numbers(page):
    return [ticket["number"] for ticket in page["items"]]


def find(db, *, who="agent", sort="oldest", **fields):
    page = db.list_queue(
        who, fields=fields, sort_=sort, with_total_=True, statuses=None
    )
    assert page["total"] == {"count": len(page["items"]), "exact": True}
    return numbers(page)


@pytest.fixture
def sized(db):
    """Tickets by size, and one without; the field became filterable after the first."""
    tickets = {SIZES[0]: db.create_ticket(data={"size": SIZES[0]})["number"]}
    db.create_ticket(data={"size": "of a time before it was a number"})
    define_field(db, "size", "number", filterable=True)
    for size in SIZES[1:]:
        tickets[size] = db.create_ticket(data={"size": size})["number"]
    db.create_ticket()
    fill(db)
    return tickets


def test_numbers_are_found_by_value_and_from_one_to_another(db, sized):
    assert find(db, size=["3"]) == [sized[3]]
    assert find(db, size=[1, "2.0"]) == [sized[1], sized[2]]
    assert find(db, size={"from": "1.5"}) == [sized[3], sized[2]]
    assert find(db, size={"from": 2, "to": 2}) == [sized[2]]
    assert find(db, size={"to": "-1"}) == []


@pytest.mark.parametrize(
    ("kind", "more", "values", "filters"),
    [
        ("text", {}, ["a", "b", "x" * 201], {"b": [1], "x": []}),
        ("choice", {"options": ["a", "b"]}, ["a", "b", "a"], {"a": [0, 2]}),
        (
            "choices",
            {"options": ["a", "b", "c"]},
            [["a", "b"], ["b"], ["c"]],
            {"b": [0, 1], "c": [2]},
        ),
        ("boolean", {}, [True, False, True], {"true": [0, 2], "false": [1]}),
        ("pattern", {"pattern": "[A-Z]{1,3}"}, ["A", "AB", "A"], {"AB": [1]}),
        (
            "person",
            {},
            [str(id_of("agent")), str(id_of("lead")), str(id_of("agent")).upper()],
            {"me": [0, 2], str(id_of("lead")).upper(): [1]},
        ),
        (
            "date",
            {},
            ["2026-01-01", "2026-02-01", "2027-01-01"],
            {"2026-02-01": [1]},
        ),
    ],
)
def test_every_type_is_found_by_its_values(db, kind, more, values, filters):
    define_field(db, "it", kind, filterable=True, **more)
    fill(db)
    tickets = [db.create_ticket(data={"it": value})["number"] for value in values]

    for value, expected in filters.items():
        assert find(db, it=[value]) == [tickets[index] for index in expected]
    # The same where too many match to be read first.
    db.execute("update private.settings set page_scan_limit = 100")
    for value, expected in filters.items():
        found = numbers(
            db.list_queue("agent", fields={"it": [value]}, sort_="priority")
        )
        assert sorted(found) == [tickets[index] for index in expected]


def test_a_field_sorts_those_that_have_it_page_by_page(db, sized):
    for sort, sizes in (("field.size", [1, 2, 3]), ("-field.size", [3, 2, 1])):
        expected = [sized[size] for size in sizes]
        assert find(db, sort=sort) == expected
        assert find(db, sort=sort, size={"from": 2}) == [
            sized[size] for size in sizes if size >= 2
        ]
        found, after = [], None
        while after or not found:
            cursor = {"after_": Json(after), "after_sort_": sort} if after else {}
            page = db.list_queue("agent", sort_=sort, page_size_=1, **cursor)
            found += numbers(page)
            after = page["next"]
        assert found == expected


def test_texts_sort_by_their_code_points(db):
    define_field(db, "name", filterable=True)
    fill(db)
    names = ["b", "B", "ä", "a b", "Z", "a'b", "%s"]
    tickets = {name: db.create_ticket(data={"name": name})["number"] for name in names}

    assert find(db, sort="field.name") == [tickets[name] for name in sorted(names)]
    for name in names:
        assert find(db, name=[name]) == [tickets[name]]


def test_values_follow_every_change_of_a_ticket(db, sized):
    ticket = db.create_ticket(data={"size": 7})

    def update(**changes):
        db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    assert find(db, size=["7"]) == [ticket["number"]]
    update(data={"size": 8})
    assert (find(db, size=["7"]), find(db, size=["8"])) == ([], [ticket["number"]])
    move_to_queue(db, ticket, "billing")
    assert find(db, size=["8"]) == []
    move_to_queue(db, ticket, "support")
    db.assign(ticket, "agent")
    db.set_status(ticket, "solved")
    for sort in ("oldest", "field.size"):
        assert find(db, size=["8"], sort=sort) == []
        solved = db.list_queue(
            "agent", fields={"size": ["8"]}, statuses=["solved"], sort_=sort
        )
        assert numbers(solved) == [ticket["number"]]
    db.set_status(ticket, "open")
    assert find(db, size=["8"], sort="field.size") == [ticket["number"]]
    db.call("lead", "redact_ticket", ticket=ticket["id"], redacted_text="8")
    assert find(db, size=["8"]) == []


def test_a_field_is_filled_in_by_a_job_that_may_stop_anywhere(db):
    tickets = [
        db.create_ticket(data={"size": size} if size % 2 else {})["number"]
        for size in range(7)
    ]
    define_field(db, "size", "integer", filterable=True)

    with refused("PT409", "field-not-ready"):
        find(db, size=["1"])
    assert "field_values" in db.rows(WORKER, "due_jobs")
    assert fill(db, max_items=2) >= 4
    assert "field_values" not in db.rows(WORKER, "due_jobs")
    assert find(db, size={"from": 0}) == [tickets[size] for size in (1, 3, 5)]
    arguments = {"field": "size", "changes": {"filterable": False}}
    db.call("admin", "change_field", **arguments)
    with refused("PT422", "unknown-field"):
        find(db, size=["1"])
    fill(db, max_items=2)
    assert db.scalar("select count(*) from private.field_values") == 0


def test_filling_waits_for_who_does_not_know_yet_that_a_field_is_filterable(connect):
    admin, writer, worker = connect(), connect(), connect()
    define_field(admin, "size", "integer")

    with writer.connection.transaction():
        ticket = writer.create_ticket(data={"size": 1})
        arguments = {"field": "size", "changes": {"filterable": True}}
        admin.call("admin", "change_field", **arguments)
        first = worker.call(WORKER, "fill_field_values")
        second = worker.call(WORKER, "fill_field_values")
    while worker.call(WORKER, "fill_field_values"):
        pass

    assert (first["finished"], second) == (False, None)
    assert find(admin, size=["1"]) == [ticket["number"]]


@pytest.mark.parametrize(
    "fields",
    [
        {"nope": ["1"]},
        {"plain": ["1"]},
        {"size": ["large"]},
        {"size": ["NaN"]},
        {"size": []},
        {"size": "1"},
        {"size": {"is": "1"}},
        {"size": {"from": ["1"]}},
        {"size": {"over": 1}},
        {"size": [None]},
        {"size": ["1"] * 51},
        {"name": {"from": "a"}},
        {"day": ["today"]},
        {"day": ["2026-02-30"]},
        {"x' or true": ["1"]},
    ],
)
def test_filters_that_no_field_takes_are_refused(db, fields):
    define_field(db, "plain")
    for key, kind in {"size": "number", "name": "text", "day": "date"}.items():
        define_field(db, key, kind, filterable=True)
    fill(db)

    with refused("PT422"):
        find(db, **fields)


@pytest.mark.parametrize("sort", ["field.nope", "field.on", "field.", "-priority"])
def test_orders_that_no_field_has_are_refused(db, sort):
    define_field(db, "on", "boolean", filterable=True)
    fill(db)

    with refused("PT422"):
        find(db, sort=sort)
    with refused("23514" if sort == "-priority" else "PT422"):
        db.call("agent", "create_view", name="V", sort=sort)


def test_views_filter_and_sort_by_fields_with_the_rights_of_who_reads_them(db):
    define_field(db, "risk", visible_to="staff", filterable=True)
    fill(db)
    ticket = db.create_ticket("agent", queue="support", data={"risk": "high"})
    conditions = {"fields": {"risk": ["high"]}}
    view = db.call(
        "lead",
        "create_view",
        name="Risky",
        scope="team",
        queue="support",
        conditions=conditions,
        sort="-field.risk",
    )

    listed = db.call("agent", "list_view", view=view["id"], with_total=True)
    assert numbers(listed) == [ticket["number"]]
    job = db.call("agent", "bulk_update", view=view["id"], change={"priority": "low"})
    assert job["total"] == 1
    revoke_permission(db, "tickets.note", "agent")
    for read in (
        lambda: db.call("agent", "list_view", view=view["id"]),
        lambda: find(db, risk=["high"]),
        lambda: find(db, sort="field.risk"),
    ):
        with refused("PT422", "unknown-field"):
            read()
