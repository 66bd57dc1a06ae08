"""Which user of Auth becomes which person, and what an account's end leaves."""

import pytest

from .acting import WORKER, refused
from .arrange import delete_account
from .personas import (
    create_user,
    email_of,
    enter_customer,
    id_of,
    session_of,
    sign_in,
    user_of,
)

pytestmark = pytest.mark.slow

NEW = "new"
PERSON = "select person_id from private.accounts where user_id = %s"
CONFIRMED = "update auth.users set email_confirmed_at = now() where id = %s"


def person_of(db, name=NEW):
    """Return who the user of that name is."""
    return db.scalar(PERSON, user_of(name))


def email_of_person(db, person):
    return db.scalar("select email from public.people where id = %s", person)


def trust(db, value):
    """Say whether Auth asks people to confirm their addresses."""
    db.execute("update private.settings set addresses_are_confirmed = %s", value)


def follow_link(db, name=NEW, method="otp"):
    """Sign in by what was mailed, as Auth does."""
    db.execute(
        "insert into auth.sessions (id, user_id) values (%s, %s)"
        " on conflict do nothing",
        session_of(name),
        user_of(name),
    )
    db.execute(
        "insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at,"
        " authentication_method) values (gen_random_uuid(), %s, now(), now(), %s)",
        session_of(name),
        method,
    )


def test_a_new_address_makes_a_customer_with_the_id_of_the_user(db):
    create_user(db.connection, NEW)
    sign_in(db.connection, NEW)

    me = db.call(NEW, "whoami")
    assert (me["id"], me["email"]) == (str(user_of(NEW)), email_of(NEW))
    assert me["roles"] == ["customer"]


def test_a_confirmed_address_links_to_the_person_who_has_it(db):
    enter_customer(db.connection, NEW)

    create_user(db.connection, NEW, confirmed=False)
    before = person_of(db)
    db.execute(CONFIRMED, user_of(NEW))

    assert (before, person_of(db)) == (user_of(NEW), id_of(NEW))
    # The one who was made at sign-up had nothing of their own.
    assert not db.scalar("select count(*) from public.people where id = %s", before)


@pytest.mark.parametrize("confirms", [False, True])
def test_an_unconfirmed_address_links_to_nobody_and_is_nobodys(db, confirms):
    trust(db, confirms)
    enter_customer(db.connection, NEW)

    create_user(db.connection, NEW, confirmed=False)

    assert person_of(db) == user_of(NEW)
    assert email_of_person(db, user_of(NEW)) is None


def test_where_auth_confirms_nothing_the_address_of_another_reads_nothing(db):
    trust(db, False)
    enter_customer(db.connection, NEW)
    ticket = db.create_ticket("customer")
    db.execute("alter table public.tickets disable trigger user")
    db.execute(
        "update public.tickets set requester_id = %s, organization_id = null",
        id_of(NEW),
    )
    create_user(db.connection, NEW)
    sign_in(db.connection, NEW)

    assert person_of(db) == user_of(NEW)
    assert db.items(NEW, "list_my_tickets") == []
    with refused("PT404"):
        db.call(NEW, "get_ticket", ticket=ticket["id"])
    me = db.call(NEW, "whoami")
    assert (me["email"], me["organization_id"]) == (None, None)
    detail = db.call("admin", "get_person", person=me["id"])
    assert detail["duplicates"] == [str(id_of(NEW))]


@pytest.mark.parametrize("method", ["otp", "magiclink", "invite", "recovery"])
def test_a_mailed_link_proves_the_address_where_auth_confirms_nothing(db, method):
    trust(db, False)
    enter_customer(db.connection, NEW)
    create_user(db.connection, NEW)

    follow_link(db, method=method)

    assert person_of(db) == id_of(NEW)
    assert db.call(NEW, "whoami")["id"] == str(id_of(NEW))


