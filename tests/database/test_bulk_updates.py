"""Bulk updates: one change to many tickets, with the rules of each, and undo."""

import pytest

from .acting import WORKER, Json, refused
from .arrange import broadcasts, delete_account, revoke_role, store_webhook_settings
from .bulk import (
    claim_job,
    get_bulk_update,
    item_results,
    items,
    run,
    run_all,
    run_chunk,
    run_undo,
    start,
)
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow

EVERYTHING = {
    "status": "solved",
    "reason": "Recalled.",
    "assignee": "me",
    "priority": "low",
    "add_tags": ["recall", "old"],
    "remove_tags": ["new"],
}


def state(ticket):
    named = ("status", "status_reason", "assignee_id", "priority", "queue_id", "tags")
    return {name: ticket[name] for name in named}


def test_every_ticket_gets_the_requested_change(db):
    tickets = [db.create_ticket(tags=["old", "new"]) for _ in range(3)]

    job = run(db, tickets, **EVERYTHING)

    for ticket in tickets:
        assert state(db.reload(ticket)) == {
            "status": "solved",
            "status_reason": "Recalled.",
            "assignee_id": str(id_of("agent")),
            "priority": "low",
            "queue_id": ticket["queue_id"],
            "tags": ["old", "recall"],
        }
    assert (job["state"], job["total"], job["done"]) == ("finished", 3, 3)
    assert item_results(db, job) == ["done"] * 3


def test_events_name_their_batch_and_actor(db):
    ticket = db.create_ticket()

    job = run(db, [ticket], **EVERYTHING)
    db.note(ticket)

    first, *batch, last = db.events(ticket)
    assert {(event["batch_id"], event["actor_id"]) for event in batch} == {
        (job["id"], str(id_of("agent")))
    }
    assert [event["type"] for event in batch] == [
        "TICKET_STATUS_CHANGED", "TICKET_ASSIGNED", "TICKET_STATUS_CHANGED",
        "TICKET_UPDATED",
    ]  # fmt: skip
    assert (first["batch_id"], last["batch_id"]) == (None, None)


def test_a_failed_item_does_not_stop_the_others(db):
    closed, fine = db.create_ticket_in("closed"), db.create_ticket_in("open")
    foreign = db.create_ticket(queue="billing")
    nowhere = id_of("nothing")

    job = run(
        db, [closed, nowhere, foreign, fine, "99999999"], status="pending",
        priority="high",
    )  # fmt: skip

    hidden = "not-found"
    assert item_results(db, job) == ["ticket-closed", hidden, hidden, "done", hidden]
    assert (job["done"], job["skipped"], job["failed"]) == (1, 0, 4)
    for item in items(db, job, result="failed"):
        assert item["detail"].endswith(".")
    assert db.reload(foreign) == foreign


def test_hidden_and_missing_tickets_fail_alike(db):
    foreign = db.create_ticket(queue="billing")

    job = run(db, [foreign["number"], 99999999], priority="high")

    seen, unseen = items(db, job)
    sent = ("result", "problem", "detail")
    assert [seen[name] for name in sent] == [unseen[name] for name in sent]
    assert seen["ticket"] == str(foreign["number"])


def test_items_are_applied_entirely_or_not_at_all(db):
    ticket = db.create_ticket()

    job = run(db, [ticket], priority="high", assignee="me", status="new")

    assert item_results(db, job) == ["step-not-allowed"]
    assert db.reload(ticket) == ticket
    assert db.event_types(ticket) == ["TICKET_CREATED"]


def test_items_without_a_change_are_skipped(db):
    ticket = db.create_ticket(priority="high", tags=["a"])

    job = run(
        db, [ticket], priority="high", add_tags=["a"], remove_tags=["b"],
        queue="support", assignee="none", status="new",
    )  # fmt: skip

    assert item_results(db, job) == ["unchanged"]
    assert job["skipped"] == 1
    assert db.reload(ticket) == ticket


def test_a_ticket_named_twice_is_done_once(db):
    ticket = db.create_ticket()
    number = ticket["number"]

    job = run(db, [ticket["id"].upper(), number, ticket["id"]], priority="high")

    assert item_results(db, job) == ["done", "unchanged"]
    assert db.event_types(ticket) == ["TICKET_CREATED", "TICKET_UPDATED"]


