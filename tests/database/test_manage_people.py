"""Entering, inviting, changing, deactivating and merging people."""

import pytest

from .acting import refused
from .arrange import broadcasts
from .personas import create_user, email_of, enter_customer, grant, id_of, user_of

pytestmark = pytest.mark.slow

DRAFT = {"email": "Ada@Example.com", "name": "Ada"}
INVITED = (
    "insert into auth.users (id, email, invited_at)"
    " values (%s, 'ada@example.com', clock_timestamp())"
)


def create(db, who="admin", **draft):
    return db.call(who, "create_person", **{**DRAFT, **draft})


def manager(db, *permissions):
    """Make stranger somebody who manages people, with these permissions only."""
    db.call(
        "admin",
        "define_role",
        role="manager",
        name="Manager",
        permissions=["people.manage", "people.read", *permissions],
    )
    grant(db.connection, "stranger", "manager")
    return "stranger"


def change(db, who, person, version=None, **changes):
    return db.call(
        who,
        "change_person",
        person=id_of(person),
        changes=changes,
        expected_version=version,
    )


# Entering and inviting --------------------------------------------------------


def test_a_person_is_entered_with_roles_and_is_yet_to_be_invited(db):
    made = create(db, roles=["agent", "customer"], organization_id=id_of("Sharing"))

    assert made["email"] == "ada@example.com"
    assert made["roles"] == ["agent", "customer"]
    assert made["organization_name"] == "Sharing"
    assert (made["invitation"], made["version"]) == ("pending", 1)
    assert made["id"] in [row["id"] for row in db.items("agent", "list_people")]


def test_the_same_request_says_whether_the_invitation_was_sent_meanwhile(db):
    first = create(db, idempotency_key="k")
    again = create(db, idempotency_key="k")
    db.execute(INVITED, user_of("ada"))
    sent = create(db, idempotency_key="k")
    db.execute(
        "update auth.users set email_confirmed_at = now() where id = %s", user_of("ada")
    )
    accepted = create(db, idempotency_key="k")

    states = [each["invitation"] for each in (first, again, sent, accepted)]
    assert states == ["pending", "pending", "sent", "accepted"]
    assert {each["id"] for each in (first, again, sent, accepted)} == {first["id"]}
    assert db.scalar(
        "select person_id::text from private.accounts where user_id = %s",
        user_of("ada"),
    ) == first["id"]  # fmt: skip


def test_an_invitation_is_sent_once_more_on_another_request(db):
    person = create(db)["id"]
    db.execute(INVITED, user_of("ada"))
    db.execute("update auth.users set invited_at = now() - interval '1 hour'")

    def invite(key):
        made = db.call("admin", "invite_person", person=person, idempotency_key=key)
        return made["invitation"]

    assert (invite("a"), invite("a")) == ("pending", "pending")
    db.execute("update auth.users set invited_at = clock_timestamp()")
    assert invite("a") == "sent"


@pytest.mark.parametrize("who", ["agent", "deactivated"])
def test_nobody_is_invited_who_has_an_account_or_is_deactivated(db, who):
    enter_customer(db.connection, "deactivated")
    db.call("admin", "deactivate_person", person=id_of("deactivated"))

    with refused("PT409", "not-invitable"):
        db.call("admin", "invite_person", person=id_of(who))


@pytest.mark.parametrize(
    ("draft", "code", "slug"),
    [
        ({"email": email_of("agent").upper()}, "PT409", "email-taken"),
        ({"email": "nobody"}, "PT422", "invalid"),
        ({"email": "a b@example.com"}, "PT422", "invalid"),
        ({"roles": ["nope"]}, "PT422", "unknown-role"),
        ({"roles": [None]}, "PT422", "invalid"),
        ({"organization_id": id_of("agent")}, "PT422", "unknown-organization"),
        ({"name": " "}, "23514", None),
    ],
)
def test_what_is_no_person_is_refused(db, draft, code, slug):
    with refused(code, slug):
        create(db, **draft)


