"""Two do not answer at once: holding a ticket for a reply, letting go, taking over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from .cast import PEOPLE, id_of
from .desk import forgiving, refused
from .told import settle, told

pytestmark = pytest.mark.slow

STAFF = {"agent", "neighbour", "lead", "admin"}
OVER = "TICKET_REPLY_TAKEN_OVER"


def hold(desk, ticket, who="agent", **given):
    return desk.call(who, "lease_reply", ticket=ticket["id"], **given)


def release(desk, ticket, who="agent"):
    return desk.call(who, "release_reply", ticket=ticket["id"])


def look(desk, ticket, who="agent"):
    return desk.call(who, "get_reply_lease", ticket=ticket["id"])


def let_expire(desk):
    desk.run("update private.reply_leases set expires_at = now() - interval '1 second'")


def heard(desk, ticket):
    """Return what staff at the ticket were told, in order."""
    rows = desk.run(
        "select topic, private, payload - 'id' from realtime.messages"
        " where event = 'REPLY_LEASE_CHANGED' order by inserted_at, cmin::text::bigint"
    ).fetchall()
    topic = f"ticket:{ticket['id']}:internal"
    assert {(row[0], row[1]) for row in rows} <= {(topic, True)}
    return [row[2] for row in rows]


def test_a_ticket_is_held_for_a_reply(desk):
    ticket = desk.ticket()

    lease = hold(desk, ticket)

    assert (lease["ticket_id"], lease["person_id"]) == (
        ticket["id"],
        str(id_of("agent")),
    )
    assert lease["person_name"] == "Agent"
    left = datetime.fromisoformat(lease["expires_at"]) - desk.one(
        "select clock_timestamp()"
    )
    assert timedelta(minutes=1) < left <= timedelta(minutes=2)
    assert look(desk, ticket, "lead") == lease
    assert desk.now(ticket) == ticket
    assert desk.story(ticket) == ["TICKET_CREATED"]


def test_a_lease_lasts_as_long_as_the_desk_says(desk):
    desk.run("update private.settings set reply_lease = '10 minutes'")

    lease = hold(desk, desk.ticket())

    left = datetime.fromisoformat(lease["expires_at"]) - desk.one("select now()")
    assert left > timedelta(minutes=9)


def test_it_is_held_longer_by_saying_so_again(desk):
    ticket = desk.ticket()
    first = hold(desk, ticket)

    again = hold(desk, ticket)

    assert again["expires_at"] > first["expires_at"]
    assert heard(desk, ticket) == [first, again]


def test_what_somebody_holds_is_not_held_by_another(desk):
    ticket = desk.ticket()
    held = hold(desk, ticket)

    with pytest.raises(Exception, match="being-answered") as refusal:
        hold(desk, ticket, "neighbour")

    assert refusal.value.sqlstate == "PT409"
    until = datetime.fromisoformat(held["expires_at"]).strftime("%H:%M:%S")
    sentence = refusal.value.diag.message_detail
    assert sentence.startswith("Agent is answering this ticket, until ")
    assert until in sentence
    assert look(desk, ticket) == held


def test_taking_over_is_explicit_and_recorded(desk):
    ticket = desk.ticket()
    hold(desk, ticket)

    lease = hold(desk, ticket, "lead", take_over=True)

    assert lease["person_id"] == str(id_of("lead"))
    [*_, event] = desk.events(ticket)
    assert (event["type"], event["is_internal"]) == (OVER, True)
    assert event["actor_id"] == str(id_of("lead"))
    assert event["before"] == {"person_id": str(id_of("agent"))}
    assert event["after"] == {"person_id": str(id_of("lead"))}
    with refused("PT409", "being-answered"):
        hold(desk, ticket, "agent")


@pytest.mark.parametrize("before", ["nobody", "oneself", "expired"])
def test_what_nobody_else_holds_is_not_taken_over(desk, before):
    ticket = desk.ticket()
    if before == "oneself":
        hold(desk, ticket)
    if before == "expired":
        hold(desk, ticket, "neighbour")
        let_expire(desk)

    lease = hold(desk, ticket, take_over=True)

    assert lease["person_id"] == str(id_of("agent"))
    assert OVER not in desk.story(ticket)


def test_who_took_over_is_known_to_staff_alone(desk):
    ticket = desk.ticket()
    desk.assign(ticket, "agent")
    settle(desk)
    hold(desk, ticket)

    hold(desk, ticket, "lead", take_over=True)
    settle(desk)

    feed = desk.rows("customer", "list_ticket_events", ticket=ticket["id"])
    assert OVER not in [event["type"] for event in feed]
    assert told(desk, "agent")[-1] == OVER
    assert OVER not in told(desk, "customer")


def test_a_lease_ends_by_itself(desk):
    ticket = desk.ticket()
    hold(desk, ticket)
    let_expire(desk)

    free = look(desk, ticket)
    desk.say("neighbour", ticket)
    lease = hold(desk, ticket, "neighbour")

    assert (free["person_id"], free["expires_at"]) == (None, None)
    assert lease["person_id"] == str(id_of("neighbour"))


def test_one_lets_go_of_ones_own_lease_alone(desk):
    ticket = desk.ticket()
    held = hold(desk, ticket)

    kept = release(desk, ticket, "lead")
    free = release(desk, ticket)
    again = release(desk, ticket)

    assert kept == held
    assert free["person_id"] is None
    assert again == free
    assert heard(desk, ticket) == [held, free]


# Replies --------------------------------------------------------------------


def test_a_reply_beside_somebody_elses_is_refused(desk):
    ticket = desk.ticket()
    hold(desk, ticket)

    with refused("PT409", "being-answered"):
        desk.say("neighbour", ticket)

    assert desk.story(ticket) == ["TICKET_CREATED"]


def test_ones_own_reply_ends_ones_lease(desk):
    ticket = desk.ticket()
    hold(desk, ticket)

    desk.say("agent", ticket)
    desk.say("neighbour", ticket)

    assert look(desk, ticket)["person_id"] is None
    assert heard(desk, ticket)[-1]["person_id"] is None


def test_customers_and_notes_are_never_held_back(desk):
    ticket = desk.ticket()
    held = hold(desk, ticket)

    desk.say("customer", ticket)
    desk.say("colleague", ticket)
    desk.note(ticket, "neighbour")
    desk.note(ticket, "agent")

    assert look(desk, ticket) == held


def test_staff_who_asked_for_help_themselves_are_not_held_back(desk):
    ticket = desk.ticket("neighbour")
    hold(desk, ticket)

    desk.say("neighbour", ticket)

    with refused("PT403", "denied"):
        hold(desk, ticket, "neighbour", take_over=True)


def test_whoever_lost_the_lease_does_not_answer(desk):
    ticket = desk.ticket()
    hold(desk, ticket)
    hold(desk, ticket, "lead", take_over=True)

    with refused("PT409", "being-answered"):
        desk.say("agent", ticket)
    desk.say("lead", ticket)


def test_an_answer_given_before_is_given_again(desk):
    ticket = desk.ticket()
    said = desk.say("neighbour", ticket, idempotency_key="k")
    hold(desk, ticket)

    assert desk.say("neighbour", ticket, idempotency_key="k") == said


def test_of_two_at_once_one_answers(office):
    desk = office()
    ticket = desk.ticket()
    others = {who: office() for who in ("agent", "neighbour", "lead", "admin")}

    def claim(who):
        with forgiving("PT409"):
            hold(others[who], ticket, who)
            others[who].say(who, ticket, f"From {who}.")
            return who
        return None

    with ThreadPoolExecutor(4) as pool:
        answered = {who for who in pool.map(claim, others) if who}

    # Whoever came when it was free again has answered too, after the one before.
    assert answered
    assert desk.story(ticket).count("TICKET_COMMENTED") == len(answered)
    assert OVER not in desk.story(ticket)


def test_a_reply_waits_for_the_lease_that_is_being_taken(office):
    desk, other = office(), office()
    ticket = desk.ticket()

    with ThreadPoolExecutor(1) as pool:
        with desk.connection.transaction():
            hold(desk, ticket)
            late = pool.submit(other.say, "neighbour", ticket)
            desk.wait_for_waiting(1)
        with refused("PT409", "being-answered"):
            late.result()


# Who may --------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("ask", [hold, release, look])
def test_leases_are_for_staff_who_answer_tickets_of_the_queue(desk, who, ask):
    ticket = desk.ticket()

    if who in STAFF:
        assert ask(desk, ticket, who)["ticket_id"] == ticket["id"]
    else:
        sees = who in ("customer", "colleague")
        with refused("PT403" if sees else "PT404"):
            ask(desk, ticket, who)


def test_whoever_may_not_reply_holds_nothing(desk):
    ticket = desk.ticket()
    desk.run("delete from public.role_permissions where permission = 'tickets.reply'")

    with refused("PT403", "denied"):
        hold(desk, ticket)


def test_a_closed_ticket_is_held_by_nobody(desk):
    ticket = desk.ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        hold(desk, ticket)


def test_a_lease_goes_with_its_person(desk):
    ticket = desk.ticket()
    hold(desk, ticket, "neighbour")

    desk.run("delete from auth.users where id = %s", id_of("neighbour"))

    assert look(desk, ticket)["person_id"] is None
