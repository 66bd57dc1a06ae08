"""Machine users: what they may, how they prove themselves, and how they end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from .acting import WORKER, Json, refused
from .arrange import table_texts
from .notifying import process_events
from .personas import grant, id_of, user_of

pytestmark = pytest.mark.slow
WORKS = ["tickets.create", "tickets.read_all", "tickets.reply", "tickets.note"]
DAY = timedelta(days=1)


def create(db, *permissions, who="admin", **options):
    draft = {"name": "Import", "permissions": list(permissions or WORKS), **options}
    return db.call(who, "create_machine_user", **draft)


def rotate(db, machine, who="admin", **options):
    return db.call(who, "create_machine_secret", machine=machine["id"], **options)


def revoke(db, machine, who="admin"):
    return db.call(who, "revoke_machine_user", machine=machine["id"])


def change(db, machine, who="admin", expected_version=None, **changes):
    return db.call(
        who,
        "change_machine_user",
        machine=machine["id"],
        changes=changes,
        expected_version=expected_version,
    )


def authenticate(db, client_id, client_secret):
    return db.call(
        WORKER, "authenticate_machine", client_id=client_id, client_secret=client_secret
    )


def open_account(db, machine):
    """Create the account as Auth does, and a session; return the machine's claims."""
    account = db.call(WORKER, "machine_account", machine=machine["id"])
    session = UUID(int=UUID(machine["id"]).int ^ 1)
    db.execute(
        "insert into auth.users (id, aud, role, email, raw_user_meta_data)"
        " values (%s, 'authenticated', 'authenticated', %s,"
        " jsonb_build_object('name', %s::text))",
        account["id"],
        account["email"],
        account["name"],
    )
    open_session(db, machine, session)
    return {"sub": account["id"], "email": None, "session_id": str(session)}


def open_session(db, machine, session):
    db.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at)"
        " values (%s, %s, now(), now())",
        session,
        machine["id"],
    )


def call_as(db, claims, function, **arguments):
    with db.acting("machine", **claims) as connection:
        named = ", ".join(f"{name} => %s" for name in arguments)
        query = f"select to_jsonb(r) from api.{function}({named}) as r"  # noqa: S608
        return connection.execute(query, list(arguments.values())).fetchone()[0]


def manager(db, *permissions):
    """Make stranger a manager of machine users with these permissions only."""
    db.call(
        "admin",
        "define_role",
        role="manager",
        name="Manager",
        permissions=["machines.manage", *permissions],
    )
    grant(db.connection, "stranger", "manager")
    return "stranger"


def test_customers_do_not_learn_of_machine_users_from_the_list_of_roles(db):
    made = create(db)

    customer, agent = (
        {each["role"] for each in db.rows(who, "list_roles")}
        for who in ("customer", "agent")
    )

    assert customer == {"customer", "agent", "lead", "admin"}
    assert agent - customer == {made["role"]}


def test_a_deactivated_machine_user_gets_no_token(db):
    made = create(db)
    open_account(db, made)
    assert authenticate(db, made["client_id"], made["client_secret"])

    db.execute(
        "update public.people set deactivated_at = now() where id = %s", made["id"]
    )

    assert authenticate(db, made["client_id"], made["client_secret"]) is None


def test_a_machine_user_whom_no_function_made_gets_no_token_until_it_has_an_account(db):
    made = create(db)

    assert db.scalar("select count(*) from auth.users where id = %s", made["id"]) == 0
    second = rotate(db, made)
    needed = db.call(WORKER, "machine_account", machine=made["id"])
    assert (second["id"], needed["id"]) == (made["id"], made["id"])


def test_a_machine_is_a_person_with_a_role_of_exactly_its_permissions(db):
    made = create(db)

    me = call_as(db, open_account(db, made), "whoami")

    assert me["id"] == made["id"] == made["client_id"]
    assert (me["name"], me["roles"]) == ("Import", [made["role"]])
    assert me["permissions"] == made["permissions"] == sorted(WORKS)
    kinds = db.execute("select kind, count(*) from public.people group by kind")
    assert dict(kinds.fetchall()) == {"human": 8, "machine": 1}
    assert db.call(WORKER, "machine_account", machine=made["id"]) is None


def test_no_table_holds_a_secret_and_the_vault_alone_the_password(db):
    made = create(db, idempotency_key="made")
    second = rotate(db, made, idempotency_key="rotated")
    account = db.call(WORKER, "machine_account", machine=made["id"])

    texts = table_texts(db)

    assert made["client_secret"].startswith("autocrm_")
    assert len(bytes.fromhex(made["client_secret"].removeprefix("autocrm_"))) == 32
    for hidden in (made["client_secret"], second["client_secret"], account["password"]):
        assert [text for text in texts if hidden in text] == []
    assert len(account["password"].encode()) <= 72
    listed = db.items("admin", "list_machine_users")
    assert "client_secret" not in listed[0]


