"""Saved views: who sees them, who may change them, and what they show."""

import pytest

from .acting import Json, refused
from .arrange import leave_queues, set_waiting
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow

STAFF = {"agent", "neighbour", "biller", "lead", "admin"}
READ_SUPPORT = {"agent", "neighbour", "lead", "admin"}


def save(db, who="agent", name="A view", **draft):
    return db.call(who, "create_view", name=name, **draft)


def shared(db, scope, queue="support"):
    return save(db, "admin", scope=scope, queue=queue)


def people_with(db, view):
    """Return who has a view: listed, in the table, and readable."""

    def has(who):
        listed = view["id"] in [each["id"] for each in db.rows(who, "list_views")]
        there = db.read(who, "select true from public.views where id = %s", view["id"])
        assert listed == bool(there)
        if listed:
            db.call(who, "list_view", view=view["id"])
        else:
            with refused("PT404", "not-found"):
                db.call(who, "list_view", view=view["id"])
        return listed

    return {who for who in PEOPLE if has(who)}


def test_private_views_are_visible_to_their_owner_only(db):
    assert people_with(db, save(db)) == {"agent"}


def test_team_views_are_visible_to_readers_of_the_queue(db):
    assert people_with(db, shared(db, "team")) == READ_SUPPORT


def test_shared_views_are_visible_to_staff(db):
    assert people_with(db, shared(db, "everyone", None)) == STAFF


def test_shared_views_of_a_queue_are_visible_to_its_readers(db):
    assert people_with(db, shared(db, "everyone", "billing")) == {"biller", "admin"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("mine", READ_SUPPORT), ("team", {"lead", "admin"}), ("everyone", {"admin"})],
)
@pytest.mark.parametrize("who", PEOPLE)
def test_views_are_created_by_permission(db, who, scope, allowed):
    if who in allowed:
        assert save(db, who, scope=scope, queue="support")["scope"] == scope
        return
    # Whether a queue exists is hidden from those who may not read it.
    with refused("PT422" if who == "biller" else "PT403"):
        save(db, who, scope=scope, queue="support")


@pytest.mark.parametrize("who", ["customer", "colleague", "stranger"])
def test_customers_have_no_views(db, who):
    with refused("PT403", "denied"):
        save(db, who)
    assert db.rows(who, "list_views") == []


def test_leads_share_with_their_own_team_only(db):
    with refused("PT422", "unknown-queue"):
        save(db, "lead", scope="team", queue="billing")


def test_team_views_require_a_queue(db):
    with refused("PT422", "invalid"):
        save(db, "admin", scope="team")


@pytest.mark.parametrize(
    ("scope", "editors"),
    [("mine", {"agent"}), ("team", {"lead", "admin"}), ("everyone", {"admin"})],
)
@pytest.mark.parametrize("act", ["change_view", "delete_view"])
@pytest.mark.parametrize("who", ["agent", "neighbour", "biller", "lead", "admin"])
def test_views_are_changed_and_deleted_by_permission(db, who, act, scope, editors):
    view = save(db) if scope == "mine" else shared(db, scope)
    more = {"changes": {"name": "Better"}} if act == "change_view" else {}

    if who in editors:
        db.call(who, act, view=view["id"], **more)
    else:
        seen = scope != "mine" and who in READ_SUPPORT
        with refused("PT403" if seen else "PT404"):
            db.call(who, act, view=view["id"], **more)

    name = db.scalar("select name from public.views where id = %s", view["id"])
    left = {"change_view": "Better", "delete_view": None}[act]
    assert name == (left if who in editors else "A view")


def test_views_name_their_owner_and_queue(db):
    mine = save(db, queue="support")
    team = shared(db, "team")

    named = {each["id"]: each for each in db.rows("agent", "list_views")}

    names = [(each["owner_name"], each["queue_name"]) for each in (mine, team)]
    assert names == [("Agent", "Support"), (None, "Support")]
    for view in (mine, team):
        assert named[view["id"]] == view
        assert db.call("agent", "get_view", view=view["id"]) == view
        with refused("PT404", "not-found"):
            db.call("biller", "get_view", view=view["id"])


def test_unnamed_fields_stay(db):
    view = save(db, queue="support", conditions={"assignee": "me"}, sort="newest")

    changed = db.call(
        "agent", "change_view", view=view["id"], changes={"name": "Better"}
    )

    assert {**changed, "updated_at": None} == {
        **view,
        "name": "Better",
        "version": 2,
        "updated_at": None,
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"queue": None}, {"queue_id": None, "queue_name": None}),
        (
            {"queue": "billing"},
            {"queue_id": str(id_of("billing")), "queue_name": "Billing"},
        ),
        ({"conditions": {}}, {"conditions": {}}),
        ({"sort": "oldest"}, {"sort": "oldest"}),
        ({"queue": "support"}, {}),
        ({}, {}),
    ],
    ids=str,
)
def test_only_named_fields_change(db, changes, expected):
    db.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))
    view = save(db, queue="support", conditions={"assignee": "me"})

    changed = db.call("agent", "change_view", view=view["id"], changes=changes)

    version = 2 if expected else 1
    same = {**view, **expected, "version": version, "updated_at": None}
    assert {**changed, "updated_at": None} == same


