"""Saved views: who has which, who may keep which, and what they show."""

import pytest

from .cast import PEOPLE, id_of
from .desk import Json, refused

pytestmark = pytest.mark.slow

STAFF = {"agent", "neighbour", "biller", "lead", "admin"}
READ_SUPPORT = {"agent", "neighbour", "lead", "admin"}


def save(desk, who="agent", name="A view", **draft):
    return desk.call(who, "create_view", name=name, **draft)


def shared(desk, scope, queue="support"):
    return save(desk, "admin", scope=scope, queue=queue)


def have(desk, view):
    """Return those who have a view: listed, in the table, and to be read."""

    def has(who):
        listed = view["id"] in [each["id"] for each in desk.rows(who, "list_views")]
        there = desk.read(
            who, "select true from public.views where id = %s", view["id"]
        )
        assert listed == bool(there)
        if listed:
            desk.call(who, "list_view", view=view["id"])
        else:
            with refused("PT404", "not-found"):
                desk.call(who, "list_view", view=view["id"])
        return listed

    return {who for who in PEOPLE if has(who)}


def test_a_view_of_mine_is_mine_alone(desk):
    assert have(desk, save(desk)) == {"agent"}


def test_a_view_of_a_team_is_of_those_who_read_its_queue(desk):
    assert have(desk, shared(desk, "team")) == READ_SUPPORT


def test_a_view_of_everyone_is_of_staff(desk):
    assert have(desk, shared(desk, "everyone", None)) == STAFF


def test_a_view_of_everyone_on_a_queue_is_of_those_who_read_it(desk):
    assert have(desk, shared(desk, "everyone", "billing")) == {"biller", "admin"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("mine", READ_SUPPORT), ("team", {"lead", "admin"}), ("everyone", {"admin"})],
)
@pytest.mark.parametrize("who", PEOPLE)
def test_views_are_saved_by_those_who_may(desk, who, scope, allowed):
    if who in allowed:
        assert save(desk, who, scope=scope, queue="support")["scope"] == scope
        return
    # Whether there is a queue is told to nobody who may not read it.
    with refused("PT422" if who == "biller" else "PT403"):
        save(desk, who, scope=scope, queue="support")


@pytest.mark.parametrize("who", ["customer", "colleague", "stranger"])
def test_customers_keep_no_views(desk, who):
    with refused("PT403", "denied"):
        save(desk, who)
    assert desk.rows(who, "list_views") == []


def test_a_lead_shares_with_no_team_but_their_own(desk):
    with refused("PT422", "unknown-queue"):
        save(desk, "lead", scope="team", queue="billing")


def test_a_team_has_a_queue(desk):
    with refused("PT422", "invalid"):
        save(desk, "admin", scope="team")


@pytest.mark.parametrize(
    ("scope", "keepers"),
    [("mine", {"agent"}), ("team", {"lead", "admin"}), ("everyone", {"admin"})],
)
@pytest.mark.parametrize("act", ["change_view", "delete_view"])
@pytest.mark.parametrize("who", ["agent", "neighbour", "biller", "lead", "admin"])
def test_views_are_kept_by_those_who_may(desk, who, act, scope, keepers):
    view = save(desk) if scope == "mine" else shared(desk, scope)
    more = {"changes": {"name": "Better"}} if act == "change_view" else {}

    if who in keepers:
        desk.call(who, act, view=view["id"], **more)
    else:
        seen = scope != "mine" and who in READ_SUPPORT
        with refused("PT403" if seen else "PT404"):
            desk.call(who, act, view=view["id"], **more)

    name = desk.one("select name from public.views where id = %s", view["id"])
    left = {"change_view": "Better", "delete_view": None}[act]
    assert name == (left if who in keepers else "A view")


def test_what_is_not_named_stays(desk):
    view = save(desk, queue="support", conditions={"assignee": "me"}, sort="newest")

    changed = desk.call(
        "agent", "change_view", view=view["id"], changes={"name": "Better"}
    )

    assert {**changed, "updated_at": None} == {
        **view,
        "name": "Better",
        "updated_at": None,
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"queue": None}, {"queue_id": None}),
        ({"queue": "support"}, {"queue_id": str(id_of("support"))}),
        ({"conditions": {}}, {"conditions": {}}),
        ({"sort": "oldest"}, {"sort": "oldest"}),
        ({"owner_id": str(id_of("lead"))}, {"owner_id": str(id_of("agent"))}),
        ({"queue_id": str(id_of("billing"))}, {"queue_id": str(id_of("support"))}),
        ({"id": str(id_of("x"))}, {}),
    ],
    ids=str,
)
def test_what_is_named_changes_and_nothing_else(desk, changes, told):
    view = save(desk, queue="support", conditions={"assignee": "me"})

    changed = desk.call("agent", "change_view", view=view["id"], changes=changes)

    same = {**view, **told, "updated_at": None}
    assert {**changed, "updated_at": None} == same


