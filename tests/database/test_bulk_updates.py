"""One change to many tickets: as each would be changed alone, and taken back."""

import pytest

from .bulk import begin, done, ends, items, look, step, undo, undone, work
from .cast import PEOPLE, id_of
from .desk import Json, refused

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


def test_every_ticket_becomes_what_was_asked(desk):
    tickets = [desk.ticket(tags=["old", "new"]) for _ in range(3)]

    job = done(desk, tickets, **EVERYTHING)

    for ticket in tickets:
        assert state(desk.now(ticket)) == {
            "status": "solved",
            "status_reason": "Recalled.",
            "assignee_id": str(id_of("agent")),
            "priority": "low",
            "queue_id": ticket["queue_id"],
            "tags": ["old", "recall"],
        }
    assert (job["state"], job["total"], job["done"]) == ("finished", 3, 3)
    assert ends(desk, job) == ["done"] * 3


def test_every_event_names_its_batch_and_who_asked(desk):
    ticket = desk.ticket()

    job = done(desk, [ticket], **EVERYTHING)
    desk.note(ticket)

    first, *batch, last = desk.events(ticket)
    assert {(event["batch_id"], event["actor_id"]) for event in batch} == {
        (job["id"], str(id_of("agent")))
    }
    assert [event["type"] for event in batch] == [
        "TICKET_ASSIGNED", "TICKET_STATUS_CHANGED", "TICKET_UPDATED",
    ]  # fmt: skip
    assert (first["batch_id"], last["batch_id"]) == (None, None)


def test_one_refusal_does_not_stop_the_others(desk):
    closed, fine = desk.ticket_in("closed"), desk.ticket_in("open")
    foreign = desk.ticket(queue="billing")
    nowhere = id_of("nothing")

    job = done(
        desk, [closed, nowhere, foreign, fine, "99999999"], status="pending",
        priority="high",
    )  # fmt: skip

    hidden = "not-found"
    assert ends(desk, job) == ["ticket-closed", hidden, hidden, "done", hidden]
    assert (job["done"], job["skipped"], job["failed"]) == (1, 0, 4)
    for item in items(desk, job, result="failed"):
        assert item["detail"].endswith(".")
    assert desk.now(foreign) == foreign


def test_a_ticket_that_is_not_seen_is_refused_as_one_that_is_not_there(desk):
    foreign = desk.ticket(queue="billing")

    job = done(desk, [foreign["number"], 99999999], priority="high")

    seen, unseen = items(desk, job)
    told = ("result", "problem", "detail")
    assert [seen[name] for name in told] == [unseen[name] for name in told]
    assert seen["ticket"] == str(foreign["number"])


def test_an_item_is_done_wholly_or_not_at_all(desk):
    ticket = desk.ticket()

    job = done(desk, [ticket], priority="high", assignee="me", status="on_hold")

    assert ends(desk, job) == ["step-not-allowed"]
    assert desk.now(ticket) == ticket
    assert desk.story(ticket) == ["TICKET_CREATED"]


def test_what_is_so_already_is_skipped(desk):
    ticket = desk.ticket(priority="high", tags=["a"])

    job = done(
        desk, [ticket], priority="high", add_tags=["a"], remove_tags=["b"],
        queue="support", assignee="none", status="new",
    )  # fmt: skip

    assert ends(desk, job) == ["unchanged"]
    assert job["skipped"] == 1
    assert desk.now(ticket) == ticket


def test_a_ticket_named_twice_is_done_once(desk):
    ticket = desk.ticket()
    number = ticket["number"]

    job = done(desk, [ticket["id"].upper(), number, ticket["id"]], priority="high")

    assert ends(desk, job) == ["done", "unchanged"]
    assert desk.story(ticket) == ["TICKET_CREATED", "TICKET_UPDATED"]


def test_a_bad_value_is_reported_with_the_rule_it_breaks(desk):
    ticket = desk.ticket(tags=[f"t{n}" for n in range(20)])

    job = done(desk, [ticket], add_tags=["one-more"])

    [item] = items(desk, job)
    assert (item["problem"], item["detail"]) == (
        "invalid",
        "It breaks the rule tickets_tags_count.",
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
        ("agent", {"queue": "billing", "assignee": "me"}, "not-found"),
        ("admin", {"queue": "billing", "assignee": str(id_of("biller"))}, "done"),
    ],
    ids=str,
)
def test_an_item_asks_the_right_of_a_single_change(desk, who, change, end):
    ticket = desk.ticket()

    job = done(desk, [ticket], who, **change)

    assert ends(desk, job, who) == [end]