def test_a_repeated_request_gets_its_secret_again_and_nobody_else_does(db):
    made = create(db, idempotency_key="key")
    grant(db.connection, "stranger", "admin")

    assert create(db, idempotency_key="key") == made
    other = create(db, who="stranger", idempotency_key="key")
    assert other["client_secret"] != made["client_secret"]
    assert db.scalar("select count(*) from private.machine_users") == 2


def test_a_repeated_request_needs_the_rights_of_today(db):
    who = manager(db, "tickets.create", "tickets.reply")
    draft = {"who": who, "idempotency_key": "key"}
    create(db, "tickets.create", "tickets.reply", **draft)
    db.execute("delete from public.role_permissions where permission = 'tickets.reply'")

    with refused("PT403", "beyond-your-own"):
        create(db, "tickets.create", "tickets.reply", **draft)


def test_a_secret_that_has_ended_is_not_given_again(db):
    made = create(db, idempotency_key="key")
    [secret] = made["secrets"]
    db.call("admin", "delete_machine_secret", machine=made["id"], secret=secret["id"])

    with refused("PT409", "secret-replaced"):
        create(db, idempotency_key="key")


@pytest.mark.parametrize(
    "act",
    [
        lambda db, who, machine: rotate(db, machine, who),
        lambda db, who, machine: revoke(db, machine, who),
        lambda db, who, machine: change(db, machine, who, name="Mine"),
        lambda db, who, machine: change(db, machine, who, permissions=[]),
        lambda db, who, _: create(db, "tickets.assign", who=who),
    ],
)
def test_nobody_gives_or_takes_what_they_do_not_hold(db, act):
    machine = create(db, "tickets.assign")
    who = manager(db, "tickets.create")

    with refused("PT403", "beyond-your-own"):
        act(db, who, machine)


def test_a_live_secret_alone_proves_a_machine(db):
    made, other = create(db), create(db, name="Other")
    gone = create(db, expires_at=datetime.now(UTC) + DAY)
    db.execute(
        "update private.machine_secrets set expires_at = now() where machine_id = %s",
        gone["id"],
    )

    found = authenticate(db, made["id"].upper(), made["client_secret"])

    assert set(found) == {"email", "password"}
    account = db.call(WORKER, "machine_account", machine=made["id"])
    assert found["password"] == account["password"]
    for client, secret in [
        (made["id"], other["client_secret"]),
        (made["id"], made["client_secret"][:-1]),
        (made["id"], ""),
        (str(id_of("unknown")), made["client_secret"]),
        ("unknown", made["client_secret"]),
        (gone["id"], gone["client_secret"]),
    ]:
        assert authenticate(db, client, secret) is None
    shown = db.call("admin", "get_machine_user", machine=made["id"])
    assert shown["last_used_at"] == shown["secrets"][0]["last_used_at"] is not None


def test_two_secrets_are_live_while_one_replaces_the_other(db):
    made = create(db)
    end = datetime.now(UTC) + 7 * DAY

    second = rotate(db, made, old_secret_ends_at=end)

    assert authenticate(db, made["id"], made["client_secret"])
    assert authenticate(db, made["id"], second["client_secret"])
    ends = [each["expires_at"] for each in second["secrets"]]
    assert (datetime.fromisoformat(ends[0]), ends[1]) == (end, None)
    with refused("PT409", "two-secrets"):
        rotate(db, made)
    first = second["secrets"][0]["id"]
    left = db.call("admin", "delete_machine_secret", machine=made["id"], secret=first)
    assert len(left["secrets"]) == 1
    assert authenticate(db, made["id"], made["client_secret"]) is None
    with refused("PT404"):
        db.call("admin", "delete_machine_secret", machine=made["id"], secret=first)


def test_a_new_secret_never_lets_an_old_one_live_longer(db):
    soon = datetime.now(UTC) + timedelta(hours=1)
    made = create(db, expires_at=soon)

    old, _ = rotate(db, made, old_secret_ends_at=soon + DAY)["secrets"]

    assert datetime.fromisoformat(old["expires_at"]) == soon


@pytest.mark.parametrize("field", ["expires_at", "old_secret_ends_at"])
def test_a_secret_ends_in_the_future(db, field):
    with refused("PT422", "invalid"):
        rotate(db, create(db), **{field: datetime.now(UTC) - DAY})