def test_nobody_shares_by_changing_what_they_may_not_share(desk):
    view = save(desk, queue="support")

    for scope in ("team", "everyone"):
        with refused("PT403", "denied"):
            desk.call("agent", "change_view", view=view["id"], changes={"scope": scope})
    with refused("PT422", "unknown-queue"):
        desk.call("agent", "change_view", view=view["id"], changes={"queue": "billing"})


def test_a_view_that_is_shared_belongs_to_nobody_and_can_be_taken_back(desk):
    view = save(desk, "lead", queue="support")

    shared = desk.call(
        "lead", "change_view", view=view["id"], changes={"scope": "team"}
    )
    mine = desk.call("lead", "change_view", view=view["id"], changes={"scope": "mine"})

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
        ({"conditions": {"created_after": "soon"}}, "22007"),
        ({"conditions": {"tags": ["x" * 50] * 200}}, "23514"),
        ({"sort": "subject"}, "23514"),
        ({"sort": "waiting"}, "PT422"),
        ({"name": ""}, "23514"),
        ({"name": "n" * 81}, "23514"),
        ({"scope": "world"}, "22P02"),
        ({"queue": "nope"}, "PT422"),
    ],
    ids=str,
)
def test_a_view_that_makes_no_sense_is_refused(desk, draft, code):
    with refused(code):
        save(desk, **draft)


def test_one_person_has_so_many_views_and_no_more(desk):
    for _ in range(100):
        save(desk)

    with refused("PT409", "too-many-views"):
        save(desk)


def test_a_view_saved_twice_is_one_view(desk):
    first = save(desk, idempotency_key="k")

    assert save(desk, idempotency_key="k") == first
    assert len(desk.rows("agent", "list_views")) == 1
    with refused("PT422", "idempotency-key-reused"):
        save(desk, name="Another", idempotency_key="k")


# What they show -------------------------------------------------------------


def numbers(desk, who, view, **how):
    shown = desk.call(who, "list_view", view=view["id"], **how)["items"]
    return [each["number"] for each in shown]


def test_a_view_shows_each_reader_their_own(desk):
    support, billing = desk.ticket(), desk.ticket(queue="billing")
    view = shared(desk, "everyone", None)

    assert numbers(desk, "agent", view) == [support["number"]]
    assert numbers(desk, "biller", view) == [billing["number"]]
    assert sorted(numbers(desk, "admin", view)) == [
        support["number"],
        billing["number"],
    ]


def test_me_is_the_reader(desk):
    held, other = desk.ticket(), desk.ticket()
    desk.assign(held, "agent")
    desk.assign(other, "lead")
    view = save(desk, "admin", scope="everyone", conditions={"assignee": "me"})

    assert numbers(desk, "agent", view) == [held["number"]]
    assert numbers(desk, "lead", view) == [other["number"]]
    assert numbers(desk, "admin", view) == []


def test_who_leaves_a_queue_sees_nothing_of_it_in_any_view(desk):
    desk.ticket()
    own = save(desk, queue="support")
    everything = save(desk)
    desk.run("delete from public.queue_members where person_id = %s", id_of("agent"))

    for view in (own, everything):
        answer = desk.call("agent", "list_view", view=view["id"], with_total=True)
        assert answer["items"] == []
        assert answer["total"] == {"count": 0, "exact": True}


@pytest.mark.parametrize(
    "question",
    [
        "select ids from private.scan_queues(array[%s::uuid], null, 'oldest', null, 9)",
        "select shown from private.tickets_json(array(select %s::uuid)) as shown",
        "select private.count_queue_tickets(array[%s::uuid], null) ->> 'count'",
    ],
)
@pytest.mark.parametrize("who", ["stranger", "biller"])
def test_nobody_calls_what_queries_are_made_of(desk, who, question):
    ticket = desk.ticket()

    for given in (id_of("support"), ticket["id"]):
        with refused("42501"):
            desk.read(who, question, given)


def test_what_has_waited_longer_than_so_long_is_found_whenever_one_looks(desk):
    ticket = desk.ticket()
    view = save(
        desk,
        conditions={"waiting_on": ["agent"], "waiting_before": "PT2H"},
        sort="waiting",
    )
    assert numbers(desk, "agent", view) == []

    desk.run("alter table public.tickets disable trigger user")
    desk.run("update public.tickets set waiting_since = now() - interval '3 hours'")

    assert numbers(desk, "agent", view) == [ticket["number"]]


def test_a_place_in_a_view_whose_order_has_changed_is_refused(desk):
    view = save(desk, sort="oldest")

    with refused("PT422", "bad-cursor"):
        desk.call(
            "agent",
            "list_view",
            view=view["id"],
            after=Json(["1"]),
            after_sort="newest",
        )


def test_the_views_of_a_person_go_with_them_and_shared_ones_stay(desk):
    save(desk, "lead")
    kept = save(desk, "lead", scope="team", queue="support")

    desk.run("delete from auth.users where id = %s", id_of("lead"))

    assert desk.one("select array_agg(id::text) from public.views") == [kept["id"]]