@pytest.mark.parametrize(
    "change",
    [{"priority": "low"}, {"status": "open"}, {"assignee": "me"}, {"add_tags": ["a"]}],
    ids=str,
)
def test_whoever_may_do_no_such_thing_begins_none(desk, change):
    ticket = desk.ticket()

    for who in ("customer", "stranger"):
        with refused("PT403", "denied"):
            begin(desk, [ticket], who, **change)


def test_a_role_revoked_meanwhile_denies_what_is_left(desk):
    tickets = [desk.ticket() for _ in range(4)]
    job = begin(desk, tickets, priority="low")
    step(desk, max_items=2)

    desk.run("delete from public.person_roles where role = 'agent' and person_id = %s",
             id_of("agent"))  # fmt: skip
    work(desk)

    assert ends(desk, job) == ["done", "done", "denied", "denied"]
    assert [desk.now(each)["priority"] for each in tickets[2:]] == ["normal"] * 2


def test_somebody_deleted_takes_their_bulk_updates_along(desk):
    ticket = desk.ticket()
    begin(desk, [ticket], priority="low")

    desk.run("delete from auth.users where id = %s", id_of("agent"))

    assert step(desk) is None
    assert desk.now(ticket)["priority"] == "normal"


# Progress -------------------------------------------------------------------


def test_progress_is_read_and_told_chunk_by_chunk(desk):
    tickets = [desk.ticket() for _ in range(5)]
    job = begin(desk, tickets, priority="low")
    assert (job["state"], job["total"], job["started_at"]) == ("waiting", 5, None)

    steps = [step(desk, max_items=2) for _ in range(3)]

    assert [(each["state"], each["done"]) for each in steps] == [
        ("running", 2), ("running", 4), ("finished", 5),
    ]  # fmt: skip
    told = desk.run(
        "select topic, private, payload from realtime.messages"
        " where event = 'BULK_UPDATE_PROGRESSED' order by payload -> 'done'"
    ).fetchall()
    assert told == [(f"user:{id_of('agent')}", True, each) for each in steps]
    assert look(desk, job) == steps[-1]
    assert step(desk) is None


def test_items_are_read_page_by_page_and_by_result(desk):
    tickets = [desk.ticket(), desk.ticket(priority="low"), desk.ticket()]

    job = begin(desk, tickets, priority="low")
    waiting = items(desk, job)
    work(desk)

    assert [each["result"] for each in waiting] == [None] * 3
    assert [each["position"] for each in items(desk, job, page_size=2)] == [1, 2]
    assert [each["position"] for each in items(desk, job, after=2)] == [3]
    assert [each["position"] for each in items(desk, job, result="done")] == [1, 3]


def test_a_bulk_update_is_shown_to_who_asked_alone(desk):
    job = begin(desk, [desk.ticket()], priority="low")

    for question in ("get_bulk_update", "list_bulk_items", "undo_bulk_update"):
        for who in set(PEOPLE) - {"agent"}:
            with refused("PT404", "not-found"):
                desk.call(who, question, bulk_update=job["id"])


def test_ones_own_bulk_updates_are_found_again_newest_first(office):
    desk = office()
    ticket = desk.ticket()
    first, second, third = (begin(desk, [ticket], priority="low") for _ in range(3))
    begin(desk, [ticket], "neighbour", priority="low")

    def page(**query):
        found = desk.rows("agent", "list_bulk_updates", **query)
        return [each["id"] for each in found]

    place = Json([third["created_at"], third["id"]])
    assert page() == [third["id"], second["id"], first["id"]]
    assert page(before=place, page_size=1) == [second["id"]]
    assert desk.rows("customer", "list_bulk_updates") == []


def test_a_request_sent_again_is_one_bulk_update(desk):
    ticket = desk.ticket()
    asked = {"tickets": [ticket["id"]], "idempotency_key": "k"}

    first = desk.call("agent", "bulk_update", change={"priority": "low"}, **asked)
    work(desk)
    again = desk.call("agent", "bulk_update", change={"priority": "low"}, **asked)

    assert again == first
    with refused("PT422", "idempotency-key-reused"):
        desk.call("agent", "bulk_update", change={"priority": "high"}, **asked)
    assert desk.one("select count(*) from private.bulk_updates") == 1


