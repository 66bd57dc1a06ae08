"""Granting, revoking and defining roles, and signing up."""

import pytest
from psycopg.types.json import Jsonb

from .acting import WORKER, refused
from .personas import (
    email_of,
    enter_customer,
    grant,
    id_of,
    sign_in,
    sign_up,
    user_of,
)

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
        "version": 2,
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
        "delete from auth.users where id = %(user)s",
        "delete from private.accounts where person_id = %(admin)s",
        "update private.accounts set person_id = %(new)s where person_id = %(admin)s",
        "update public.people set deactivated_at = now() where id = %(admin)s",
        "delete from public.people where id = %(admin)s",
    ],
)
def test_the_last_administrator_cannot_be_removed_by_any_writer(db, statement):
    enter_customer(db.connection, "new")
    people = {"admin": id_of("admin"), "user": user_of("admin"), "new": id_of("new")}

    with refused("PT409", "last-admin"):
        db.connection.execute(statement, people)


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
        user_of("new"),
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
        user_of("new"),
        '{"role": "admin", "roles": ["admin"]}',
        '{"role": "admin"}',
    )
    sign_in(db.connection, "new")

    assert db.call("new", "whoami")["roles"] == ["customer"]


def test_only_changed_names_are_copied_from_auth(db):
    sign_up(db.connection, "new")
    rename = "update auth.users set raw_user_meta_data = %s where id = %s"
    db.execute(rename, '{"name": "Ada"}', user_of("new"))
    db.execute("update public.people set name = 'By hand' where id = %s", id_of("new"))

    db.execute(rename, '{"name": "Ada", "theme": "dark"}', user_of("new"))

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
    event = {"user_id": str(user_of("lead")), "claims": {"sub": "s", "aud": "a"}}

    result = token_hook(db, event)

    roles = ["customer", "lead"]
    assert result == {**event, "claims": {**event["claims"], "user_roles": roles}}


def test_the_token_hook_accepts_people_without_roles(db):
    event = {"user_id": str(user_of("nobody")), "claims": {"user_roles": ["admin"]}}

    assert token_hook(db, event)["claims"]["user_roles"] == []


def token_hook(db, event):
    """Call it as its owner, since `postgres` cannot become the role of Auth."""
    return db.scalar("select private.custom_access_token_hook(%s)", Jsonb(event))


# Deleting roles, and what permissions mean


def test_a_role_that_nobody_holds_is_deleted(db):
    defined = define_role(db, "admin", "triager", "people.read")

    deleted = db.call("admin", "delete_role", role="triager")

    assert deleted == defined
    assert "triager" not in [role["role"] for role in db.rows("admin", "list_roles")]
    with refused("PT404", "not-found"):
        db.call("admin", "delete_role", role="triager")


def test_a_held_role_stays_and_says_who_holds_it(db):
    define_role(db, "admin", "triager", "tickets.assign")
    for name in ("stranger", "agent"):
        grant(db.connection, name, "triager")

    with refused("PT409", "role-held") as refusal:
        db.call("admin", "delete_role", role="triager")
    detail = refusal.value.diag.message_detail
    for name in ("stranger", "agent"):
        assert f"{name.title()} ({id_of(name)})" in detail
    with refused("PT409", "role-held") as refusal:  # who may not see people
        db.call(manager(db), "delete_role", role="triager")
    assert refusal.value.diag.message_detail == "Revoke it first. It is held by 2."

    db.execute(
        "insert into auth.users (id)"
        " select gen_random_uuid() from generate_series(1, 11)"
    )
    db.execute(
        "insert into public.person_roles (person_id, role)"
        " select id, 'triager' from public.people on conflict do nothing"
    )
    with refused("PT409", "role-held") as refusal:
        db.call("admin", "delete_role", role="triager")
    assert refusal.value.diag.message_detail.count("(") == 10
    assert " more." in refusal.value.diag.message_detail


@pytest.mark.parametrize("role", ["customer", "agent", "lead", "admin"])
def test_built_in_roles_are_never_deleted(db, role):
    db.execute(
        "delete from public.person_roles where role = %s and role <> 'admin'", role
    )

    with refused("PT409", "built-in-role"):
        db.call("admin", "delete_role", role=role)


def test_nobody_deletes_a_role_beyond_their_own_permissions(db):
    define_role(db, "admin", "triager", "queues.manage")

    with refused("PT403", "beyond-your-own"):
        db.call(manager(db), "delete_role", role="triager")
    with refused("PT403", "denied"):
        db.call("agent", "delete_role", role="triager")


def test_a_role_granted_meanwhile_is_not_deleted(connect):
    db, second = connect(), connect()
    define_role(db, "admin", "triager")

    with db.blocking(second.call, "admin", "delete_role", role="triager") as late:
        grant(db.connection, "stranger", "triager")

    with refused("PT409", "role-held"):
        late.result()


def test_roles_have_versions(db):
    version = define_role(db, "admin", "triager", "people.read")["version"]

    def again(expected, role="triager"):
        return db.call(
            "admin", "define_role", role=role, name="N", permissions=[],
            expected_version=expected,
        )  # fmt: skip

    assert again(version)["version"] == version + 1
    with refused("PT412", "stale"):
        again(version)
    with refused("PT412", "stale"):
        again(1, "of_none")
    with refused("PT412", "stale"):
        db.call("admin", "delete_role", role="triager", expected_version=version)
    db.call("admin", "delete_role", role="triager", expected_version=version + 1)


def test_everybody_signed_in_learns_what_permissions_mean(db):
    meanings = {
        row["permission"]: row["meaning"]
        for row in db.rows("customer", "list_permissions")
    }

    [admin] = [r for r in db.rows("admin", "list_roles") if r["role"] == "admin"]
    assert sorted(meanings) == admin["permissions"]
    assert all(meaning.endswith(".") for meaning in meanings.values())