def test_a_revoked_machine_is_out_with_its_next_request(db):
    made = create(db)
    claims = open_account(db, made)
    call_as(db, claims, "create_ticket", subject="S", body="B")

    revoked = revoke(db, made)

    assert revoked == revoke(db, made)
    assert revoked["revoked_at"]
    assert (revoked["role"], revoked["secrets"]) == (None, [])
    with refused("PT401"):
        call_as(db, claims, "whoami")
    assert authenticate(db, made["id"], made["client_secret"]) is None
    with refused("PT403", "denied"):
        open_session(db, made, id_of("late"))
    for act in (rotate, lambda db, made: change(db, made, name="Again")):
        with refused("PT409", "revoked"):
            act(db, made)
    role = "select count(*) from public.roles where role = %s"
    assert db.scalar(role, made["role"]) == 0
    assert db.scalar("select count(*) from vault.secrets where name is null") == 0


def test_a_machine_has_its_role_alone_and_alone(db):
    made = create(db)
    open_account(db, made)

    for person, role in ((made["id"], "agent"), (str(id_of("agent")), made["role"])):
        with refused("PT409", "machine-role"):
            db.call("admin", "grant_role", person=person, role=role)


def test_changes_hold_from_the_next_request_on(db):
    made = create(db)
    claims = open_account(db, made)

    changed = change(
        db, made, name="Export", permissions=["tickets.create"], expected_version=1
    )

    me = call_as(db, claims, "whoami")
    assert (me["name"], me["permissions"]) == ("Export", ["tickets.create"])
    assert (changed["permissions"], changed["version"]) == (["tickets.create"], 2)
    with refused("PT412", "stale"):
        change(db, made, name="Late", expected_version=1)


def test_a_machine_does_not_edit_its_own_permissions(db):
    made = create(db, "machines.manage", "tickets.create")
    claims = open_account(db, made)
    arguments = {"machine": made["id"], "changes": '{"permissions": []}'}

    with refused("PT403", "own-role"):
        call_as(db, claims, "change_machine_user", **arguments)


def test_events_tell_what_a_machine_did(db):
    claims = open_account(db, create(db))
    ticket = call_as(db, claims, "create_ticket", subject="S", body="B")
    db.comment("agent", ticket)

    by_machine, by_human, *_ = db.events(ticket)

    assert (by_machine["actor_name"], by_machine["actor_kind"]) == ("Import", "machine")
    assert by_human["actor_kind"] == "human"


def test_a_machine_gets_notifications_and_no_email(db):
    made = create(db)
    claims = open_account(db, made)
    ticket = call_as(db, claims, "create_ticket", subject="S", body="B")
    db.comment("agent", ticket)

    process_events(db)

    emails = "select count(*) from private.emails where person_id = %s"
    assert db.scalar(emails, made["id"]) == 0
    listed = call_as(db, claims, "list_notifications")["items"]
    assert "TICKET_COMMENTED" in [each["type"] for each in listed]


def test_machines_are_listed_page_by_page(db):
    made = [create(db, name=f"Import {number}")["id"] for number in range(3)]

    first = db.call("admin", "list_machine_users", page_size=2)
    after = Json(first["next"])
    rest = db.call("admin", "list_machine_users", page_size=2, after=after)

    listed = [each["id"] for page in (first, rest) for each in page["items"]]
    assert listed == sorted(made)
    assert rest["next"] is None


@pytest.mark.parametrize(
    "change",
    [
        "encrypted_password = 'mine'",
        "email = 'me@example.com'",
        "phone = '49301'",
        'raw_user_meta_data = \'{"name": "The Administrator"}\'',
    ],
)
def test_whoever_has_a_token_of_a_machine_cannot_keep_its_account(db, change):
    made = create(db)
    open_account(db, made)
    db.execute("update auth.users set last_sign_in_at = now()")

    with refused("PT403", "denied"):
        update = f"update auth.users set {change} where id = %s"  # noqa: S608
        db.execute(update, made["id"])


def test_a_secret_that_ends_takes_the_sessions_along(db):
    made = create(db)
    open_account(db, made)
    [secret] = made["secrets"]

    ends = {"machine": made["id"], "secret": secret["id"]}
    db.call("admin", "delete_machine_secret", **ends)

    held = "select count(*) from auth.sessions where user_id = %s"
    assert db.scalar(held, made["id"]) == 0


def test_old_sessions_of_a_machine_are_deleted_with_a_new_token(db):
    made = create(db)
    open_account(db, made)
    db.execute("update auth.sessions set created_at = now() - interval '9 days'")

    authenticate(db, made["id"], made["client_secret"])

    held = "select count(*) from auth.sessions where user_id = %s"
    assert db.scalar(held, made["id"]) == 0
    assert db.scalar(held, user_of("agent")) == 1