def test_nobody_grants_beyond_their_own_rights_by_entering_people(db):
    who = manager(db)
    create(db, who)

    with refused("PT403", "denied"):  # as by grant_role, without roles.manage
        create(db, who, email="b@example.com", roles=["agent"])
    db.call("admin", "define_role", role="manager", name="M",
            permissions=["people.manage", "roles.manage"])  # fmt: skip
    with refused("PT403", "beyond-your-own"):
        create(db, who, email="b@example.com", roles=["agent"])


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("change_person", {"changes": {"name": "X"}}),
        ("deactivate_person", {}),
        ("reactivate_person", {}),
        ("invite_person", {}),
        ("merge_people", {"into_person": id_of("customer")}),
        ("undo_merge", {}),
    ],
)
def test_nobody_manages_who_may_do_more_than_they(db, command, more):
    who = manager(db)

    with refused("PT403", "beyond-your-own"):
        db.call(who, command, person=id_of("agent"), **more)
    with refused("PT404", "not-found"):
        db.call(who, command, person=id_of("nobody"), **more)


# Reading and changing ---------------------------------------------------------


def test_people_read_and_change_themselves_and_nobody_else(db):
    mine = db.call("customer", "get_person", person=id_of("customer"))
    renamed = change(
        db, "customer", "customer", mine["version"],
        name="Cus", language="pt-BR", time_zone="Europe/Berlin",
    )  # fmt: skip

    assert (renamed["name"], renamed["language"]) == ("Cus", "pt-BR")
    assert renamed["version"] == mine["version"] + 1
    me = db.call("customer", "whoami")
    assert (me["language"], me["time_zone"]) == ("pt-BR", "Europe/Berlin")
    with refused("PT403", "denied"):
        change(db, "customer", "customer", organization_id=str(id_of("Silent")))
    with refused("PT403", "denied"):
        change(db, "customer", "colleague", name="X")
    with refused("PT403", "denied"):
        db.call("customer", "get_person", person=id_of("colleague"))


def test_an_administrator_changes_people_at_the_version_they_read(db):
    at = db.call("admin", "get_person", person=id_of("stranger"))["version"]
    moved = change(
        db, "admin", "stranger", at, organization_id=str(id_of("Sharing")), name="S"
    )

    assert moved["organization_name"] == "Sharing"
    with refused("PT412", "stale"):
        change(db, "admin", "stranger", at, name="T")
    gone = change(db, "admin", "stranger", organization_id=None)
    assert gone["organization_id"] is None
    assert change(db, "admin", "stranger")["version"] == gone["version"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"language": "German"}, "23514"),
        ({"time_zone": "Mars/Base"}, "PT422"),
        ({"time_zone": "Factory"}, "PT422"),
        ({"time_zone": "EST5EDT"}, "PT422"),
        ({"time_zone": "Etc/GMT+5"}, "PT422"),
        ({"time_zone": "posix/Europe/Berlin"}, "PT422"),
        ({"name": None}, "PT422"),
        ({"email": "x@example.com"}, "PT422"),
        ({"organization_id": str(id_of("nobody"))}, "PT422"),
    ],
)
def test_an_impossible_change_is_refused(db, changes, code):
    with refused(code):
        change(db, "admin", "stranger", **changes)


# Deactivating -----------------------------------------------------------------


def test_a_deactivated_person_does_nothing_more_and_leaves_nothing_behind(db):
    ticket = db.create_ticket_in("open")
    gone = db.call("admin", "deactivate_person", person=id_of("agent"))
    again = db.call("admin", "deactivate_person", person=id_of("agent"))

    assert gone["deactivated_at"] == again["deactivated_at"]
    assert gone["roles"] == ["agent", "customer"]
    with refused("PT401", "deactivated"):
        db.call("agent", "whoami")
    assert db.reload(ticket)["assignee_id"] is None
    for left in (
        "select count(*) from auth.sessions where user_id = %s",
        "select count(*) from public.queue_members where person_id = %s",
    ):
        assert db.scalar(left, user_of("agent")) == db.scalar(left, id_of("agent")) == 0
    notices = [topic for topic, _, _ in broadcasts(db, "TOPICS_CHANGED")]
    assert {f"topics:{id_of('agent')}", f"topics:{id_of('support')}"} <= {*notices}


