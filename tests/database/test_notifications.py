"""Who is notified of what, in the list and by email, and who never is."""

import pytest

from .acting import WORKER, Json, refused
from .arrange import leave_queues, revoke_permission, revoke_role
from .notifying import (
    assigned_ticket,
    claim_emails,
    make_emails_due,
    notified,
    process_events,
)
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(db):
    """A ticket of customer, assigned to agent and followed by neighbour."""
    ticket = assigned_ticket(db)
    db.note(ticket, "neighbour")
    process_events(db, notify=False)
    return ticket


def all_notified(db):
    return {who for who in PEOPLE if notified(db, who)}


def emailed(db):
    people = {id_of(who): who for who in PEOPLE}
    return {
        people[row[0]] for row in db.execute("select person_id from private.emails")
    }


def prefer(db, who, kind, **choices):
    preferences = Json([{"type": kind, "in_app": True, "email": True, **choices}])
    return db.rows(who, "set_notification_preferences", preferences=preferences)


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("customer", {"agent", "neighbour"}),
        ("agent", {"customer", "neighbour"}),
        ("neighbour", {"customer", "agent"}),
        ("lead", {"customer", "agent", "neighbour"}),  # a follower by writing
    ],
)
def test_replies_notify_everybody_involved_but_the_actor(db, ticket, actor, expected):
    db.comment(actor, ticket)
    process_events(db)

    assert all_notified(db) == expected
    assert emailed(db) == expected


def test_notes_notify_staff_only(db, ticket):
    db.comment("colleague", ticket)  # follows from now on
    process_events(db, notify=False)

    db.note(ticket, "lead")
    process_events(db)

    assert all_notified(db) == {"agent", "neighbour"}
    assert emailed(db) == {"agent", "neighbour"}


def test_new_tickets_do_not_notify_their_requester(db):
    db.create_ticket()
    process_events(db)

    assert all_notified(db) == set()
    assert emailed(db) == set()


def listen(db, who, queue="support", *, in_app=True, email=False):
    """Let somebody hear of new tickets in a queue."""
    return db.call(
        who, "set_queue_notifications", queue=queue, in_app=in_app, email=email
    )


def test_members_hear_of_new_tickets_in_the_way_they_wish(db):
    listen(db, "agent")
    listen(db, "neighbour", in_app=False, email=True)
    listen(db, "lead", email=True)
    listen(db, "biller", "billing", email=True)

    ticket = db.create_ticket()
    process_events(db)

    assert all_notified(db) == {"agent", "lead"}
    assert notified(db, "agent") == ["TICKET_CREATED"]
    assert emailed(db) == {"neighbour", "lead"}
    db.comment("customer", ticket)
    process_events(db)
    assert notified(db, "agent") == ["TICKET_CREATED"]


def test_a_wish_is_of_one_person_and_one_queue_and_off_by_default(db):
    off = {"in_app": False, "email": False}
    listen(db, "agent", email=True)

    def wish(who, queue="support"):
        return db.call(who, "get_queue_notifications", queue=queue)

    assert wish("agent") == {"in_app": True, "email": True}
    assert wish("neighbour") == off
    assert wish("admin", "billing") == off
    assert listen(db, "agent", in_app=False) == off
    assert wish("agent", str(id_of("support"))) == off


@pytest.mark.parametrize(
    ("who", "queue", "code"),
    [
        ("customer", "support", "PT404"),
        ("biller", "support", "PT404"),
        ("agent", "nowhere", "PT404"),
        ("admin", "support", "PT403"),  # reads the queue, and is no member
    ],
)
def test_members_alone_hear_of_new_tickets(db, who, queue, code):
    with refused(code):
        listen(db, who, queue)


def test_a_wish_ends_with_the_membership(db):
    listen(db, "agent", email=True)
    member = {"queue": "support", "person": id_of("agent")}
    db.call("admin", "remove_queue_member", **member)
    db.call("admin", "add_queue_member", **member)

    db.create_ticket()
    process_events(db)

    assert all_notified(db) == emailed(db) == set()


def test_whoever_opens_a_ticket_does_not_hear_of_it_as_a_member(db):
    listen(db, "agent", email=True)

    db.create_ticket("agent")
    process_events(db)

    assert all_notified(db) == emailed(db) == set()


