"""Replies, notes, reopening, and follow-ups of closed tickets."""

import pytest

from .acting import refused
from .arrange import delete_account
from .personas import id_of

pytestmark = pytest.mark.slow


def comments(db, ticket):
    found = db.execute(
        "select body, position, visibility::text from public.comments"
        " where ticket_id = %s order by position",
        ticket["id"],
    )
    return list(found)


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
@pytest.mark.parametrize("who", ["customer", "colleague"])
def test_customer_replies_reopen_tickets(db, category, who):
    ticket = db.create_ticket_in(category)

    db.comment(who, ticket, "It still is.")

    now = db.reload(ticket)
    assert (now["status"], now["waiting_on"]) == ("open", "agent")
    assert (now["solved_at"], now["status_reason"]) == (None, None)
    assert db.event_types(ticket)[-2:] == ["TICKET_COMMENTED", "TICKET_STATUS_CHANGED"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_agent_replies_do_not_reopen_tickets(db, category):
    ticket = db.create_ticket_in(category)

    db.comment("agent", ticket, "We are on it.")

    now = db.reload(ticket)
    assert (now["status"], now["waiting_on"]) == (category, ticket["waiting_on"])


@pytest.mark.parametrize("category", ["new", "open"])
def test_replies_set_whom_the_ticket_waits_for(db, category):
    ticket = db.create_ticket_in(category)

    db.comment("agent", ticket)
    awaiting_customer = db.reload(ticket)
    db.comment("customer", ticket)

    assert (awaiting_customer["status"], awaiting_customer["waiting_on"]) == (
        "open",
        "customer",
    )
    assert db.reload(ticket)["waiting_on"] == "agent"


def test_further_replies_of_the_same_side_keep_waiting_since(connect):
    db = connect()
    ticket = db.create_ticket()

    db.comment("customer", ticket, "And another thing.")
    db.comment("customer", ticket, "And another one.")

    now = db.reload(ticket)
    assert now["waiting_since"] == ticket["waiting_since"]
    assert now["updated_at"] > ticket["updated_at"]


def test_staff_reply_to_their_own_tickets_as_customers(db):
    ticket = db.create_ticket("agent")
    db.assign(ticket, "neighbour")
    db.set_status(ticket, "pending")

    db.comment("agent", ticket, "Here it is.")

    assert db.reload(ticket)["status"] == "open"


def test_agents_of_other_queues_reply_to_colleagues_as_customers(db):
    db.execute(
        "update public.people set organization_id = %s where id = %s",
        id_of("Sharing"),
        id_of("biller"),
    )
    ticket = db.create_ticket_in("pending")

    db.comment("biller", ticket, "He agreed.")

    assert db.reload(ticket)["status"] == "open"
    with refused("PT403"):
        db.note(ticket, "biller")


def test_notes_do_not_reopen_tickets(db):
    ticket = db.create_ticket_in("solved")

    db.note(ticket)

    assert db.reload(ticket) == ticket


def test_comments_are_numbered_without_gaps(db):
    ticket = db.create_ticket(body="One.")

    db.comment("agent", ticket, "Two.")
    db.note(ticket, body="Three.")
    db.comment("customer", ticket, "Four.")

    assert comments(db, ticket) == [
        ("One.", 1, "public"),
        ("Two.", 2, "public"),
        ("Three.", 3, "internal"),
        ("Four.", 4, "public"),
    ]


def test_comments_are_listed_by_page(db):
    ticket = db.create_ticket(body="1")
    for body in "2345":
        db.comment("agent", ticket, body)

    def page(after):
        rows = db.items(
            "customer", "list_comments", ticket=ticket["id"], after=after, page_size=2
        )
        return [row["body"] for row in rows]

    assert [page(0), page(2), page(4), page(5)] == [["1", "2"], ["3", "4"], ["5"], []]


NUMBERED = {"list_comments": "position", "list_ticket_events": "seq"}


@pytest.mark.parametrize("who", ["agent", "customer"])
@pytest.mark.parametrize("function", NUMBERED)
def test_a_history_is_read_from_either_end_and_between_two_numbers(db, function, who):
    ticket = db.create_ticket(body="1")
    for n in range(8):
        db.note(ticket) if n % 3 == 1 else db.comment("customer", ticket, str(n))
    everything = db.items(who, function, ticket=ticket["id"])
    name = NUMBERED[function]
    numbers = [each[name] for each in everything]

    def read(**given):
        page = db.call(who, function, ticket=ticket["id"], **given)
        return [each[name] for each in page["items"]], page["next"]

    assert numbers == [*range(1, len(numbers) + 1)]
    assert db.items(who, function, ticket=ticket["id"], newest_first=True) == [
        *reversed(everything)
    ]
    for size in (1, 2, len(numbers), 100):
        for newest_first in (False, True):
            shown, bound = [], {}
            while True:
                page, following = read(
                    page_size=size, newest_first=newest_first, **bound
                )
                shown += page
                if following is None:
                    break
                bound = {"before" if newest_first else "after": following}
            assert shown == sorted(numbers, reverse=newest_first)
    assert read(after=2, before=5) == ([3, 4], None)
    assert read(after=2, before=6, newest_first=True, page_size=2) == ([5, 4], 4)
    assert read(after=numbers[-1]) == ([], None)
    db.comment("customer", ticket)
    assert read(after=numbers[-1]) == ([numbers[-1] + 1], None)


@pytest.mark.parametrize("table", ["comments", "ticket_events"])
def test_comments_and_events_are_append_only(db, table):
    column = "body = 'No.'" if table == "comments" else "after = '{}'"
    db.create_ticket()

    with refused("PT409", "append-only"):
        db.execute(f"update public.{table} set {column}")  # noqa: S608


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
def test_deleting_an_actor_changes_no_other_column_of_an_event(db, change):
    db.create_ticket()

    with refused("PT409", "append-only"):
        db.execute(f"update public.ticket_events set actor_id = null, {change}")  # noqa: S608
    with refused("PT409", "append-only"):
        db.execute("update public.ticket_events set actor_id = %s", id_of("stranger"))


def test_events_of_deleted_accounts_keep_their_actor(db):
    ticket = db.create_ticket()
    db.set_status(ticket, "open", "neighbour")

    delete_account(db, "neighbour")

    event = db.events(ticket)[-1]
    assert (event["actor_id"], event["actor_name"]) == (
        str(id_of("neighbour")), "Neighbour",
    )  # fmt: skip


def test_authors_follow_the_ticket_except_its_requester(db):
    ticket = db.create_ticket()

    for who in ("customer", "agent", "agent", "colleague"):
        db.comment(who, ticket)
    db.note(ticket, "lead")

    followers = db.execute("select person_id from public.ticket_followers")
    assert {row[0] for row in followers} == {
        id_of("agent"), id_of("colleague"), id_of("lead"),
    }  # fmt: skip


# Follow-ups ---------------------------------------------------------------


def follow_up(db, who="customer", held_by="agent", **draft):
    closed = db.create_ticket_in("closed", held_by, **draft)
    comment = db.comment(who, closed, "It is back.")
    return closed, db.reload({"id": comment["ticket_id"]})


def test_replies_to_closed_tickets_create_follow_ups_with_their_fields(db):
    fields = {
        "subject": "Printer",
        "type": "problem",
        "priority": "high",
        "queue": "billing",
        "tags": ["printer", "floor-2"],
        "data": {"impact": "team", "affected": "printing", "serial": 7},
    }

    closed, ticket = follow_up(db, held_by="biller", **fields)

    copied = ("subject", "type", "priority", "queue_id", "tags", "data",
              "requester_id", "organization_id")  # fmt: skip
    assert {name: ticket[name] for name in copied} == {
        name: closed[name] for name in copied
    }
    assert ticket["follow_up_of"] == closed["id"]
    assert (ticket["status"], ticket["assignee_id"]) == ("new", None)
    assert ticket["version"] == 1


def test_follow_ups_start_a_conversation_of_their_own(db):
    closed = db.create_ticket_in("open")
    db.comment("agent", closed, "An answer.")
    db.note(closed)
    db.set_status(closed, "solved")
    db.close(closed)
    before = db.reload(closed), comments(db, closed), db.event_types(closed)

    comment = db.comment("customer", closed, "It is back.")

    ticket = {"id": comment["ticket_id"]}
    assert comments(db, ticket) == [("It is back.", 1, "public")]
    assert db.event_types(ticket) == ["TICKET_CREATED"]
    assert db.events(ticket)[0]["after"]["follow_up_of"] == closed["id"]
    after = (db.reload(closed), comments(db, closed), db.event_types(closed)[:-1])
    assert after == before
    [*_, event] = db.events(closed)
    assert (event["type"], event["after"]) == (
        "TICKET_FOLLOWED_UP",
        {
            "ticket_id": comment["ticket_id"],
            "number": db.reload(ticket)["number"],
        },
    )


def test_the_response_names_the_closed_ticket(db):
    closed, opened = db.create_ticket_in("closed"), db.create_ticket()

    first = db.comment("customer", closed, idempotency_key="k")
    again = db.comment("customer", closed, idempotency_key="k")

    assert first["follow_up_of"] == closed["id"] != first["ticket_id"]
    assert again == first
    assert "follow_up_of" not in db.comment("customer", opened)


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold", "solved"])
def test_further_replies_go_to_the_follow_up_until_it_is_closed(db, category):
    closed, ticket = follow_up(db)
    if category != "new":
        db.assign(ticket, "agent")
        db.set_status(ticket, category)

    again = db.comment("customer", closed, "And again.")

    assert (again["ticket_id"], again["position"]) == (ticket["id"], 2)
    assert again["follow_up_of"] == closed["id"]
    # Once: who sees the closed ticket need not see the follow-up for good.
    assert db.event_types(closed).count("TICKET_FOLLOWED_UP") == 1
    assert "TICKET_COMMENTED" in db.event_types(ticket)
    now = db.reload(ticket)
    assert now["status"] == ("new" if category == "new" else "open")
    assert now["waiting_on"] == "agent"


def test_after_the_follow_up_is_closed_another_one_is_opened(db):
    closed, first = follow_up(db)
    db.assign(first, "agent")
    db.set_status(first, "solved")
    db.close(first)

    second = db.comment("customer", closed, "Once more.")
    third = db.comment("customer", first, "And here.")

    assert second["position"] == 1
    assert second["ticket_id"] not in (first["id"], third["ticket_id"])
    assert third["follow_up_of"] == first["id"]


def test_a_follow_up_that_the_author_does_not_see_is_not_replied_to(db):
    closed, first = follow_up(db, "colleague")
    db.execute("update public.people set organization_id = null")
    db.execute("update public.organizations set shares_tickets = false")

    reply = db.comment("customer", closed, "Mine.")

    assert reply["ticket_id"] != first["id"]
    assert db.comment("customer", closed)["ticket_id"] == reply["ticket_id"]


def test_colleagues_reply_to_the_one_follow_up_and_follow_it(db):
    closed, ticket = follow_up(db)

    reply = db.comment("colleague", closed, "The same here.")

    assert reply["ticket_id"] == ticket["id"]
    followers = "select person_id from public.ticket_followers where ticket_id = %s"
    assert db.scalar(followers, ticket["id"]) == id_of("colleague")


def test_of_two_replies_at_once_one_opens_the_follow_up(connect):
    first, second, watch = connect(), connect(), connect()
    closed = watch.create_ticket_in("closed")

    with first.blocking(second.comment, "customer", closed, "Second.") as late:
        reply = first.comment("customer", closed, "First.")

    assert late.result(30)["ticket_id"] == reply["ticket_id"]


def test_follow_ups_belong_to_whoever_replied(db):
    _, ticket = follow_up(db, "colleague")

    assert ticket["requester_id"] == str(id_of("colleague"))


def test_a_follow_up_goes_to_the_default_queue_if_its_own_is_archived(db):
    closed = db.create_ticket_in("closed", "biller", queue="billing")
    db.execute("update public.queues set archived_at = now() where key = 'billing'")

    comment = db.comment("customer", closed)

    now = db.reload({"id": comment["ticket_id"]})
    assert now["queue_id"] == str(id_of("support"))


def test_follow_ups_need_the_permission_to_create_tickets(db):
    closed = db.create_ticket_in("closed")
    db.execute("delete from public.person_roles where role = 'customer'")

    with refused("PT403", "denied"):
        db.comment("customer", closed)


def test_customers_add_no_notes_to_closed_tickets(db):
    closed = db.create_ticket_in("closed")

    with refused("PT403", "denied"):
        db.note(closed, "customer")
