"""Who gives which role to whom, and when it begins and ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.types.json import Jsonb

from .cast import email_of, grant, id_of, sign_up
from .desk import WORKER, refused

pytestmark = pytest.mark.slow


def turn(desk, who, function, person, role):
    return desk.call(who, function, person=str(id_of(person)), role=role)


def define(desk, who, role, *permissions, name="Triager"):
    return desk.call(
        who, "define_role", role=role, name=name, permissions=list(permissions)
    )


def manager(desk, *permissions):
    """Make stranger a manager of roles who may do only what is said."""
    define(desk, "admin", "manager", "roles.manage", *permissions)
    grant(desk.connection, "stranger", "manager")
    return "stranger"


def test_a_role_is_given_and_taken(desk):
    given = turn(desk, "admin", "grant_role", "stranger", "agent")
    taken = turn(desk, "admin", "revoke_role", "stranger", "agent")

    assert given["roles"] == ["agent", "customer"]
    assert taken["roles"] == ["customer"]
    assert given["email"] == email_of("stranger")


def test_it_is_known_who_gave_a_role(desk):
    turn(desk, "admin", "grant_role", "stranger", "agent")

    giver = desk.one(
        "select granted_by from public.person_roles"
        " where person_id = %s and role = 'agent'",
        id_of("stranger"),
    )
    assert giver == id_of("admin")


def test_giving_and_taking_twice_is_like_once(desk):
    for function, roles in (
        ("grant_role", ["agent", "customer"]),
        ("revoke_role", ["customer"]),
    ):
        for _ in range(2):
            answer = turn(desk, "admin", function, "stranger", "agent")
            assert answer["roles"] == roles


@pytest.mark.parametrize("function", ["grant_role", "revoke_role"])
def test_nobody_edits_their_own_roles(desk, function):
    with refused("PT403", "own-role"):
        turn(desk, "admin", function, "admin", "agent")


@pytest.mark.parametrize(("person", "role"), [("nobody", "agent"), ("agent", "nope")])
@pytest.mark.parametrize("function", ["grant_role", "revoke_role"])
def test_an_unknown_person_or_role_is_not_found(desk, function, person, role):
    with refused("PT404", "not-found"):
        turn(desk, "admin", function, person, role)


def test_who_may_not_manage_roles_learns_nothing_of_people(desk):
    for person in ("agent", "nobody"):
        with refused("PT403", "denied"):
            turn(desk, "lead", "grant_role", person, "agent")


def test_a_right_begins_and_ends_with_the_next_statement_of_the_same_token(desk):
    desk.ticket()
    count = "select count(*) from public.tickets"
    turn(desk, "admin", "grant_role", "stranger", "admin")
    before = desk.read("stranger", count)
    turn(desk, "admin", "revoke_role", "stranger", "admin")

    assert before == [1]
    assert desk.read("stranger", count) == [0]
    with refused("PT403"):
        desk.rows("stranger", "list_people")


def test_nobody_gives_or_takes_what_they_do_not_hold(desk):
    who = manager(desk, "tickets.read")

    for function in ("grant_role", "revoke_role"):
        with refused("PT403", "beyond-your-own"):
            turn(desk, who, function, "agent", "agent")


def test_what_one_holds_one_may_put_into_a_role_and_give(desk):
    who = manager(desk, "tickets.read")

    define(desk, who, "reader", "tickets.read")

    assert "reader" in turn(desk, who, "grant_role", "customer", "reader")["roles"]


def test_nobody_puts_into_a_role_what_they_do_not_hold(desk):
    who = manager(desk, "tickets.read")

    with refused("PT403", "beyond-your-own"):
        define(desk, who, "reader", "tickets.read", "tickets.read_all")


@pytest.mark.parametrize("rest", [(), ("tickets.read",)])
def test_nobody_takes_out_of_a_role_what_they_do_not_hold(desk, rest):
    define(desk, "admin", "giver", "tickets.read", "tickets.assign")
    who = manager(desk, "tickets.read")

    with refused("PT403", "beyond-your-own"):
        define(desk, who, "giver", *rest)


def test_nobody_edits_a_role_they_hold(desk):
    who = manager(desk, "tickets.read")

    with refused("PT403", "own-role"):
        define(desk, who, "manager", "roles.manage", "tickets.read")


@pytest.mark.parametrize("role", ["customer", "agent", "lead", "admin"])
def test_a_built_in_role_keeps_its_meaning(desk, role):
    with refused("PT409", "built-in-role"):
        define(desk, "admin", role, "tickets.read")


def test_a_role_is_changed_as_a_whole(desk):
    define(desk, "admin", "triager", "tickets.read", "tickets.assign")
    changed = define(desk, "admin", "triager", "tickets.read", "tickets.note", name="T")

    assert changed == {
        "role": "triager",
        "name": "T",
        "built_in": False,
        "permissions": ["tickets.note", "tickets.read"],
    }
    assert changed in desk.rows("customer", "list_roles")


def test_an_unknown_permission_is_named(desk):
    with pytest.raises(Exception, match="unknown-permission") as refusal:
        define(desk, "admin", "triager", "tickets.read", "tickets.eat")

    assert refusal.value.diag.message_detail == "There is no permission tickets.eat."


def test_a_defined_role_works(desk):
    ticket = desk.ticket()
    define(desk, "admin", "watcher", "tickets.read_all")
    turn(desk, "admin", "grant_role", "stranger", "watcher")

    seen = desk.call("stranger", "get_ticket", ticket=ticket["id"])
    assert seen == {**ticket, "unread": True}
    with refused("PT403"):
        desk.say("stranger", ticket, visibility="internal")
    with refused("PT403"):
        desk.move(ticket, "open", "stranger")


# The last administrator -----------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "delete from public.person_roles where role = 'admin'",
        "update public.person_roles set role = 'lead' where role = 'admin'",
        "delete from auth.users where id = %(admin)s",
        "delete from public.profiles where id = %(admin)s",
    ],
)
def test_the_last_administrator_stays_whoever_writes(desk, statement):
    with refused("PT409", "last-admin"):
        desk.connection.execute(statement, {"admin": id_of("admin")})


def test_one_of_two_administrators_may_go(desk):
    turn(desk, "admin", "grant_role", "lead", "admin")

    turn(desk, "lead", "revoke_role", "admin", "admin")

    assert desk.call("admin", "whoami")["roles"] == ["customer"]
    with refused("PT403", "own-role"):
        turn(desk, "lead", "revoke_role", "lead", "admin")


def test_of_two_administrators_who_remove_each_other_at_once_one_stays(office):
    first, second, watch = office(), office(), office()
    turn(first, "admin", "grant_role", "lead", "admin")

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction():
            turn(first, "admin", "revoke_role", "lead", "admin")
            late = pool.submit(turn, second, "lead", "revoke_role", "admin", "admin")
            watch.wait_for_waiting(1)
        with refused("PT409", "last-admin"):
            late.result(30)

    assert watch.call("admin", "whoami")["roles"] == ["admin", "customer"]


def test_the_first_administrator_is_made_once(desk):
    desk.run("alter table public.person_roles disable trigger require_an_admin")
    desk.run("delete from public.person_roles where role = 'admin'")

    made = desk.call(WORKER, "make_first_admin", email="STRANGER@example.com")

    assert made == str(id_of("stranger"))
    assert "admin" in desk.call("stranger", "whoami")["roles"]
    with refused("PT409", "admin-exists"):
        desk.call(WORKER, "make_first_admin", email=email_of("agent"))


@pytest.mark.parametrize("email", ["nobody@example.com", "", None])
def test_the_first_administrator_must_have_signed_up(desk, email):
    desk.run("alter table public.person_roles disable trigger require_an_admin")
    desk.run("delete from public.person_roles where role = 'admin'")

    with refused("PT404", "not-found"):
        desk.call(WORKER, "make_first_admin", email=email)


def test_of_two_first_administrators_at_once_one_is_made(office):
    first, second, watch = office(), office(), office()
    first.run("alter table public.person_roles disable trigger require_an_admin")
    first.run("delete from public.person_roles where role = 'admin'")

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction():
            first.call(WORKER, "make_first_admin", email=email_of("agent"))
            late = pool.submit(
                second.call, WORKER, "make_first_admin", email=email_of("lead")
            )
            watch.wait_for_waiting(1)
        with refused("PT409", "admin-exists"):
            late.result(30)


# Signing up and signing in --------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "email", "name"),
    [
        ('{"name": " Ada "}', "a@example.com", "Ada"),
        ('{"name": ""}', "ada@example.com", "ada"),
        ('{"name": null}', "ada@example.com", "ada"),
        ("null", "ada@example.com", "ada"),
        ('["name"]', "ada@example.com", "ada"),
        (None, "ada@example.com", "ada"),
        (None, None, "Somebody"),
        ("{}", "", "Somebody"),
        ('{"name": {"a": 1}}', None, '{"a": 1}'),
        ('{"name": "' + "x" * 500 + '"}', None, "x" * 120),
    ],
)
def test_whoever_signs_up_is_a_customer_with_a_name(desk, metadata, email, name):
    desk.run(
        "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
        id_of("new"),
        email,
        metadata,
    )

    me = desk.call("new", "whoami")

    assert (me["name"], me["roles"], me["permissions"]) == (
        name, ["customer"], ["tickets.create"],
    )  # fmt: skip


def test_a_role_asked_for_at_sign_up_is_not_given(desk):
    desk.run(
        "insert into auth.users (id, email, raw_user_meta_data, raw_app_meta_data,"
        " role) values (%s, 'x@example.com', %s, %s, 'service_role')",
        id_of("new"),
        '{"role": "admin", "roles": ["admin"]}',
        '{"role": "admin"}',
    )

    assert desk.call("new", "whoami")["roles"] == ["customer"]


def test_a_changed_name_is_followed_and_an_unchanged_one_left_alone(desk):
    sign_up(desk.connection, "new")
    rename = "update auth.users set raw_user_meta_data = %s where id = %s"
    desk.run(rename, '{"name": "Ada"}', id_of("new"))
    desk.run("update public.profiles set name = 'By hand' where id = %s", id_of("new"))

    desk.run(rename, '{"name": "Ada", "theme": "dark"}', id_of("new"))

    assert desk.call("new", "whoami")["name"] == "By hand"


def test_claims_that_a_person_writes_grant_nothing(desk):
    desk.ticket()
    claims = {
        "user_roles": ["admin"],
        "app_metadata": {"role": "admin"},
        "user_metadata": {"role": "admin"},
    }

    with desk.acting("stranger", **claims) as connection:
        seen = connection.execute("select count(*) from public.tickets").fetchone()

    assert seen == (0,)


def test_the_hook_puts_the_roles_into_the_token_and_nothing_else(desk):
    event = {"user_id": str(id_of("lead")), "claims": {"sub": "s", "aud": "a"}}

    told = hook(desk, event)

    roles = ["customer", "lead"]
    assert told == {**event, "claims": {**event["claims"], "user_roles": roles}}


def test_the_hook_lets_somebody_without_roles_sign_in(desk):
    event = {"user_id": str(id_of("nobody")), "claims": {"user_roles": ["admin"]}}

    assert hook(desk, event)["claims"]["user_roles"] == []


def hook(desk, event):
    """Ask as Auth does; `postgres` cannot become that role, but owns the function."""
    return desk.one("select private.custom_access_token_hook(%s)", Jsonb(event))