def test_invalid_values_are_reported_in_words(db):
    ticket = db.create_ticket(tags=[f"t{n}" for n in range(20)])

    job = run(db, [ticket], add_tags=["one-more"])

    [item] = items(db, job)
    assert (item["problem"], item["detail"]) == (
        "invalid",
        "`tags` has too many entries.",
    )


@pytest.mark.parametrize(
    ("who", "change", "end"),
    [
        ("agent", {"assignee": str(id_of("neighbour"))}, "denied"),
        ("agent", {"assignee": "me"}, "done"),
        ("lead", {"assignee": str(id_of("neighbour"))}, "done"),
        ("lead", {"assignee": str(id_of("biller"))}, "not-eligible"),
        ("lead", {"assignee": str(id_of("customer"))}, "not-eligible"),
        ("lead", {"assignee": str(id_of("nobody"))}, "not-eligible"),
        ("agent", {"queue": "billing", "status": "open"}, "done"),
        ("agent", {"queue": "billing", "assignee": "me"}, "denied"),
        ("agent", {"queue": "billing", "assignee": "none"}, "done"),
        ("lead", {"queue": "billing", "assignee": str(id_of("biller"))}, "denied"),
        ("admin", {"queue": "billing", "assignee": str(id_of("biller"))}, "done"),
        (
            "admin",
            {"queue": "billing", "assignee": str(id_of("agent"))},
            "not-eligible",
        ),
    ],
    ids=str,
)
def test_items_need_the_permission_of_the_single_command(db, who, change, end):
    ticket = db.create_ticket()

    job = run(db, [ticket], who, **change)

    assert item_results(db, job, who) == [end]


@pytest.mark.parametrize(
    "change",
    [{"priority": "low"}, {"status": "open"}, {"assignee": "me"}, {"add_tags": ["a"]}],
    ids=str,
)
def test_bulk_updates_need_the_permission_to_start(db, change):
    ticket = db.create_ticket()

    for who in ("customer", "stranger"):
        with refused("PT403", "denied"):
            start(db, [ticket], who, **change)


def test_revoking_a_role_denies_the_remaining_items(db):
    tickets = [db.create_ticket() for _ in range(4)]
    job = start(db, tickets, priority="low")
    run_chunk(db, max_items=2)

    revoke_role(db, "agent")
    run_all(db)

    assert item_results(db, job) == ["done", "done", "denied", "denied"]
    assert [db.reload(each)["priority"] for each in tickets[2:]] == ["normal"] * 2


def test_bulk_updates_of_who_lost_their_account_change_nothing(db):
    ticket = db.create_ticket()
    start(db, [ticket], priority="low")

    delete_account(db, "agent")

    run_chunk(db)
    results = db.execute("select result, problem from private.bulk_items").fetchall()
    assert results == [("failed", "unauthenticated")]
    assert db.reload(ticket)["priority"] == "normal"


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold", "solved"])
def test_tickets_move_to_a_queue_and_an_assignee_of_it_at_once(db, category):
    ticket = db.create_ticket_in(category)

    job = run(db, [ticket], "admin", queue="billing", assignee=str(id_of("biller")))

    after = db.reload(ticket)
    assert item_results(db, job, "admin") == ["done"]
    assert (after["queue_id"], after["assignee_id"]) == (
        str(id_of("billing")),
        str(id_of("biller")),
    )
    assert after["status"] == ("open" if category == "new" else category)
    assert after["version"] == ticket["version"] + 1


def test_items_say_why_nobody_is_assigned_in_the_new_queue(db):
    ticket = db.create_ticket()
    change = {"queue": "billing", "assignee": str(id_of("biller"))}

    job = run(db, [ticket], "lead", **change)

    [item] = items(db, job, "lead")
    assert item["detail"] == (
        "The ticket goes to a queue that you do not read, so others assign it there."
    )
    assert db.reload(ticket) == ticket


# Progress -------------------------------------------------------------------


