"""How much one may write in a minute, however many instances carry it out."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from infra.local.postgres import connected, migrate

from .cast import id_of
from .desk import forgiving, refused
from .server import MIGRATIONS

pytestmark = pytest.mark.slow
SECRET = "what-proves-a-source"


def allow(desk, person=None, address=None):
    desk.run(
        "update private.settings set commands_per_minute = %s,"
        " commands_per_minute_by_address = %s",
        person,
        address,
    )


def sent_from(desk, address, secret=SECRET):
    """Let the next requests carry what a function says of their origin."""
    proof = hmac.new(secret.encode(), address.encode(), hashlib.sha256).hexdigest()
    headers = {"x-autocrm-source": address, "x-autocrm-source-proof": proof}
    desk.run("select set_config('request.headers', %s, true)", json.dumps(headers))


@pytest.fixture
def vault(desk):
    desk.run("select vault.create_secret(%s, 'autocrm_source_secret')", SECRET)
    return desk


def counted(desk, who):
    return desk.one(
        "select coalesce(sum(commands), 0) from private.command_counts"
        " where subject = %s",
        str(id_of(who)),
    )


def test_a_desk_begins_with_limits(server, empty_database):
    migrate(server.dsn(empty_database), MIGRATIONS)

    with connected(server.dsn(empty_database)) as connection:
        [limits] = connection.execute(
            "select commands_per_minute, commands_per_minute_by_address"
            " from private.settings"
        )
    assert limits == (600, 3000)


def test_who_writes_too_much_is_refused_and_told_how_long_to_wait(desk):
    allow(desk, person=2)
    desk.ticket()
    desk.ticket()

    with pytest.raises(psycopg.Error) as refusal:
        desk.ticket()

    assert refusal.value.sqlstate == "PT429"
    assert refusal.value.diag.message_primary == "too-many-requests"
    assert 1 <= int(refusal.value.diag.message_hint or 0) <= 60


def test_one_limit_is_for_all_commands_together(desk):
    ticket = desk.ticket()
    allow(desk, person=2)
    desk.say("customer", ticket)
    desk.call("customer", "mark_notifications_read", ids=[])

    with refused("PT429"):
        desk.say("customer", ticket)


def test_others_are_not_held_up(desk):
    allow(desk, person=1)
    desk.ticket("customer")

    desk.ticket("colleague")

    with refused("PT429"):
        desk.ticket("customer")


def test_the_next_minute_is_a_new_one(desk):
    allow(desk, person=1)
    desk.ticket()
    desk.run(
        "update private.command_counts set minute = minute - interval '1 minute'",
    )

    desk.ticket()

    assert counted(desk, "customer") == 1


def test_a_command_counts_once_however_many_guards_it_asks(desk):
    ticket = desk.ticket()
    allow(desk, person=10)

    desk.say("agent", ticket, visibility="internal", idempotency_key="k")

    assert counted(desk, "agent") == 1


def test_reading_counts_nothing_in_the_transactions_that_reads_get(office):
    desk = office()
    allow(desk, person=0)

    with desk.connection.transaction():
        desk.connection.execute("set transaction read only")
        people = desk.rows("admin", "list_people")

    assert people


def test_no_limit_counts_nothing(desk):
    desk.ticket()

    assert desk.one("select count(*) from private.command_counts") == 0


def test_workers_are_not_limited(desk):
    ticket = desk.ticket_in("solved")
    allow(desk, person=0)
    desk.let_close(ticket)

    assert desk.now(ticket)["status_category"] == "closed"


COMMANDS = """
select proname, pg_get_function_identity_arguments(oid) <> '', pronargs,
    array(select format_type(kind, null) from unnest(proargtypes) as kind)
from pg_proc
where pronamespace = 'api'::regnamespace and provolatile = 'v'
    and has_function_privilege('authenticated', oid, 'execute')
    and not has_function_privilege('anon', oid, 'execute')
order by proname
"""


def test_every_command_that_people_may_give_is_counted_before_anything_else(desk):
    allow(desk, person=0)
    commands = list(desk.run(COMMANDS))

    for name, _, _, kinds in commands:
        nothing = ", ".join(f"null::{kind}" for kind in kinds)
        with refused("PT429"), desk.acting("admin") as connection:
            connection.execute(f"select api.{name}({nothing})")

    assert len(commands) > 15


def test_an_address_is_limited_whoever_calls_from_it(vault):
    allow(vault, address=2)
    sent_from(vault, "203.0.113.7")
    vault.ticket("customer")
    vault.ticket("colleague")

    with refused("PT429"):
        vault.ticket("stranger")
    sent_from(vault, "203.0.113.8")
    vault.ticket("stranger")


def test_neighbours_in_a_network_of_ipv6_are_one_address(vault):
    allow(vault, address=1)
    sent_from(vault, "2001:db8:1:2:3::4")
    vault.ticket("customer")
    sent_from(vault, "2001:db8:1:2:ffff::9")

    with refused("PT429"):
        vault.ticket("colleague")


def test_an_address_that_nothing_proves_is_nobodys(vault):
    allow(vault, address=0)
    sent_from(vault, "203.0.113.7", secret="guessed")

    vault.ticket("customer")

    assert vault.one("select count(*) from private.command_counts") == 0


def test_no_address_is_kept(vault):
    allow(vault, address=9)
    sent_from(vault, "203.0.113.7")
    vault.ticket("customer")

    subjects = vault.one("select string_agg(subject, ' ') from private.command_counts")

    assert subjects
    assert "203.0.113" not in subjects


def test_old_counts_are_forgotten_in_passing(desk):
    allow(desk, person=9)
    desk.run(
        "insert into private.command_counts"
        " select 'old' || n, 0, now() - interval '1 hour', 1"
        " from generate_series(1, 30) as n"
    )

    desk.ticket()

    assert desk.one("select count(*) from private.command_counts") == 11


def test_requests_of_one_person_do_not_wait_for_each_other(office):
    desk, other = office(), office()
    allow(desk, person=9)

    with desk.connection.transaction():
        desk.ticket("customer")
        other.run("set lock_timeout = '5s'")
        ticket = other.ticket("customer")

    assert ticket["subject"]
    assert counted(desk, "customer") == 2


def test_a_crowd_of_connections_passes_the_limit_by_no_more_than_its_size(office):
    desks = [office() for _ in range(4)]
    allow(desks[0], person=20)

    def write(desk):
        done = 0
        for _ in range(20):
            with forgiving("PT429"):
                desk.ticket("customer")
                done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(write, desks))

    # Should a minute end meanwhile, both minutes may be filled.
    minutes = desks[0].one("select count(distinct minute) from private.command_counts")
    assert 20 <= done <= minutes * 24 or minutes > 1
