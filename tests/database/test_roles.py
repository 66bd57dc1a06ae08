"""Granting, revoking and defining roles, and signing up."""

import pytest
from psycopg.types.json import Jsonb

from .acting import WORKER, refused
from .personas import email_of, grant, id_of, sign_in, sign_up

pytestmark = pytest.mark.slow


def change_role(db, who, function, person, role):
    return db.call(who, function, person=str(id_of(person)), role=role)


def define_role(db, who, role, *permissions, name="Triager"):
    return db.call(
        who, "define_role", role=role, name=name, permissions=list(permissions)
    )


def manager(db, *permissions):
    """Make stranger a manager of roles with these permissions only."""
    define_role(db, "admin", "manager", "roles.manage", *permissions)
    grant(db.connection, "stranger", "manager")
    return "stranger"


def test_roles_are_granted_and_revoked(db):
    given = change_role(db, "admin", "grant_role", "stranger", "agent")
    taken = change_role(db, "admin", "revoke_role", "stranger", "agent")

    assert given["roles"] == ["agent", "customer"]
    assert taken["roles"] == ["customer"]
    assert given["email"] == email_of("stranger")


def test_grants_record_who_granted(db):
    change_role(db, "admin", "grant_role", "stranger", "agent")

    giver = db.scalar(
        "select granted_by from public.person_roles"
        " where person_id = %s and role = 'agent'",
        id_of("stranger"),
    )
    assert giver == id_of("admin")


def test_granting_and_revoking_are_idempotent(db):
    for function, roles in (
        ("grant_role", ["agent", "customer"]),
        ("revoke_role", ["customer"]),
    ):
        for _ in range(2):
            result = change_role(db, "admin", function, "stranger", "agent")
            assert result["roles"] == roles


@pytest.mark.parametrize("function", ["grant_role", "revoke_role"])
def test_nobody_edits_their_own_roles(db, function):
    with refused("PT403", "own-role"):
        change_role(db, "admin", function, "admin", "agent")


@pytest.mark.parametrize(("person", "role"), [("nobody", "agent"), ("agent", "nope")])
@pytest.mark.parametrize("function", ["grant_role", "revoke_role"])
def test_an_unknown_person_or_role_is_not_found(db, function, person, role):
    with refused("PT404", "not-found"):
        change_role(db, "admin", function, person, role)


def test_refusals_do_not_reveal_who_exists(db):
    for person in ("agent", "nobody"):
        with refused("PT403", "denied"):
            change_role(db, "lead", "grant_role", person, "agent")


def test_roles_take_effect_with_the_next_statement(db):
    db.create_ticket()
    count = "select count(*) from public.tickets"
    change_role(db, "admin", "grant_role", "stranger", "admin")
    before = db.read("stranger", count)
    change_role(db, "admin", "revoke_role", "stranger", "admin")

    assert before == [1]
    assert db.read("stranger", count) == [0]
    with refused("PT403"):
        db.rows("stranger", "list_people")


def test_nobody_grants_or_revokes_beyond_their_own_permissions(db):
    who = manager(db, "tickets.read")

    for function in ("grant_role", "revoke_role"):
        with refused("PT403", "beyond-your-own"):
            change_role(db, who, function, "agent", "agent")


def test_people_define_and_grant_roles_of_their_own_permissions(db):
    who = manager(db, "tickets.read")

    define_role(db, who, "reader", "tickets.read")

    assert "reader" in change_role(db, who, "grant_role", "customer", "reader")["roles"]


def test_nobody_adds_permissions_beyond_their_own(db):
    who = manager(db, "tickets.read")

    with refused("PT403", "beyond-your-own"):
        define_role(db, who, "reader", "tickets.read", "tickets.read_all")


@pytest.mark.parametrize("rest", [(), ("tickets.read",)])
def test_nobody_removes_permissions_beyond_their_own(db, rest):
    define_role(db, "admin", "giver", "tickets.read", "tickets.assign")
    who = manager(db, "tickets.read")

    with refused("PT403", "beyond-your-own"):
        define_role(db, who, "giver", *rest)


def test_nobody_edits_their_own_role(db):
    who = manager(db, "tickets.read")

    with refused("PT403", "own-role"):
        define_role(db, who, "manager", "roles.manage", "tickets.read")


@pytest.mark.parametrize("role", ["customer", "agent", "lead", "admin"])
def test_built_in_roles_cannot_be_changed(db, role):
    with refused("PT409", "built-in-role"):
        define_role(db, "admin", role, "tickets.read")


def test_defining_a_role_replaces_its_permissions(db):
    define_role(db, "admin", "triager", "tickets.read", "tickets.assign")
    changed = define_role(
        db, "admin", "triager", "tickets.read", "tickets.note", name="T"
    )

    assert changed == {
        "role": "triager",
        "name": "T",
        "built_in": False,
        "permissions": ["tickets.note", "tickets.read"],
    }
    assert changed in db.rows("customer", "list_roles")


def test_an_unknown_permission_is_named(db):
    with pytest.raises(Exception, match="unknown-permission") as refusal:
        define_role(db, "admin", "triager", "tickets.read", "tickets.eat")

    assert refusal.value.diag.message_detail == "There is no permission tickets.eat."