def test_progress_is_stored_and_broadcast_after_each_chunk(db):
    tickets = [db.create_ticket() for _ in range(5)]
    job = start(db, tickets, priority="low")
    assert (job["state"], job["total"], job["started_at"]) == ("waiting", 5, None)

    steps = [run_chunk(db, max_items=2) for _ in range(3)]

    assert [(each["state"], each["done"]) for each in steps] == [
        ("running", 2), ("running", 4), ("finished", 5),
    ]  # fmt: skip
    sent = broadcasts(db, "BULK_UPDATE_PROGRESSED")
    assert sent == [(f"user:{id_of('agent')}", True, each) for each in steps]
    assert get_bulk_update(db, job) == steps[-1]
    assert run_chunk(db) is None


def test_items_are_listed_by_page_and_by_result(db):
    tickets = [db.create_ticket(), db.create_ticket(priority="low"), db.create_ticket()]

    job = start(db, tickets, priority="low")
    waiting = items(db, job)
    run_all(db)

    assert [each["result"] for each in waiting] == [None] * 3
    assert [each["position"] for each in items(db, job, page_size=2)] == [1, 2]
    assert [each["position"] for each in items(db, job, after=2)] == [3]
    assert [each["position"] for each in items(db, job, result="done")] == [1, 3]


def test_bulk_updates_are_visible_to_their_owner_only(db):
    job = start(db, [db.create_ticket()], priority="low")

    for question in ("get_bulk_update", "list_bulk_items", "undo_bulk_update"):
        for who in set(PEOPLE) - {"agent"}:
            with refused("PT404", "not-found"):
                db.call(who, question, bulk_update=job["id"])


def test_own_bulk_updates_are_listed_newest_first(connect):
    db = connect()
    ticket = db.create_ticket()
    first, second, third = (start(db, [ticket], priority="low") for _ in range(3))
    start(db, [ticket], "neighbour", priority="low")

    def page(**query):
        found = db.items("agent", "list_bulk_updates", **query)
        return [each["id"] for each in found]

    cursor = Json([third["created_at"], third["id"]])
    assert page() == [third["id"], second["id"], first["id"]]
    assert page(before=cursor, page_size=1) == [second["id"]]
    assert db.items("customer", "list_bulk_updates") == []


def test_bulk_update_requests_are_idempotent(db):
    ticket = db.create_ticket()
    arguments = {"tickets": [ticket["id"]], "idempotency_key": "k"}

    first = db.call("agent", "bulk_update", change={"priority": "low"}, **arguments)
    run_all(db)
    again = db.call("agent", "bulk_update", change={"priority": "low"}, **arguments)

    assert again == first
    with refused("PT422", "idempotency-key-reused"):
        db.call("agent", "bulk_update", change={"priority": "high"}, **arguments)
    assert db.scalar("select count(*) from private.bulk_updates") == 1


def test_a_person_has_five_unfinished_bulk_updates_at_most(db):
    ticket = db.create_ticket()
    for _ in range(5):
        start(db, [ticket], priority="low")

    with refused("PT409", "too-many-bulk-updates"):
        start(db, [ticket], priority="low")
    start(db, [ticket], "neighbour", priority="low")
    run_all(db)

    assert start(db, [ticket], priority="high")["state"] == "waiting"


# Invalid requests ----------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{}, {"reason": "So."}, {"subject": "S"}, {"tags": ["a"]}, {"priority": None},
     {"priority": "low", "reason": "So."}, {"assignee": "somebody"}, {"assignee": 7},
     {"add_tags": "a"}, {"add_tags": [None]}, {"remove_tags": {}},
     {"priority": "low", "expected_version": 1}],
    ids=str,
)  # fmt: skip
def test_other_changes_are_refused(db, change):
    with refused("PT422", "invalid"):
        start(db, [db.create_ticket()], "admin", **change)


@pytest.mark.parametrize(
    ("change", "code", "slug"),
    [
        ({"status": "limbo"}, "PT422", "unknown-status"),
        ({"status": "closed"}, "PT409", "closed-by-time"),
        ({"queue": "attic"}, "PT422", "unknown-queue"),
        ({"queue": "nowhere"}, "PT422", "unknown-queue"),
        ({"priority": "whenever"}, "22P02", None),
    ],
    ids=str,
)
def test_impossible_changes_are_refused_at_once(db, change, code, slug):
    with refused(code, slug):
        start(db, [db.create_ticket()], **change)