def test_five_are_under_way_at_most(desk):
    ticket = desk.ticket()
    for _ in range(5):
        begin(desk, [ticket], priority="low")

    with refused("PT409", "too-many-bulk-updates"):
        begin(desk, [ticket], priority="low")
    begin(desk, [ticket], "neighbour", priority="low")
    work(desk)

    assert begin(desk, [ticket], priority="high")["state"] == "waiting"


# Taking back ----------------------------------------------------------------


def test_an_undo_brings_back_what_was(desk):
    tickets = [
        desk.ticket_in("open", held_by="agent", tags=["old", "new"]),
        desk.ticket_in("pending", held_by="agent", priority="urgent"),
        desk.ticket_in("open", held_by="agent"),
    ]
    before = [state(each) for each in tickets]

    job = done(desk, tickets, status="on_hold", priority="low", add_tags=["recall"])
    back = undone(desk, job)

    assert [state(desk.now(each)) for each in tickets] == before
    assert (back["undo_of"], back["change"]) == (job["id"], None)
    assert ends(desk, back) == ["done"] * 3
    [*_, last] = desk.events(tickets[0])
    assert last["batch_id"] == back["id"]


def test_an_undo_of_an_undo_does_it_again(desk):
    ticket = desk.ticket(tags=["a"])
    job = done(desk, [ticket], assignee="me", add_tags=["b"], priority="low")
    after = state(desk.now(ticket))

    again = undone(desk, undone(desk, job))

    assert state(desk.now(ticket)) == after
    assert again["done"] == 1


def test_an_undo_leaves_what_has_changed_since(desk):
    kept, changed, skipped = desk.ticket(), desk.ticket(), desk.ticket(priority="low")
    job = done(desk, [kept, changed, skipped], priority="low")
    desk.move(changed, "open")

    back = undone(desk, job)

    assert ends(desk, back) == ["done", "changed-since"]
    assert (back["done"], back["skipped"]) == (1, 1)
    assert [desk.now(each)["priority"] for each in (kept, changed, skipped)] == [
        "normal", "low", "low",
    ]  # fmt: skip


def test_an_undo_keeps_the_rules(desk):
    ticket = desk.ticket()
    job = done(desk, [ticket], status="open", priority="low")

    back = undone(desk, job)

    assert ends(desk, back) == ["step-not-allowed"]
    assert desk.now(ticket)["priority"] == "low"


def test_a_ticket_comes_back_from_another_queue_with_its_assignee(desk):
    ticket = desk.ticket_in("open", held_by="agent")
    job = done(desk, [ticket], "admin", queue="billing")
    assert desk.now(ticket)["assignee_id"] is None

    undone(desk, job, "admin")

    assert state(desk.now(ticket)) == state(ticket)


def test_an_undo_needs_the_rights_of_a_single_change(desk):
    ticket = desk.ticket_in("open", held_by="agent")
    given = done(desk, [ticket], assignee=str(id_of("neighbour")))
    moved = done(desk, [desk.ticket()], queue="billing")

    assert ends(desk, undone(desk, given)) == ["denied"]
    assert ends(desk, undone(desk, moved)) == ["not-found"]


def test_what_is_not_over_or_changed_nothing_is_not_undone(desk):
    job = begin(desk, [desk.ticket(priority="low")], priority="low")

    with refused("PT409", "not-finished"):
        undo(desk, job)
    work(desk)
    with refused("PT409", "nothing-to-undo"):
        undo(desk, job)


def test_an_undo_sent_again_is_one(desk):
    job = done(desk, [desk.ticket()], priority="low")
    asked = {"bulk_update": job["id"], "idempotency_key": "k"}

    first = desk.call("agent", "undo_bulk_update", **asked)
    work(desk)

    assert desk.call("agent", "undo_bulk_update", **asked) == first


# What makes no sense --------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{}, {"reason": "So."}, {"subject": "S"}, {"tags": ["a"]}, {"priority": None},
     {"priority": "low", "reason": "So."}, {"assignee": "somebody"}, {"assignee": 7},
     {"add_tags": "a"}, {"add_tags": [None]}, {"remove_tags": {}},
     {"priority": "low", "expected_version": 1}],
    ids=str,
)  # fmt: skip
def test_other_changes_are_refused(desk, change):
    with refused("PT422", "invalid"):
        begin(desk, [desk.ticket()], "admin", **change)


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
def test_what_no_ticket_can_become_is_refused_at_once(desk, change, code, slug):
    with refused(code, slug):
        begin(desk, [desk.ticket()], **change)