@pytest.mark.parametrize("confirms", [False, True])
def test_who_signed_up_with_the_address_of_another_keeps_no_way_in(db, confirms):
    """They chose a password, and wait until the owner of the address follows a link."""
    trust(db, confirms)
    enter_customer(db.connection, NEW)
    create_user(db.connection, NEW, confirmed=not confirms)
    sign_in(db.connection, NEW)
    db.execute("update auth.users set encrypted_password = 'theirs'")

    link = "insert into auth.sessions (id, user_id) values (%s, %s)"
    if confirms:
        db.execute(CONFIRMED, user_of(NEW))
        db.execute(link, id_of("link"), user_of(NEW))
    else:
        db.execute(link, id_of("link"), user_of(NEW))
        db.execute(
            "insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at,"
            " authentication_method)"
            " values (gen_random_uuid(), %s, now(), now(), 'otp')",
            id_of("link"),
        )

    assert person_of(db) == id_of(NEW)
    password = "select encrypted_password from auth.users where id = %s"
    assert not db.scalar(password, user_of(NEW))
    sessions = "select array_agg(id) from auth.sessions where user_id = %s"
    assert db.scalar(sessions, user_of(NEW)) == [id_of("link")]


def test_who_was_taken_out_of_an_organization_does_not_come_back_by_a_link(db):
    trust(db, False)
    domain = "insert into private.organization_domains values ('example.com', %s)"
    db.execute(domain, id_of("Sharing"))
    create_user(db.connection, NEW)
    follow_link(db)
    belongs = "select organization_id from public.people where id = %s"
    assert db.scalar(belongs, person_of(db)) == id_of("Sharing")

    db.call(
        "admin",
        "change_person",
        person=person_of(db),
        changes={"organization_id": None},
    )
    db.execute("delete from auth.mfa_amr_claims")
    follow_link(db)

    assert db.scalar(belongs, person_of(db)) is None


@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param(lambda db: follow_link(db, method="password"), id="by password"),
        pytest.param(
            lambda db: (
                db.execute(
                    "update auth.users set phone = '49301' where id = %s", user_of(NEW)
                ),
                follow_link(db),
            ),
            id="perhaps by telephone",
        ),
        pytest.param(
            lambda db: (
                db.execute(
                    "update auth.users set email = 'other@example.com' where id = %s",
                    user_of(NEW),
                ),
                db.execute(
                    "update auth.users set email = %s where id = %s",
                    email_of(NEW),
                    user_of(NEW),
                ),
                follow_link(db),
            ),
            id="perhaps of another address",
        ),
    ],
)
def test_another_way_to_sign_in_proves_no_address(db, otherwise):
    trust(db, False)
    enter_customer(db.connection, NEW)
    create_user(db.connection, NEW)

    otherwise(db)

    assert person_of(db) == user_of(NEW)


def test_who_has_a_history_stays_apart_and_is_shown_as_a_duplicate(db):
    create_user(db.connection, NEW, confirmed=False)
    sign_in(db.connection, NEW)
    db.create_ticket(NEW)
    enter_customer(db.connection, NEW)

    db.execute(CONFIRMED, user_of(NEW))

    assert person_of(db) == user_of(NEW)
    detail = db.call("admin", "get_person", person=user_of(NEW))
    assert (detail["email"], detail["duplicates"]) == (None, [str(id_of(NEW))])


def test_an_account_never_links_to_who_has_one(db):
    db.execute("update auth.users set email = 'x@example.com' where id = %s",
               user_of("agent"))  # fmt: skip
    db.execute("update public.people set email = %s where id = %s",
               email_of(NEW), id_of("agent"))  # fmt: skip

    create_user(db.connection, NEW)

    assert person_of(db) == user_of(NEW)
    assert person_of(db, "agent") == id_of("agent")


def test_who_was_merged_links_as_the_person_they_were_merged_into(db):
    for name in (NEW, "kept"):
        enter_customer(db.connection, name)
    db.call("admin", "merge_people", person=id_of(NEW), into_person=id_of("kept"))
    db.execute("update public.people set email = %s where id = %s",
               email_of(NEW), id_of(NEW))  # fmt: skip

    create_user(db.connection, NEW)

    assert person_of(db) == id_of("kept")