def test_members_of_the_queue_hear_in_which_the_ticket_stands_by_then(db):
    listen(db, "agent", email=True)
    listen(db, "biller", "billing", email=True)
    ticket = db.create_ticket()
    db.call("admin", "update_ticket", ticket=ticket["id"], changes={"queue": "billing"})

    process_events(db)

    assert (all_notified(db), emailed(db)) == ({"biller", "customer"}, {"biller"})
    assert notified(db, "biller") == ["TICKET_CREATED"]


def test_members_who_may_not_see_the_ticket_hear_nothing(db):
    for who in ("agent", "neighbour"):
        listen(db, who, email=True)
    revoke_role(db, "agent")

    db.create_ticket()
    process_events(db)

    assert all_notified(db) == emailed(db) == {"neighbour"}


def test_no_email_goes_to_members_who_left_before_it_was_sent(db):
    listen(db, "agent", email=True)
    db.create_ticket()
    process_events(db)
    leave_queues(db, "agent")
    make_emails_due(db)

    assert claim_emails(db) == []


def confirm_new_tickets(db):
    db.execute("update private.settings set confirm_new_tickets = true")


def test_requesters_get_a_confirmation_if_the_desk_wants_it(db):
    confirm_new_tickets(db)

    ticket = db.create_ticket()
    process_events(db)

    assert all_notified(db) == set()
    assert emailed(db) == {"customer"}
    make_emails_due(db)
    [email] = claim_emails(db)
    assert (email["number"], email["address"]) == (
        ticket["number"],
        "customer@example.com",
    )


@pytest.mark.parametrize("wanted", [True, False])
def test_who_staff_open_a_ticket_for_gets_a_confirmation_if_the_desk_wants_it(
    db, wanted
):
    if wanted:
        confirm_new_tickets(db)

    db.create_ticket("agent", queue="support", requester=str(id_of("stranger")))
    db.create_ticket("agent", queue="support", requester="new@customer.example")
    process_events(db)
    make_emails_due(db)

    addresses = {email["address"] for email in claim_emails(db)}
    both = {"stranger@example.com", "new@customer.example"}
    assert addresses == (both if wanted else set())


def test_requesters_who_want_no_email_of_new_tickets_get_no_confirmation(db):
    confirm_new_tickets(db)
    prefer(db, "customer", "TICKET_CREATED", email=False)

    db.create_ticket()
    process_events(db)

    assert emailed(db) == set()


def test_a_confirmation_is_for_the_requester_alone(db, ticket):
    confirm_new_tickets(db)
    listen(db, "agent")

    db.comment("customer", ticket)
    db.create_ticket()
    process_events(db)

    new = db.execute("select person_id, ticket_id from private.emails").fetchall()
    assert {person for person, of in new if str(of) != ticket["id"]} == {
        id_of("customer")
    }


def test_assignments_notify_new_and_former_assignee(db, ticket):
    db.assign(ticket, "lead")
    process_events(db)

    assert all_notified(db) == {"customer", "agent", "lead", "neighbour"}
    assert emailed(db) == set()  # by default


def test_people_are_not_notified_of_earlier_events(db):
    ticket = db.create_ticket()
    db.comment("customer", ticket)
    db.assign(ticket, "agent")
    db.assign(ticket, "lead")
    db.execute(
        "insert into public.ticket_followers (person_id, ticket_id, since)"
        " values (%s, %s, now() + interval '1 second')",
        id_of("neighbour"),
        ticket["id"],
    )

    process_events(db)

    assert notified(db, "agent") == ["TICKET_ASSIGNED", "TICKET_ASSIGNED"]
    assert notified(db, "lead") == ["TICKET_ASSIGNED"]
    assert notified(db, "neighbour") == []


def test_former_assignees_outside_the_queue_are_not_notified(db, ticket):
    leave_queues(db, "agent")

    db.assign(ticket, "lead")
    process_events(db)

    assert "agent" not in all_notified(db)


def test_following_shows_nothing_by_itself(db, ticket):
    for who in ("stranger", "biller"):
        db.execute(
            "insert into public.ticket_followers (person_id, ticket_id)"
            " values (%s, %s)",
            id_of(who),
            ticket["id"],
        )

    db.comment("agent", ticket)
    process_events(db)

    assert all_notified(db) == {"customer", "neighbour"}
    assert emailed(db) == {"customer", "neighbour"}


def test_events_notify_once(db, ticket):
    db.comment("agent", ticket)
    event = db.scalar("select event_id from private.outbox")

    assert db.call(WORKER, "notify_people", event=event)
    assert not db.call(WORKER, "notify_people", event=event)
    assert notified(db, "customer") == ["TICKET_COMMENTED"]