@pytest.mark.parametrize(
    "given",
    [{}, {"tickets": ["1001"], "view": str(id_of("view"))}, {"tickets": ["x"]},
     {"tickets": [None]}, {"tickets": ["1001; drop"]}, {"tickets": ["9" * 19]}],
    ids=str,
)  # fmt: skip
def test_tickets_are_named_by_id_or_number_or_by_a_view(db, given):
    with refused("PT422", "invalid"):
        db.call("agent", "bulk_update", change={"priority": "low"}, **given)


def test_a_thousand_tickets_are_the_most(db):
    most = [str(number) for number in range(1, 1002)]

    with refused("PT422", "too-many-tickets"):
        start(db, most, priority="low")

    assert start(db, most[1:], priority="low")["total"] == 1000


def test_views_select_the_tickets_visible_to_their_reader(db):
    urgent = [db.create_ticket(priority="urgent") for _ in range(3)]
    db.create_ticket(priority="urgent", queue="billing")  # another team's
    db.create_ticket(priority="low")
    view = db.call(
        "agent", "create_view", name="Urgent", conditions={"priorities": ["urgent"]}
    )

    job = db.call("agent", "bulk_update", view=view["id"], change={"priority": "high"})
    run_all(db)

    assert get_bulk_update(db, job)["done"] == 3
    assert [db.reload(ticket)["priority"] for ticket in urgent] == ["high"] * 3


def test_views_are_selected_by_pages_up_to_1000_tickets(db):
    """A page scans a limited number of tickets; the next continues behind it."""
    db.execute("update private.settings set page_scan_limit = 100")
    for number in range(250):
        db.create_ticket(priority="normal" if number % 50 else "urgent")
    rare = db.call(
        "agent",
        "create_view",
        name="Rare",
        conditions={"priorities": ["urgent"]},
        sort="newest",
    )

    job = db.call("agent", "bulk_update", view=rare["id"], change={"priority": "low"})

    assert job["total"] == 5


@pytest.mark.parametrize("who", ["neighbour", "lead", "admin"])
def test_views_of_other_people_select_nothing(db, who):
    view = db.call("agent", "create_view", name="Mine")

    with refused("PT422", "unknown-view"):
        db.call(who, "bulk_update", view=view["id"], change={"priority": "low"})


def test_unknown_views_are_refused(db):
    with refused("PT422", "unknown-view"):
        db.call("agent", "bulk_update", view=id_of("view"), change={"priority": "low"})


def test_bulk_updates_name_a_ticket_at_least(db):
    with refused("PT422", "invalid"):
        start(db, [], priority="low")


# Deletion -------------------------------------------------------------------


def test_bulk_updates_are_deleted_after_30_days(db):
    old, new = (run(db, [db.create_ticket()], priority="low") for _ in range(2))
    back = run_undo(db, old)
    db.execute(
        "update private.bulk_updates set finished_at = now() - interval '31 days'"
        " where id = %s",
        old["id"],
    )

    assert db.call("service_role", "delete_old_bulk_updates") == 1

    with refused("PT404"):
        get_bulk_update(db, old)
    assert get_bulk_update(db, new) == new
    assert get_bulk_update(db, back) == back | {"undo_of": None}


def test_bulk_updates_start_their_job(db):
    store_webhook_settings(db)
    ticket = db.create_ticket()

    start(db, [ticket], priority="low")

    [body] = db.execute(
        "select convert_from(body, 'utf8')::jsonb from net.http_request_queue"
        " order by id desc limit 1"
    ).fetchone()
    assert body == {"job": "bulk_updates"}


def test_impersonation_ends_with_its_chunk(db):
    start(db, [db.create_ticket()], priority="low")
    claimed = claim_job(db)

    with db.acting(WORKER):
        db.connection.execute(
            "select api.apply_bulk_chunk(%s, %s)", [claimed["id"], claimed["attempt"]]
        )
        asking = db.connection.execute(
            "select current_setting('request.jwt.claims')::jsonb ->> 'role'"
        )
        assert asking.fetchone() == (WORKER,)