def test_a_reactivated_person_signs_in_again_with_their_roles_alone(db):
    db.call("admin", "deactivate_person", person=id_of("agent"))
    db.call("admin", "reactivate_person", person=id_of("agent"))

    with refused("PT401", "unauthenticated"):  # that session has ended
        db.call("agent", "whoami")
    db.execute("insert into auth.sessions (id, user_id) values (%s, %s)",
               id_of("session"), user_of("agent"))  # fmt: skip
    with db.acting("agent", session_id=str(id_of("session"))) as acting:
        me = acting.execute("select api.whoami()").fetchone()[0]
    assert (me["roles"], me["queues"]) == (["agent", "customer"], [])


def test_nobody_deactivates_themselves_or_the_last_administrator(db):
    with refused("PT403", "own-account"):
        db.call("admin", "deactivate_person", person=id_of("admin"))
    everything = db.read("admin", "select permission from public.permissions")
    db.call("admin", "define_role", role="everything", name="E", permissions=everything)
    grant(db.connection, "stranger", "everything")

    with refused("PT409", "last-admin"):
        db.call("stranger", "deactivate_person", person=id_of("admin"))


def test_of_two_administrators_who_deactivate_each_other_one_stays(connect):
    first, second = connect(), connect()
    grant(first.connection, "lead", "admin")

    with first.blocking(
        second.call, "lead", "deactivate_person", person=id_of("admin")
    ) as late:
        first.call("admin", "deactivate_person", person=id_of("lead"))
    with refused("PT409", "last-admin"):
        late.result(30)


# Merging ----------------------------------------------------------------------


@pytest.fixture
def double(db):
    """The second record of stranger, who has asked, commented and followed."""
    enter_customer(db.connection, "double")
    create_user(db.connection, "double")
    db.execute("insert into auth.sessions (id, user_id) values (%s, %s)",
               id_of("session"), user_of("double"))  # fmt: skip
    with db.acting("double", session_id=str(id_of("session"))) as acting:
        opened = "select api.create_ticket(subject => %s, body => 'B')"
        tickets = [acting.execute(opened, [s]).fetchone()[0] for s in ("A", "B")]
    closed = tickets[1]
    db.assign(closed, "agent")
    db.set_status(closed, "solved", "agent")
    db.close(closed)
    return tickets


def merge(db, source="double", into="stranger", **more):
    return db.call(
        "admin", "merge_people", person=id_of(source), into_person=id_of(into), **more
    )


def state(db):
    """Return all that a merge moves."""
    return [
        db.execute(query).fetchall()
        for query in (
            "select id, requester_id from public.tickets order by id",
            "select id, author_id from public.comments order by id",
            "select person_id, ticket_id, since, grants_access"
            " from public.ticket_followers order by 1, 2",
            "select user_id, person_id from private.accounts order by 1",
            "select id, email, deactivated_at, merged_into from public.people"
            " order by 1",
        )
    ]


def test_the_records_of_one_customer_are_merged_closed_tickets_too(db, double):
    kept = merge(db)

    assert kept["id"] == str(id_of("stranger"))
    mine = {row["id"]: row for row in db.items("stranger", "list_my_tickets")}
    assert {*mine} == {ticket["id"] for ticket in double}
    for ticket in double:
        [comment] = db.items("stranger", "list_comments", ticket=ticket["id"])
        assert comment["author_id"] == str(id_of("stranger"))
        event = db.events(ticket)[-1]
        assert event["type"] == "TICKET_UPDATED"
        assert event["before"]["requester_id"] == str(id_of("double"))
        assert event["after"]["requester_name"] == "Stranger"
        assert db.reload(ticket)["version"] > ticket["version"]
    with (
        refused("PT401", "deactivated"),
        db.acting("double", session_id=str(id_of("session"))) as acting,
    ):
        acting.execute("select api.whoami()")
    record = db.call("admin", "get_person", person=id_of("double"))
    assert record["merged_into"] == str(id_of("stranger"))
    assert record["id"] not in [each["id"] for each in db.items("admin", "list_people")]


@pytest.mark.parametrize("into", ["stranger", "lone"])
def test_a_merge_is_undone_within_a_day_and_leaves_nothing(db, double, into):
    enter_customer(db.connection, "lone")  # without account
    db.execute("update public.people set email = null where id = %s", id_of("lone"))
    before = state(db)
    merge(db, into=into)
    assert state(db) != before

    back = db.call("admin", "undo_merge", person=id_of("double"))

    assert back["id"] == str(id_of("double"))
    assert state(db) == before
    with refused("PT409", "not-merged"):
        db.call("admin", "undo_merge", person=id_of("double"))