def test_defined_roles_take_effect(db):
    ticket = db.create_ticket()
    define_role(db, "admin", "watcher", "tickets.read_all")
    change_role(db, "admin", "grant_role", "stranger", "watcher")

    seen = db.call("stranger", "get_ticket", ticket=ticket["id"])
    assert seen == {**ticket, "unread": True}
    with refused("PT403"):
        db.comment("stranger", ticket, visibility="internal")
    with refused("PT403"):
        db.set_status(ticket, "open", "stranger")


# The last administrator -----------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "delete from public.person_roles where role = 'admin'",
        "update public.person_roles set role = 'lead' where role = 'admin'",
        "delete from auth.users where id = %(admin)s",
        "delete from public.people where id = %(admin)s",
    ],
)
def test_the_last_administrator_cannot_be_removed_by_any_writer(db, statement):
    with refused("PT409", "last-admin"):
        db.connection.execute(statement, {"admin": id_of("admin")})


def test_one_of_two_administrators_can_be_revoked(db):
    change_role(db, "admin", "grant_role", "lead", "admin")

    change_role(db, "lead", "revoke_role", "admin", "admin")

    assert db.call("admin", "whoami")["roles"] == ["customer"]
    with refused("PT403", "own-role"):
        change_role(db, "lead", "revoke_role", "lead", "admin")


def test_of_two_administrators_who_revoke_each_other_one_stays(connect):
    first, second, watch = connect(), connect(), connect()
    change_role(first, "admin", "grant_role", "lead", "admin")

    with first.blocking(
        change_role, second, "lead", "revoke_role", "admin", "admin"
    ) as late:
        change_role(first, "admin", "revoke_role", "lead", "admin")
    with refused("PT409", "last-admin"):
        late.result(30)

    assert watch.call("admin", "whoami")["roles"] == ["admin", "customer"]


def test_the_first_administrator_is_made_once(db):
    db.execute("alter table public.person_roles disable trigger require_an_admin")
    db.execute("delete from public.person_roles where role = 'admin'")

    made = db.call(WORKER, "make_first_admin", email="STRANGER@example.com")

    assert made == str(id_of("stranger"))
    assert "admin" in db.call("stranger", "whoami")["roles"]
    with refused("PT409", "admin-exists"):
        db.call(WORKER, "make_first_admin", email=email_of("agent"))


@pytest.mark.parametrize("email", ["nobody@example.com", "", None])
def test_the_first_administrator_must_have_signed_up(db, email):
    db.execute("alter table public.person_roles disable trigger require_an_admin")
    db.execute("delete from public.person_roles where role = 'admin'")

    with refused("PT404", "not-found"):
        db.call(WORKER, "make_first_admin", email=email)


def test_of_two_concurrent_first_administrators_one_is_made(connect):
    first, second = connect(), connect()
    first.execute("alter table public.person_roles disable trigger require_an_admin")
    first.execute("delete from public.person_roles where role = 'admin'")

    with first.blocking(
        second.call, WORKER, "make_first_admin", email=email_of("lead")
    ) as late:
        first.call(WORKER, "make_first_admin", email=email_of("agent"))
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
def test_sign_up_creates_a_customer_with_a_name(db, metadata, email, name):
    db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
        id_of("new"),
        email,
        metadata,
    )
    sign_in(db.connection, "new")

    me = db.call("new", "whoami")

    assert (me["name"], me["roles"], me["permissions"]) == (
        name, ["customer"], ["tickets.create"],
    )  # fmt: skip


def test_roles_in_sign_up_data_are_ignored(db):
    db.execute(
        "insert into auth.users (id, email, raw_user_meta_data, raw_app_meta_data,"
        " role) values (%s, 'x@example.com', %s, %s, 'service_role')",
        id_of("new"),
        '{"role": "admin", "roles": ["admin"]}',
        '{"role": "admin"}',
    )
    sign_in(db.connection, "new")

    assert db.call("new", "whoami")["roles"] == ["customer"]


def test_only_changed_names_are_copied_from_auth(db):
    sign_up(db.connection, "new")
    rename = "update auth.users set raw_user_meta_data = %s where id = %s"
    db.execute(rename, '{"name": "Ada"}', id_of("new"))
    db.execute("update public.people set name = 'By hand' where id = %s", id_of("new"))

    db.execute(rename, '{"name": "Ada", "theme": "dark"}', id_of("new"))

    assert db.call("new", "whoami")["name"] == "By hand"


def test_claims_in_user_metadata_grant_nothing(db):
    db.create_ticket()
    claims = {
        "user_roles": ["admin"],
        "app_metadata": {"role": "admin"},
        "user_metadata": {"role": "admin"},
    }

    with db.acting("stranger", **claims) as connection:
        seen = connection.execute("select count(*) from public.tickets").fetchone()

    assert seen == (0,)


def test_the_token_hook_adds_roles_and_nothing_else(db):
    event = {"user_id": str(id_of("lead")), "claims": {"sub": "s", "aud": "a"}}

    result = token_hook(db, event)

    roles = ["customer", "lead"]
    assert result == {**event, "claims": {**event["claims"], "user_roles": roles}}


def test_the_token_hook_accepts_people_without_roles(db):
    event = {"user_id": str(id_of("nobody")), "claims": {"user_roles": ["admin"]}}

    assert token_hook(db, event)["claims"]["user_roles"] == []


def token_hook(db, event):
    """Call it as its owner, since `postgres` cannot become the role of Auth."""
    return db.scalar("select private.custom_access_token_hook(%s)", Jsonb(event))
