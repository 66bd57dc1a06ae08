"""Who is told of what, in their list and by mail, and who never is."""

import pytest

from .cast import PEOPLE, id_of
from .desk import WORKER, Json, refused
from .told import assigned_ticket, settle, told

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(desk):
    """The customer's ticket, held by agent and followed by neighbour."""
    ticket = assigned_ticket(desk)
    desk.note(ticket, "neighbour")
    settle(desk, tell=False)
    return ticket


def everybody_told(desk):
    return {who for who in PEOPLE if told(desk, who)}


def mailed(desk):
    people = {id_of(who): who for who in PEOPLE}
    return {people[row[0]] for row in desk.run("select person_id from private.emails")}


def prefer(desk, who, kind, **wish):
    wishes = Json([{"type": kind, "in_app": True, "email": True, **wish}])
    return desk.rows(who, "set_notification_preferences", preferences=wishes)


@pytest.mark.parametrize(
    ("actor", "hear"),
    [
        ("customer", {"agent", "neighbour"}),
        ("agent", {"customer", "neighbour"}),
        ("neighbour", {"customer", "agent"}),
        ("lead", {"customer", "agent", "neighbour"}),  # a follower by writing
    ],
)
def test_a_reply_is_told_to_all_concerned_but_the_actor(desk, ticket, actor, hear):
    desk.say(actor, ticket)
    settle(desk)

    assert everybody_told(desk) == hear
    assert mailed(desk) == hear


def test_a_note_is_told_to_those_who_read_notes_alone(desk, ticket):
    desk.say("colleague", ticket)  # follows from now on
    settle(desk, tell=False)

    desk.note(ticket, "lead")
    settle(desk)

    assert everybody_told(desk) == {"agent", "neighbour"}
    assert mailed(desk) == {"agent", "neighbour"}


def test_a_new_ticket_is_not_told_to_who_opened_it(desk):
    desk.ticket()
    settle(desk)

    assert everybody_told(desk) == set()
    assert mailed(desk) == set()


def test_a_new_assignee_and_the_former_one_are_told(desk, ticket):
    desk.assign(ticket, "lead")
    settle(desk)

    assert everybody_told(desk) == {"customer", "agent", "lead", "neighbour"}
    assert mailed(desk) == set()  # by default


def test_whoever_comes_later_is_not_told_of_what_was_before(desk):
    ticket = desk.ticket()
    desk.say("customer", ticket)
    desk.assign(ticket, "agent")
    desk.assign(ticket, "lead")
    desk.run(
        "insert into public.ticket_followers (person_id, ticket_id, since)"
        " values (%s, %s, now() + interval '1 second')",
        id_of("neighbour"),
        ticket["id"],
    )

    settle(desk)

    assert told(desk, "agent") == ["TICKET_ASSIGNED", "TICKET_ASSIGNED"]
    assert told(desk, "lead") == ["TICKET_ASSIGNED"]
    assert told(desk, "neighbour") == []


def test_a_former_assignee_without_the_queue_is_not_told(desk, ticket):
    desk.run("delete from public.queue_members where person_id = %s", id_of("agent"))

    desk.assign(ticket, "lead")
    settle(desk)

    assert "agent" not in everybody_told(desk)


def test_following_shows_nothing_by_itself(desk, ticket):
    for who in ("stranger", "biller"):
        desk.run(
            "insert into public.ticket_followers (person_id, ticket_id)"
            " values (%s, %s)",
            id_of(who),
            ticket["id"],
        )

    desk.say("agent", ticket)
    settle(desk)

    assert everybody_told(desk) == {"customer", "neighbour"}
    assert mailed(desk) == {"customer", "neighbour"}


def test_an_event_is_told_once(desk, ticket):
    desk.say("agent", ticket)
    event = desk.one("select event_id from private.outbox")

    assert desk.call(WORKER, "notify_people", event=event)
    assert not desk.call(WORKER, "notify_people", event=event)
    assert told(desk, "customer") == ["TICKET_COMMENTED"]


def test_an_event_that_is_no_longer_owed_is_told_to_nobody(desk, ticket):
    desk.say("agent", ticket)
    event = desk.one("select event_id from private.outbox")
    desk.call(WORKER, "finish_event", event=event)

    assert not desk.call(WORKER, "notify_people", event=event)
    assert everybody_told(desk) == set()


