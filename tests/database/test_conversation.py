"""Replies, notes, reopening and going on from what is closed."""

import pytest

from .cast import id_of
from .desk import refused

pytestmark = pytest.mark.slow


def comments(desk, ticket):
    found = desk.run(
        "select body, position, visibility::text from public.comments"
        " where ticket_id = %s order by position",
        ticket["id"],
    )
    return list(found)


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
@pytest.mark.parametrize("who", ["customer", "colleague"])
def test_a_customers_reply_reopens(desk, category, who):
    ticket = desk.ticket_in(category)

    desk.say(who, ticket, "It still is.")

    now = desk.now(ticket)
    assert (now["status"], now["waiting_on"]) == ("open", "agent")
    assert (now["solved_at"], now["status_reason"]) == (None, None)
    assert desk.story(ticket)[-2:] == ["TICKET_COMMENTED", "TICKET_STATUS_CHANGED"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_an_agents_reply_does_not_reopen(desk, category):
    ticket = desk.ticket_in(category)

    desk.say("agent", ticket, "We are on it.")

    now = desk.now(ticket)
    assert (now["status"], now["waiting_on"]) == (category, ticket["waiting_on"])


@pytest.mark.parametrize("category", ["new", "open"])
def test_the_move_goes_to_the_other_side(desk, category):
    ticket = desk.ticket_in(category)

    desk.say("agent", ticket)
    asked = desk.now(ticket)
    desk.say("customer", ticket)

    assert (asked["status"], asked["waiting_on"]) == (category, "customer")
    assert desk.now(ticket)["waiting_on"] == "agent"


def test_waiting_goes_on_when_the_same_side_writes_again(office):
    desk = office()
    ticket = desk.ticket()

    desk.say("customer", ticket, "And another thing.")
    desk.say("customer", ticket, "And another one.")

    now = desk.now(ticket)
    assert now["waiting_since"] == ticket["waiting_since"]
    assert now["updated_at"] > ticket["updated_at"]


def test_staff_who_ask_for_help_are_customers_of_their_own_ticket(desk):
    ticket = desk.ticket("agent")
    desk.assign(ticket, "neighbour")
    desk.move(ticket, "pending")

    desk.say("agent", ticket, "Here it is.")

    assert desk.now(ticket)["status"] == "open"


def test_an_agent_of_another_queue_replies_to_their_colleague_as_a_customer(desk):
    desk.run(
        "update public.profiles set organization_id = %s where id = %s",
        id_of("Sharing"),
        id_of("biller"),
    )
    ticket = desk.ticket_in("pending")

    desk.say("biller", ticket, "He told me: yes.")

    assert desk.now(ticket)["status"] == "open"
    with refused("PT403"):
        desk.note(ticket, "biller")


def test_a_note_reopens_nothing(desk):
    ticket = desk.ticket_in("solved")

    desk.note(ticket)

    assert desk.now(ticket) == ticket


def test_a_conversation_is_numbered_without_gaps(desk):
    ticket = desk.ticket(body="One.")

    desk.say("agent", ticket, "Two.")
    desk.note(ticket, body="Three.")
    desk.say("customer", ticket, "Four.")

    assert comments(desk, ticket) == [
        ("One.", 1, "public"),
        ("Two.", 2, "public"),
        ("Three.", 3, "internal"),
        ("Four.", 4, "public"),
    ]


def test_a_conversation_is_read_page_by_page(desk):
    ticket = desk.ticket(body="1")
    for body in "2345":
        desk.say("agent", ticket, body)

    def page(after):
        rows = desk.rows(
            "customer", "list_comments", ticket=ticket["id"], after=after, page_size=2
        )
        return [row["body"] for row in rows]

    assert [page(0), page(2), page(4), page(5)] == [["1", "2"], ["3", "4"], ["5"], []]


@pytest.mark.parametrize("table", ["comments", "ticket_events"])
def test_what_was_said_and_done_does_not_change_whoever_writes(desk, table):
    column = "body = 'No.'" if table == "comments" else "after = '{}'"
    desk.ticket()

    with refused("PT409", "append-only"):
        desk.run(f"update public.{table} set {column}")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "after = '{}'",
        "seq = 7",
        "is_internal = true",
        "occurred_at = now() - interval '1 day'",
        "before = '{}'",
        "type = 'TICKET_UPDATED'",
        "batch_id = id",
    ],
)
def test_history_does_not_change_when_its_actor_is_deleted(desk, change):
    desk.ticket()

    with refused("PT409", "append-only"):
        desk.run(f"update public.ticket_events set actor_id = null, {change}")  # noqa: S608
    with refused("PT409", "append-only"):
        desk.run("update public.ticket_events set actor_id = %s", id_of("stranger"))