@pytest.mark.parametrize(
    "given",
    [{}, {"tickets": ["1001"], "view": str(id_of("view"))}, {"tickets": ["x"]},
     {"tickets": [None]}, {"tickets": ["1001; drop"]}, {"tickets": ["9" * 19]}],
    ids=str,
)  # fmt: skip
def test_tickets_are_named_by_id_or_number_or_by_a_view(desk, given):
    with refused("PT422", "invalid"):
        desk.call("agent", "bulk_update", change={"priority": "low"}, **given)


def test_a_thousand_tickets_are_the_most(desk):
    most = [str(number) for number in range(1, 1002)]

    with refused("PT422", "too-many-tickets"):
        begin(desk, most, priority="low")

    assert begin(desk, most[1:], priority="low")["total"] == 1000


def test_a_view_names_the_tickets_that_its_reader_may_see(desk):
    urgent = [desk.ticket(priority="urgent") for _ in range(3)]
    desk.ticket(priority="urgent", queue="billing")  # another team's
    desk.ticket(priority="low")
    view = desk.call(
        "agent", "create_view", name="Urgent", conditions={"priorities": ["urgent"]}
    )

    job = desk.call(
        "agent", "bulk_update", view=view["id"], change={"priority": "high"}
    )
    work(desk)

    assert look(desk, job)["done"] == 3
    assert [desk.now(ticket)["priority"] for ticket in urgent] == ["high"] * 3


def test_what_a_view_shows_is_taken_in_pieces_and_no_further_than_1000(desk):
    """A page looks at so many tickets and no more: the next goes on behind it."""
    desk.run("update private.settings set page_scan_limit = 100")
    for number in range(250):
        desk.ticket(priority="normal" if number % 50 else "urgent")
    rare = desk.call(
        "agent",
        "create_view",
        name="Rare",
        conditions={"priorities": ["urgent"]},
        sort="newest",
    )

    job = desk.call("agent", "bulk_update", view=rare["id"], change={"priority": "low"})

    assert job["total"] == 5


@pytest.mark.parametrize("who", ["neighbour", "lead", "admin"])
def test_the_view_of_another_person_names_nothing(desk, who):
    view = desk.call("agent", "create_view", name="Mine")

    with refused("PT422", "unknown-view"):
        desk.call(who, "bulk_update", view=view["id"], change={"priority": "low"})


def test_there_is_no_such_view(desk):
    with refused("PT422", "unknown-view"):
        desk.call(
            "agent", "bulk_update", view=id_of("view"), change={"priority": "low"}
        )


def test_no_tickets_are_done_at_once(desk):
    job = begin(desk, [], priority="low")

    assert (job["state"], job["total"]) == ("finished", 0)
    assert step(desk) is None


# Forgetting -----------------------------------------------------------------


def test_what_was_over_30_days_ago_is_forgotten(desk):
    old, new = (done(desk, [desk.ticket()], priority="low") for _ in range(2))
    back = undone(desk, old)
    desk.run(
        "update private.bulk_updates set finished_at = now() - interval '31 days'"
        " where id = %s",
        old["id"],
    )

    assert desk.call("service_role", "delete_old_bulk_updates") == 1

    with refused("PT404"):
        look(desk, old)
    assert look(desk, new) == new
    assert look(desk, back) == back | {"undo_of": None}


@pytest.mark.parametrize(
    "function", ["claim_bulk_update", "apply_bulk_chunk", "delete_old_bulk_updates"]
)
@pytest.mark.parametrize("who", [*PEOPLE, "anon"])
def test_the_work_is_the_workers(desk, who, function):
    given = {"bulk_update": id_of("x"), "attempt": 1}

    with refused("42501"):
        desk.call(who, function, **given if function == "apply_bulk_chunk" else {})


def test_a_bulk_update_wakes_its_worker(desk):
    desk.run("select vault.create_secret('http://127.0.0.1:9/', 'autocrm_webhook_url')")
    desk.run("select vault.create_secret('secret', 'autocrm_webhook_secret')")
    ticket = desk.ticket()

    begin(desk, [ticket], priority="low")

    [body] = desk.run(
        "select convert_from(body, 'utf8')::jsonb from net.http_request_queue"
        " order by id desc limit 1"
    ).fetchone()
    assert body == {"job": "bulk_updates"}