def test_a_merge_into_who_was_merged_since_is_undone_after_that(db, double):
    enter_customer(db.connection, "lone")
    before = state(db)
    merge(db, into="lone")
    merge(db, "lone", "stranger")

    with refused("PT409", "merged-on"):
        db.call("admin", "undo_merge", person=id_of("double"))
    db.call("admin", "undo_merge", person=id_of("lone"))
    db.call("admin", "undo_merge", person=id_of("double"))

    assert state(db) == before


def test_the_sight_of_a_followed_ticket_goes_over_and_comes_back(db, double):
    hidden = db.create_ticket("agent", queue="billing")
    follower = {"ticket": hidden["id"], "person": str(id_of("double"))}
    db.call("biller", "add_follower", **follower)
    before = state(db)

    merge(db)

    assert db.call("stranger", "get_ticket", ticket=hidden["id"])
    db.call("admin", "undo_merge", person=id_of("double"))
    assert state(db) == before


def test_customers_are_merged_into_customers_alone(db, double):
    with refused("PT409", "has-roles"):
        merge(db, into="agent")


def test_account_and_address_go_over_to_who_has_none(db, double):
    enter_customer(db.connection, "lone")
    db.execute("update public.people set email = null where id = %s", id_of("lone"))

    kept = merge(db, into="lone")

    assert kept["email"] == email_of("double")
    assert db.scalar(
        "select person_id from private.accounts where user_id = %s", user_of("double")
    ) == id_of("lone")  # fmt: skip


def test_a_merge_cannot_be_undone_a_day_later(db, double):
    merge(db)
    db.execute("update private.person_merges set merged_at = now() - interval '25 h'")

    with refused("PT409", "undo-too-late"):
        db.call("admin", "undo_merge", person=id_of("double"))
    with refused("PT409", "person-merged"):
        db.call("admin", "reactivate_person", person=id_of("double"))


def test_a_merged_customer_no_longer_listens_to_their_former_tickets(db, double):
    name = (
        "select private.ticket_topic(tickets, false) from public.tickets where id = %s"
    )
    before = db.scalar(name, double[0]["id"])

    merge(db)

    assert db.scalar(name, double[0]["id"]) != before


@pytest.mark.parametrize(
    ("source", "into", "code", "slug"),
    [
        ("stranger", "stranger", "PT422", "invalid"),
        ("agent", "stranger", "PT409", "has-roles"),
        ("stranger", "gone", "PT409", "not-mergeable"),
        ("merged", "stranger", "PT409", "not-mergeable"),
        ("program", "stranger", "PT409", "not-mergeable"),
        ("stranger", "nobody", "PT404", "not-found"),
    ],
)
def test_who_cannot_be_merged_is_not(db, source, into, code, slug):
    for name in ("gone", "merged", "program"):
        enter_customer(db.connection, name)
    db.call("admin", "deactivate_person", person=id_of("gone"))
    merge(db, "merged", "customer")
    db.execute("update public.people set kind = 'machine' where id = %s",
               id_of("program"))  # fmt: skip

    with refused(code, slug):
        merge(db, source, into)


def test_a_merge_is_one_however_often_it_is_requested(db, double):
    assert merge(db, idempotency_key="k") == merge(db, idempotency_key="k")


def test_nobody_but_a_merge_changes_who_wrote_or_requested(db):
    ticket = db.create_ticket()
    for statement in (
        "update public.tickets set requester_id = %s where id = %s",
        "update public.comments set author_id = %s where ticket_id = %s",
    ):
        with refused("PT409"):
            db.execute(statement, id_of("stranger"), ticket["id"])


def test_whoami_counts_unread_notifications_that_one_may_still_see(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    for (event,) in db.execute("select event_id from private.outbox").fetchall():
        db.call("service_role", "notify_people", event=event)
    seen = db.call("agent", "whoami")["unread_notifications"]
    listed = db.call("agent", "list_notifications")["unread"]

    assert seen == listed > 0
