"""Reply leases: taking, releasing, taking over, and replies meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from .acting import ignoring, refused
from .arrange import (
    broadcasts,
    delete_account,
    leave_queues,
    move_to_queue,
    revoke_permission,
    revoke_role,
)
from .notifying import notified, process_events
from .personas import PEOPLE, id_of, user_of

pytestmark = pytest.mark.slow

STAFF = {"agent", "neighbour", "lead", "admin"}
OVER = "TICKET_REPLY_TAKEN_OVER"


def lease_reply(db, ticket, who="agent", **options):
    return db.call(who, "lease_reply", ticket=ticket["id"], **options)


def release(db, ticket, who="agent"):
    return db.call(who, "release_reply", ticket=ticket["id"])


def get_lease(db, ticket, who="agent"):
    return db.call(who, "get_reply_lease", ticket=ticket["id"])


def let_expire(db):
    db.execute(
        "update private.reply_leases set expires_at = now() - interval '1 second'"
    )


def broadcast_leases(db, ticket):
    """Return the leases broadcast to staff at a ticket, in order."""
    messages = broadcasts(db, "REPLY_LEASE_CHANGED")
    topic = f"ticket:{ticket['id']}:internal"
    assert {message[:2] for message in messages} <= {(topic, True)}
    return [
        {name: value for name, value in payload.items() if name != "id"}
        for *_, payload in messages
    ]


def test_agents_lease_a_ticket_for_their_reply(db):
    ticket = db.create_ticket()

    lease = lease_reply(db, ticket)

    assert (lease["ticket_id"], lease["person_id"]) == (
        ticket["id"],
        str(id_of("agent")),
    )
    assert lease["person_name"] == "Agent"
    left = datetime.fromisoformat(lease["expires_at"]) - db.scalar(
        "select clock_timestamp()"
    )
    assert timedelta(minutes=1) < left <= timedelta(minutes=2)
    assert get_lease(db, ticket, "lead") == lease
    assert db.reload(ticket) == ticket
    assert db.event_types(ticket) == ["TICKET_CREATED"]


def test_leases_last_as_long_as_the_setting(db):
    db.execute("update private.settings set reply_lease = '10 minutes'")

    lease = lease_reply(db, db.create_ticket())

    left = datetime.fromisoformat(lease["expires_at"]) - db.scalar("select now()")
    assert left > timedelta(minutes=9)


def test_leasing_again_extends_the_lease(db):
    ticket = db.create_ticket()
    first = lease_reply(db, ticket)

    again = lease_reply(db, ticket)

    assert again["expires_at"] > first["expires_at"]
    assert broadcast_leases(db, ticket) == [first, again]


def test_leased_tickets_are_not_leased_to_another(db):
    ticket = db.create_ticket()
    held = lease_reply(db, ticket)

    with pytest.raises(Exception, match="being-answered") as refusal:
        lease_reply(db, ticket, "neighbour")

    assert refusal.value.sqlstate == "PT409"
    until = datetime.fromisoformat(held["expires_at"]).strftime("%H:%M:%S")
    sentence = refusal.value.diag.message_detail
    assert sentence.startswith("Agent is answering this ticket, until ")
    assert until in sentence
    assert get_lease(db, ticket) == held


def test_taking_over_is_explicit_and_recorded(db):
    ticket = db.create_ticket()
    lease_reply(db, ticket)

    lease = lease_reply(db, ticket, "lead", take_over=True)

    assert lease["person_id"] == str(id_of("lead"))
    [*_, event] = db.events(ticket)
    assert (event["type"], event["is_internal"]) == (OVER, True)
    assert event["actor_id"] == str(id_of("lead"))
    former, holder = (
        {"person_id": str(id_of(who)), "person_name": who.title()}
        for who in ("agent", "lead")
    )
    assert (event["before"], event["after"]) == (former, holder)
    with refused("PT409", "being-answered"):
        lease_reply(db, ticket, "agent")


@pytest.mark.parametrize("before", ["nobody", "oneself", "expired"])
def test_unleased_tickets_are_not_taken_over(db, before):
    ticket = db.create_ticket()
    if before == "oneself":
        lease_reply(db, ticket)
    if before == "expired":
        lease_reply(db, ticket, "neighbour")
        let_expire(db)

    lease = lease_reply(db, ticket, take_over=True)

    assert lease["person_id"] == str(id_of("agent"))
    assert OVER not in db.event_types(ticket)


def test_taking_over_is_visible_to_staff_only(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    process_events(db)
    lease_reply(db, ticket)

    lease_reply(db, ticket, "lead", take_over=True)
    process_events(db)

    feed = db.items("customer", "list_ticket_events", ticket=ticket["id"])
    assert OVER not in [event["type"] for event in feed]
    assert notified(db, "agent")[-1] == OVER
    assert OVER not in notified(db, "customer")


def test_leases_expire(db):
    ticket = db.create_ticket()
    lease_reply(db, ticket)
    let_expire(db)

    free = get_lease(db, ticket)
    db.comment("neighbour", ticket)
    lease = lease_reply(db, ticket, "neighbour")

    assert (free["person_id"], free["expires_at"]) == (None, None)
    assert lease["person_id"] == str(id_of("neighbour"))


def test_people_release_their_own_lease_only(db):
    ticket = db.create_ticket()
    held = lease_reply(db, ticket)

    kept = release(db, ticket, "lead")
    free = release(db, ticket)
    again = release(db, ticket)

    assert kept == held
    assert free["person_id"] is None
    assert again == free
    assert broadcast_leases(db, ticket) == [held, free]


# Replies --------------------------------------------------------------------


def test_replies_are_refused_during_the_lease_of_another(db):
    ticket = db.create_ticket()
    lease_reply(db, ticket)

    with refused("PT409", "being-answered"):
        db.comment("neighbour", ticket)

    assert db.event_types(ticket) == ["TICKET_CREATED"]


def test_replying_ends_the_own_lease(db):
    ticket = db.create_ticket()
    lease_reply(db, ticket)

    db.comment("agent", ticket)
    db.comment("neighbour", ticket)

    assert get_lease(db, ticket)["person_id"] is None
    assert broadcast_leases(db, ticket)[-1]["person_id"] is None


def test_leases_do_not_block_customers_and_notes(db):
    ticket = db.create_ticket()
    held = lease_reply(db, ticket)

    db.comment("customer", ticket)
    db.comment("colleague", ticket)
    db.note(ticket, "neighbour")
    db.note(ticket, "agent")

    assert get_lease(db, ticket) == held


def test_leases_do_not_block_staff_who_are_the_requester(db):
    ticket = db.create_ticket("neighbour")
    lease_reply(db, ticket)

    db.comment("neighbour", ticket)

    with refused("PT403", "denied"):
        lease_reply(db, ticket, "neighbour", take_over=True)


def test_agents_whose_lease_was_taken_over_cannot_reply(db):
    ticket = db.create_ticket()
    lease_reply(db, ticket)
    lease_reply(db, ticket, "lead", take_over=True)

    with refused("PT409", "being-answered"):
        db.comment("agent", ticket)
    db.comment("lead", ticket)


def test_repeated_replies_are_not_blocked_by_a_lease(db):
    ticket = db.create_ticket()
    reply = db.comment("neighbour", ticket, idempotency_key="k")
    lease_reply(db, ticket)

    assert db.comment("neighbour", ticket, idempotency_key="k") == reply


# Holders who could not reply any more --------------------------------------------


def ban(db, until):
    db.execute(
        "update auth.users set banned_until = now() + %s::interval where id = %s",
        until,
        user_of("agent"),
    )


def move_away(db):
    for (ticket,) in db.execute("select id from public.tickets").fetchall():
        move_to_queue(db, {"id": ticket}, "billing")


ENDINGS = {
    "left the queue": lambda db: leave_queues(db, "agent"),
    "role taken away": lambda db: revoke_role(db, "agent"),
    "tickets.reply taken away": lambda db: revoke_permission(
        db, "tickets.reply", "agent"
    ),
    "tickets.read taken away": lambda db: revoke_permission(
        db, "tickets.read", "agent"
    ),
    "banned": lambda db: ban(db, "1 hour"),
    "deleted in Auth": lambda db: db.execute(
        "update auth.users set deleted_at = now() where id = %s", user_of("agent")
    ),
    "signed out": lambda db: db.execute(
        "delete from auth.sessions where user_id = %s", user_of("agent")
    ),
    "session timed out": lambda db: db.execute(
        "update auth.sessions set not_after = now() - interval '1 second'"
        " where user_id = %s",
        user_of("agent"),
    ),
    "ticket moved away": move_away,
}


@pytest.fixture
def leased(db):
    """A ticket that agent has leased, in a session of theirs."""
    ticket = db.create_ticket()
    session = db.scalar(
        "insert into auth.sessions (id, user_id) values (gen_random_uuid(), %s)"
        " returning id::text",
        user_of("agent"),
    )
    with db.acting("agent", session_id=session) as connection:
        connection.execute("select api.lease_reply(%s)", [ticket["id"]])
    return ticket


@pytest.mark.parametrize("ending", ENDINGS)
def test_leases_of_who_could_not_reply_any_more_block_nobody(db, leased, ending):
    assert get_lease(db, leased, "admin")["person_id"] == str(id_of("agent"))
    with refused("PT409", "being-answered"):
        db.comment("admin", leased)

    ENDINGS[ending](db)

    assert get_lease(db, leased, "admin")["person_id"] is None
    db.comment("admin", leased)
    assert lease_reply(db, leased, "admin")["person_id"] == str(id_of("admin"))
    assert OVER not in db.event_types(leased)


@pytest.mark.parametrize(
    "still",
    [
        lambda db: ban(db, "-1 hour"),
        lambda db: revoke_role(db, "agent", "customer"),
        lambda db: db.execute(
            "insert into auth.sessions (id, user_id) values (gen_random_uuid(), %s)",
            user_of("agent"),
        ),
    ],
    ids=["banned before", "customer no more", "signed in twice"],
)
def test_leases_of_who_may_still_reply_hold(db, leased, still):
    still(db)

    with refused("PT409", "being-answered"):
        db.comment("admin", leased)


def test_of_many_concurrent_leases_one_succeeds_at_a_time(connect):
    db = connect()
    ticket = db.create_ticket()
    others = {who: connect() for who in ("agent", "neighbour", "lead", "admin")}

    def claim(who):
        with ignoring("PT409"):
            lease_reply(others[who], ticket, who)
            others[who].comment(who, ticket, f"From {who}.")
            return who
        return None

    with ThreadPoolExecutor(4) as pool:
        replied = {who for who in pool.map(claim, others) if who}

    # Whoever came when it was free again has answered too, after the one before.
    assert replied
    assert db.event_types(ticket).count("TICKET_COMMENTED") == len(replied)
    assert OVER not in db.event_types(ticket)


def test_replies_wait_for_an_uncommitted_lease(connect):
    db, other = connect(), connect()
    ticket = db.create_ticket()

    with db.blocking(other.comment, "neighbour", ticket) as late:
        lease_reply(db, ticket)
    with refused("PT409", "being-answered"):
        late.result()


# Permissions-------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("command", [lease_reply, release, get_lease])
def test_leases_are_for_staff_of_the_queue(db, who, command):
    ticket = db.create_ticket()

    if who in STAFF:
        assert command(db, ticket, who)["ticket_id"] == ticket["id"]
    else:
        sees = who in ("customer", "colleague")
        with refused("PT403" if sees else "PT404"):
            command(db, ticket, who)


def test_leases_need_the_permission_to_reply(db):
    ticket = db.create_ticket()
    revoke_permission(db, "tickets.reply")

    with refused("PT403", "denied"):
        lease_reply(db, ticket)


def test_closed_tickets_are_not_leased(db):
    ticket = db.create_ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        lease_reply(db, ticket)


def test_deleting_a_person_ends_their_leases(db):
    ticket = db.create_ticket()
    lease_reply(db, ticket, "neighbour")

    delete_account(db, "neighbour")

    assert get_lease(db, ticket)["person_id"] is None