def test_wishes_go_before_defaults(desk, ticket):
    prefer(desk, "customer", "TICKET_COMMENTED", email=False)
    prefer(desk, "neighbour", "TICKET_COMMENTED", in_app=False)

    desk.say("agent", ticket)
    settle(desk)

    assert everybody_told(desk) == {"customer"}
    assert mailed(desk) == {"neighbour"}


def test_wishes_are_replaced_as_a_whole(desk):
    prefer(desk, "customer", "TICKET_ASSIGNED")
    answer = prefer(desk, "customer", "TICKET_COMMENTED", in_app=False, email=False)

    defaults = desk.run("select type, in_app, email from private.event_types")
    assert {row["type"]: (row["in_app"], row["email"]) for row in answer} == {
        **{kind: (in_app, email) for kind, in_app, email in defaults},
        "TICKET_COMMENTED": (False, False),
    }
    assert answer == desk.rows("customer", "get_notification_preferences")
    assert desk.rows("stranger", "get_notification_preferences") != answer


def test_a_wish_names_an_event_there_is(desk):
    with refused("PT422", "unknown-event-type"):
        prefer(desk, "customer", "TICKET_EATEN")


def test_what_one_was_told_vanishes_with_the_right_to_see_it(desk, ticket):
    desk.say("customer", ticket)
    desk.note(ticket, "lead")
    settle(desk)
    assert told(desk, "agent") == ["TICKET_COMMENTED", "TICKET_COMMENTED"]

    desk.run(
        "delete from public.role_permissions"
        " where role = 'agent' and permission = 'tickets.note'"
    )
    assert told(desk, "agent") == ["TICKET_COMMENTED"]

    desk.run("delete from public.queue_members where person_id = %s", id_of("agent"))
    assert desk.call("agent", "list_notifications") == {"items": [], "unread": 0}


def test_the_list_is_paged_and_counted(desk, ticket):
    for _ in range(5):
        desk.say("agent", ticket)
    settle(desk)

    first = desk.call("customer", "list_notifications", page_size=3)
    last = first["items"][-1]
    place = Json([last["created_at"], last["id"]])
    rest = desk.call("customer", "list_notifications", page_size=3, after=place)

    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(set(ids)) == 5
    assert first["unread"] == rest["unread"] == 5
    assert last["ticket_number"] == ticket["number"]
    assert last["ticket_subject"] == "Help"
    assert last["actor_name"] == "Agent"


def test_one_reads_some_or_all_up_to_one(desk, ticket):
    for _ in range(4):
        desk.say("agent", ticket)
    settle(desk)
    newest, _, third, oldest = [
        item["id"] for item in desk.call("customer", "list_notifications")["items"]
    ]

    desk.call("customer", "mark_notifications_read", up_to=third)
    assert desk.call("customer", "list_notifications")["unread"] == 2

    desk.call("customer", "mark_notifications_read", ids=[newest, oldest])
    left = desk.call("customer", "list_notifications", only_unread=True)
    assert len(left["items"]) == left["unread"] == 1


def test_nobody_reads_for_somebody_else(desk, ticket):
    desk.say("agent", ticket)
    settle(desk)
    [item] = desk.call("customer", "list_notifications")["items"]

    desk.call("neighbour", "mark_notifications_read", ids=[item["id"]])
    with refused("PT404"):
        desk.call("neighbour", "mark_notifications_read", up_to=item["id"])

    assert desk.call("customer", "list_notifications")["unread"] == 1


def test_a_notification_is_broadcast_to_its_person(desk, ticket):
    desk.say("agent", ticket)
    desk.run("delete from realtime.messages")
    settle(desk)

    sent = desk.run("select topic, event, payload, private from realtime.messages")
    messages = {row[0]: row[1:] for row in sent}

    assert set(messages) == {f"user:{id_of(who)}" for who in ("customer", "neighbour")}
    kind, payload, private = messages[f"user:{id_of('customer')}"]
    assert (kind, private) == ("NOTIFICATION_CREATED", True)
    assert payload["type"] == "TICKET_COMMENTED"
    assert payload["ticket_id"] == ticket["id"]


def test_being_somebody_for_a_question_ends_with_it(desk, ticket):
    desk.say("agent", ticket)
    event = desk.one("select event_id from private.outbox")

    with desk.acting(WORKER):
        desk.connection.execute("select api.notify_people(%s)", [event])
        asking = desk.connection.execute(
            "select current_setting('request.jwt.claims')::jsonb ->> 'role'"
        )
        assert asking.fetchone() == (WORKER,)