@pytest.mark.parametrize("address", ["AGENT.Two@Example.COM", "ü@example.com"])
def test_addresses_are_compared_in_lower_case(db, address):
    db.execute("insert into public.people (id, name, email) values (%s, 'N', %s)",
               id_of(NEW), address.lower())  # fmt: skip

    db.execute("insert into auth.users (id, email, email_confirmed_at)"
               " values (%s, %s, now())", user_of(NEW), address)  # fmt: skip

    assert person_of(db) == id_of(NEW)


def test_a_changed_address_follows_unless_somebody_else_has_it(db):
    change = "update auth.users set email = %s where id = %s"
    db.execute(change, "moved@example.com", user_of("agent"))
    moved = email_of_person(db, id_of("agent"))
    db.execute(change, email_of(NEW), user_of("agent"))
    enter_customer(db.connection, "lone")

    db.execute(change, email_of("lone"), user_of("agent"))

    assert moved == "moved@example.com"
    # The agent has a history: nothing is linked, and neither address is theirs.
    assert (person_of(db, "agent"), email_of_person(db, id_of("agent"))) == (
        id_of("agent"), None,
    )  # fmt: skip


def test_deleting_an_account_for_good_leaves_the_person_and_frees_their_work(db):
    ticket = db.create_ticket_in("open")
    solved = db.create_ticket_in("solved")
    db.comment("agent", ticket)

    delete_account(db, "agent")

    assert db.reload(ticket)["assignee_id"] is None
    assert db.reload(solved)["assignee_id"] == str(id_of("agent"))
    person = db.call("admin", "get_person", person=id_of("agent"))
    assert (person["name"], person["email"]) == ("Agent", email_of("agent"))
    assert not db.scalar(
        "select count(*) from public.queue_members where person_id = %s", id_of("agent")
    )


@pytest.mark.parametrize(
    "deletion",
    [
        "delete from auth.users where id = %s",
        "update auth.users set deleted_at = now(), email = 'x' where id = %s",
    ],
)
def test_who_comes_back_with_their_confirmed_address_is_who_they_were(db, deletion):
    ticket = db.create_ticket("stranger")
    db.execute(deletion, user_of("stranger"))
    db.execute("insert into auth.users (id, email, email_confirmed_at)"
               " values (%s, %s, now())",
               user_of(NEW), email_of("stranger"))  # fmt: skip
    sign_in(db.connection, NEW)

    assert db.call(NEW, "whoami")["id"] == str(id_of("stranger"))
    assert db.call(NEW, "get_ticket", ticket=ticket["id"])["id"] == ticket["id"]


def test_who_was_deactivated_does_not_come_back_by_signing_up_again(db):
    db.call("admin", "deactivate_person", person=id_of("stranger"))
    delete_account(db, "stranger")
    db.execute("insert into auth.users (id, email, email_confirmed_at)"
               " values (%s, %s, now())",
               user_of(NEW), email_of("stranger"))  # fmt: skip
    sign_in(db.connection, NEW)

    assert person_of(db) == id_of("stranger")
    with refused("PT401", "unauthenticated"):
        db.call(NEW, "whoami")


def test_the_first_administrator_has_an_account_with_a_confirmed_address(db):
    db.execute("alter table public.person_roles disable trigger require_an_admin")
    db.execute("delete from public.person_roles where role = 'admin'")
    enter_customer(db.connection, NEW)
    with refused("PT404", "not-found"):
        db.call(WORKER, "make_first_admin", email=email_of(NEW))

    create_user(db.connection, NEW)

    made = db.call(WORKER, "make_first_admin", email=email_of(NEW).upper())
    assert made == str(id_of(NEW))


@pytest.mark.parametrize("zone", ["Mars/Base", "+03:00", "CEST", "europe/berlin "])
def test_a_time_zone_is_one_that_the_database_knows(db, zone):
    with refused("PT422", "invalid"):
        db.execute("update public.people set time_zone = %s", zone)
