"""Tokens end with their session and with their owner, not an hour later."""

import pytest

from .acting import WORKER, refused
from .arrange import revoke_role
from .bulk import item_results, run_all, start
from .notifying import (
    assigned_ticket,
    claim_emails,
    notified,
    process_events,
    queue_due_email,
)
from .personas import email_of, grant, id_of, session_of, user_of

pytestmark = pytest.mark.slow

SIGN_OUT = "delete from auth.sessions where id = %(session)s"
BAN = "update auth.users set banned_until = now() + '1 day' where id = %(user)s"
UNBAN = "update auth.users set banned_until = null where id = %(user)s"
SOFT_DELETION = "update auth.users set deleted_at = now() where id = %(user)s"
ENDS = {
    "signed out": SIGN_OUT,
    "timed out": "update auth.sessions set not_after = now() where id = %(session)s",
    "banned": BAN,
    "deleted": SOFT_DELETION,
    "deleted for good": "delete from auth.users where id = %(user)s",
}
NO_SESSION = {
    "of somebody else": str(session_of("lead")),
    "unknown": str(id_of("nobody")),
    "malformed": "nope",
    "empty": "",
    "missing": None,
}
CALLS = {
    "a command": "select api.create_ticket(subject => 'Help', body => 'It broke.')",
    "a query": "select api.list_my_tickets()",
    "whoami": "select api.whoami()",
    "a policy": "select count(*) from public.tickets",
}
JOIN = "select private.may_join_topic(%s)"


@pytest.fixture(autouse=True)
def ticket(db):
    """Policies are asked about rows, so there must be one."""
    return db.create_ticket("colleague")


def end(db, who, how=SIGN_OUT):
    values = {"user": user_of(who), "session": session_of(who)}
    db.connection.execute(how, values)


def cannot_act(db, who, **claims):
    for call in CALLS.values():
        with refused("PT401", "unauthenticated"), db.acting(who, **claims) as acting:
            acting.execute(call)
    with db.acting(who, **claims) as acting:
        joined = acting.execute(JOIN, [f"user:{id_of(who)}"]).fetchone()
    return joined == (False,)


@pytest.mark.parametrize("how", ENDS)
def test_a_token_does_nothing_once_its_session_or_owner_is_gone(db, how):
    end(db, "stranger", ENDS[how])

    assert cannot_act(db, "stranger")


@pytest.mark.parametrize("session", NO_SESSION)
def test_a_token_needs_a_session_of_its_owner(db, session):
    assert cannot_act(db, "stranger", session_id=NO_SESSION[session])


@pytest.mark.parametrize("call", CALLS)
def test_a_token_acts_while_its_session_lasts(db, call):
    db.execute(
        "update auth.sessions set not_after = now() + '1 day' where id = %s",
        session_of("stranger"),
    )

    with db.acting("stranger") as acting:
        assert acting.execute(CALLS[call])


def test_only_the_session_that_ended_ends(db):
    other = id_of("another session")
    db.execute(
        "insert into auth.sessions (id, user_id) values (%s, %s)",
        other,
        user_of("agent"),
    )
    end(db, "agent")

    with db.acting("agent", session_id=str(other)) as acting:
        assert acting.execute("select api.whoami()").fetchone()
    assert cannot_act(db, "agent")


def test_a_ban_that_is_over_holds_nobody_back(db):
    db.execute(
        "update auth.users set banned_until = now() - '1 s'::interval where id = %s",
        user_of("agent"),
    )

    assert db.call("agent", "whoami")["name"] == "Agent"


def test_a_session_is_asked_anew_in_every_statement(db):
    with db.acting("agent") as acting:
        acting.execute("select api.whoami()")
        acting.execute("reset role")
        acting.execute(SIGN_OUT, {"session": session_of("agent")})
        acting.execute("set local role authenticated")
        with refused("PT401", "unauthenticated"), acting.transaction():
            acting.execute("select api.whoami()")


def test_workers_act_for_people_who_signed_out(db, ticket):
    start(db, [ticket], priority="low")
    end(db, "agent")

    run_all(db)

    assert db.reload(ticket)["priority"] == "low"


def test_workers_do_not_act_for_people_who_were_banned(db, ticket):
    job = start(db, [ticket], priority="low")
    end(db, "agent", BAN)

    run_all(db)

    end(db, "agent", UNBAN)
    assert item_results(db, job) == ["unauthenticated"]
    assert db.reload(ticket)["priority"] == ticket["priority"]


def test_nobody_is_notified_who_cannot_sign_in(db):
    ticket = db.create_ticket()
    end(db, "customer", BAN)

    db.comment("agent", ticket)
    process_events(db)

    end(db, "customer", UNBAN)
    assert notified(db, "customer") == []


def test_an_email_is_not_sent_to_who_was_banned_meanwhile(db):
    queue_due_email(db, assigned_ticket(db))
    end(db, "customer", BAN)

    assert claim_emails(db) == []


# The last administrator who can sign in --------------------------------------


@pytest.mark.parametrize("how", [BAN, SOFT_DELETION])
def test_an_administrator_who_cannot_sign_in_does_not_count(db, how):
    grant(db.connection, "lead", "admin")
    end(db, "lead", how)

    with refused("PT409", "last-admin"):
        revoke_role(db, "admin", "admin")


@pytest.mark.parametrize("how", [BAN, SOFT_DELETION])
def test_auth_may_ban_the_last_administrator_and_another_can_be_made(db, how):
    end(db, "admin", how)

    made = db.call(WORKER, "make_first_admin", email=email_of("lead"))

    assert made == str(id_of("lead"))
    revoke_role(db, "admin", "admin")
    assert "admin" in db.call("lead", "whoami")["roles"]