def test_finished_events_notify_nobody(db, ticket):
    db.comment("agent", ticket)
    event = db.scalar("select event_id from private.outbox")
    db.call(WORKER, "finish_event", event=event)

    assert not db.call(WORKER, "notify_people", event=event)
    assert all_notified(db) == set()


def test_preferences_override_defaults(db, ticket):
    prefer(db, "customer", "TICKET_COMMENTED", email=False)
    prefer(db, "neighbour", "TICKET_COMMENTED", in_app=False)

    db.comment("agent", ticket)
    process_events(db)

    assert all_notified(db) == {"customer"}
    assert emailed(db) == {"neighbour"}


def test_preferences_of_a_type_are_replaced_entirely(db):
    prefer(db, "customer", "TICKET_ASSIGNED")
    result = prefer(db, "customer", "TICKET_COMMENTED", in_app=False, email=False)

    defaults = db.execute("select type, in_app, email from private.event_types")
    assert {row["type"]: (row["in_app"], row["email"]) for row in result} == {
        **{kind: (in_app, email) for kind, in_app, email in defaults},
        "TICKET_COMMENTED": (False, False),
    }
    assert result == db.rows("customer", "get_notification_preferences")
    assert db.rows("stranger", "get_notification_preferences") != result


def test_preferences_for_unknown_event_types_are_refused(db):
    with refused("PT422", "invalid"):
        prefer(db, "customer", "TICKET_EATEN")


def test_notifications_disappear_with_access_to_their_event(db, ticket):
    db.comment("customer", ticket)
    db.note(ticket, "lead")
    process_events(db)
    assert notified(db, "agent") == ["TICKET_COMMENTED", "TICKET_COMMENTED"]

    revoke_permission(db, "tickets.note", "agent")
    assert notified(db, "agent") == ["TICKET_COMMENTED"]

    leave_queues(db, "agent")
    assert db.call("agent", "list_notifications") == {
        "items": [],
        "next": None,
        "unread": 0,
    }


def test_notifications_are_listed_by_page_with_the_unread_count(db, ticket):
    for _ in range(5):
        db.comment("agent", ticket)
    process_events(db)

    first = db.call("customer", "list_notifications", page_size=3)
    last = first["items"][-1]
    cursor = Json(first["next"])
    rest = db.call("customer", "list_notifications", page_size=3, after=cursor)

    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(set(ids)) == 5
    assert first["next"] == [last["created_at"], last["id"]]
    assert rest["next"] is None
    assert first["unread"] == rest["unread"] == 5
    assert last["ticket_number"] == ticket["number"]
    assert last["ticket_subject"] == "Help"
    assert last["actor_name"] == "Agent"


def test_notifications_are_marked_read_by_id_or_up_to_one(db, ticket):
    for _ in range(4):
        db.comment("agent", ticket)
    process_events(db)
    newest, _, third, oldest = [
        item["id"] for item in db.call("customer", "list_notifications")["items"]
    ]

    db.call("customer", "mark_notifications_read", up_to=third)
    assert db.call("customer", "list_notifications")["unread"] == 2

    db.call("customer", "mark_notifications_read", ids=[newest, oldest])
    left = db.call("customer", "list_notifications", only_unread=True)
    assert len(left["items"]) == left["unread"] == 1


def test_nobody_marks_notifications_of_others_read(db, ticket):
    db.comment("agent", ticket)
    process_events(db)
    [item] = db.call("customer", "list_notifications")["items"]

    db.call("neighbour", "mark_notifications_read", ids=[item["id"]])
    with refused("PT404"):
        db.call("neighbour", "mark_notifications_read", up_to=item["id"])

    assert db.call("customer", "list_notifications")["unread"] == 1


def test_notifications_are_broadcast_to_their_recipient(db, ticket):
    db.comment("agent", ticket)
    db.execute("delete from realtime.messages")
    process_events(db)

    sent = db.execute("select topic, event, payload, private from realtime.messages")
    messages = {row[0]: row[1:] for row in sent}

    assert set(messages) == {f"user:{id_of(who)}" for who in ("customer", "neighbour")}
    kind, payload, private = messages[f"user:{id_of('customer')}"]
    assert (kind, private) == ("NOTIFICATION_CREATED", True)
    assert payload["type"] == "TICKET_COMMENTED"
    assert payload["ticket_id"] == ticket["id"]