@pytest.mark.parametrize(
    "changes",
    [
        Json([]),
        {"owner_id": str(id_of("lead"))},
        {"queue_id": str(id_of("billing"))},
        {"id": str(id_of("x"))},
        {"name": None},
        {"conditions": None},
        {"conditions": "all"},
        {"conditions": {"created_after": "yesterday"}},
    ],
    ids=str,
)
def test_a_change_that_is_invalid_is_refused(db, changes):
    view = save(db, queue="support")

    with refused("PT422", "invalid"):
        db.call("agent", "change_view", view=view["id"], changes=changes)


def test_changing_the_scope_needs_the_permission(db):
    view = save(db, queue="support")

    for scope in ("team", "everyone"):
        with refused("PT403", "denied"):
            db.call("agent", "change_view", view=view["id"], changes={"scope": scope})
    with refused("PT422", "unknown-queue"):
        db.call("agent", "change_view", view=view["id"], changes={"queue": "billing"})


def test_shared_views_have_no_owner_and_can_be_made_private(db):
    view = save(db, "lead", queue="support")

    shared = db.call("lead", "change_view", view=view["id"], changes={"scope": "team"})
    mine = db.call("lead", "change_view", view=view["id"], changes={"scope": "mine"})

    assert shared["owner_id"] is None
    assert mine["owner_id"] == str(id_of("lead"))


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ({"conditions": Json([])}, "PT422"),
        ({"conditions": None}, "23502"),
        ({"conditions": {"colour": "red"}}, "PT422"),
        ({"conditions": {"priorities": ["top"]}}, "22P02"),
        ({"conditions": {"statuses": ["nope"]}}, "PT422"),
        ({"conditions": {"assignee": "') or true --"}}, "22P02"),
        ({"conditions": {"requester": "none"}}, "22P02"),
        ({"conditions": {"created_after": "soon"}}, "PT422"),
        ({"conditions": {"tags": ["x" * 50] * 200}}, "PT422"),
        ({"sort": "subject"}, "23514"),
        ({"sort": "waiting"}, "PT422"),
        ({"name": ""}, "23514"),
        ({"name": "n" * 81}, "23514"),
        ({"scope": "world"}, "22P02"),
        ({"queue": "nope"}, "PT422"),
    ],
    ids=str,
)
def test_invalid_views_are_refused(db, draft, code):
    with refused(code):
        save(db, **draft)


def test_a_person_has_100_views_at_most(db):
    for _ in range(100):
        save(db)

    with refused("PT409", "too-many-views"):
        save(db)


def test_creating_views_is_idempotent(db):
    first = save(db, idempotency_key="k")

    assert save(db, idempotency_key="k") == first
    assert len(db.rows("agent", "list_views")) == 1
    with refused("PT422", "idempotency-key-reused"):
        save(db, name="Another", idempotency_key="k")


# Tickets of views------------------------------------------------------------


def numbers(db, who, view, **options):
    shown = db.call(who, "list_view", view=view["id"], **options)["items"]
    return [each["number"] for each in shown]


def test_views_show_the_tickets_visible_to_their_reader(db):
    support, billing = db.create_ticket(), db.create_ticket(queue="billing")
    view = shared(db, "everyone", None)

    assert numbers(db, "agent", view) == [support["number"]]
    assert numbers(db, "biller", view) == [billing["number"]]
    assert sorted(numbers(db, "admin", view)) == [support["number"], billing["number"]]


def test_me_is_the_reader(db):
    held, other = db.create_ticket(), db.create_ticket()
    db.assign(held, "agent")
    db.assign(other, "lead")
    view = save(db, "admin", scope="everyone", conditions={"assignee": "me"})

    assert numbers(db, "agent", view) == [held["number"]]
    assert numbers(db, "lead", view) == [other["number"]]
    assert numbers(db, "admin", view) == []


def test_people_who_left_a_queue_see_its_tickets_in_no_view(db):
    db.create_ticket()
    own = save(db, queue="support")
    everything = save(db)
    leave_queues(db, "agent")

    for view in (own, everything):
        page = db.call("agent", "list_view", view=view["id"], with_total=True)
        assert page["items"] == []
        assert page["total"] == {"count": 0, "exact": True}


@pytest.mark.parametrize(
    "query",
    [
        "select ids from private.scan_queues(array[%s::uuid], null, 'oldest', null, 9)",
        "select shown from private.tickets_json(array(select %s::uuid)) as shown",
        "select private.count_queue_tickets(array[%s::uuid], null) ->> 'count'",
    ],
)
@pytest.mark.parametrize("who", ["stranger", "biller"])
def test_internal_query_functions_are_not_callable(db, who, query):
    ticket = db.create_ticket()

    for given in (id_of("support"), ticket["id"]):
        with refused("42501"):
            db.read(who, query, given)


def test_relative_times_are_evaluated_at_each_read(db):
    ticket = db.create_ticket()
    view = save(
        db,
        conditions={"waiting_on": ["agent"], "waiting_before": "PT2H"},
        sort="waiting",
    )
    assert numbers(db, "agent", view) == []

    set_waiting(db, "3 hours")

    assert numbers(db, "agent", view) == [ticket["number"]]


def test_cursors_of_a_former_sort_are_refused(db):
    view = save(db, sort="oldest")

    with refused("PT422", "bad-cursor"):
        db.call(
            "agent",
            "list_view",
            view=view["id"],
            after=Json(["1"]),
            after_sort="newest",
        )


def test_deleting_a_person_deletes_their_private_views_only(db):
    save(db, "lead")
    kept = save(db, "lead", scope="team", queue="support")

    db.execute("delete from public.people where id = %s", id_of("lead"))

    assert db.scalar("select array_agg(id::text) from public.views") == [kept["id"]]