def test_an_agent_who_is_deleted_stays_in_history_as_nobody(desk):
    ticket = desk.ticket()
    desk.move(ticket, "open", "neighbour")

    desk.run("delete from auth.users where id = %s", id_of("neighbour"))

    assert desk.events(ticket)[-1]["actor_id"] is None


def test_whoever_writes_follows_but_the_requester(desk):
    ticket = desk.ticket()

    for who in ("customer", "agent", "agent", "colleague"):
        desk.say(who, ticket)
    desk.note(ticket, "lead")

    followers = desk.run("select person_id from public.ticket_followers")
    assert {row[0] for row in followers} == {
        id_of("agent"), id_of("colleague"), id_of("lead"),
    }  # fmt: skip


# Going on from what is closed -----------------------------------------------


def follow_up(desk, who="customer", held_by="agent", **draft):
    closed = desk.ticket_in("closed", held_by, **draft)
    comment = desk.say(who, closed, "It is back.")
    return closed, desk.now({"id": comment["ticket_id"]})


def test_a_reply_to_what_is_closed_opens_a_new_ticket_with_its_fields(desk):
    fields = {
        "subject": "Printer",
        "type": "problem",
        "priority": "high",
        "queue": "billing",
        "tags": ["printer", "floor-2"],
        "data": {"impact": "team", "serial": 7},
    }

    closed, ticket = follow_up(desk, held_by="biller", **fields)

    copied = ("subject", "type", "priority", "queue_id", "tags", "data",
              "requester_id", "organization_id")  # fmt: skip
    assert {name: ticket[name] for name in copied} == {
        name: closed[name] for name in copied
    }
    assert ticket["follow_up_of"] == closed["id"]
    assert (ticket["status"], ticket["assignee_id"]) == ("new", None)
    assert ticket["version"] == 1


def test_a_follow_up_begins_its_own_conversation(desk):
    closed = desk.ticket_in("open")
    desk.say("agent", closed, "An answer.")
    desk.note(closed)
    desk.move(closed, "solved")
    desk.let_close(closed)
    before = desk.now(closed), comments(desk, closed), desk.story(closed)

    comment = desk.say("customer", closed, "It is back.")

    ticket = {"id": comment["ticket_id"]}
    assert comments(desk, ticket) == [("It is back.", 1, "public")]
    assert desk.story(ticket) == ["TICKET_CREATED"]
    assert desk.events(ticket)[0]["after"]["follow_up_of"] == closed["id"]
    assert (desk.now(closed), comments(desk, closed), desk.story(closed)) == before


def test_a_colleagues_follow_up_is_the_colleagues(desk):
    _, ticket = follow_up(desk, "colleague")

    assert ticket["requester_id"] == str(id_of("colleague"))


def test_a_follow_up_goes_to_the_default_queue_if_its_own_is_archived(desk):
    closed = desk.ticket_in("closed", "biller", queue="billing")
    desk.run("update public.queues set archived_at = now() where key = 'billing'")

    comment = desk.say("customer", closed)

    now = desk.now({"id": comment["ticket_id"]})
    assert now["queue_id"] == str(id_of("support"))


def test_one_who_may_not_open_tickets_follows_nothing_up(desk):
    closed = desk.ticket_in("closed")
    desk.run("delete from public.person_roles where role = 'customer'")

    with refused("PT403", "denied"):
        desk.say("customer", closed)


def test_a_note_on_what_is_closed_is_refused_to_a_customer_as_any_note(desk):
    closed = desk.ticket_in("closed")

    with refused("PT403", "denied"):
        desk.note(closed, "customer")
