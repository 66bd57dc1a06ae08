"""Visibility: every persona against every table and query."""

import pytest

from .acting import ANON, WORKER, ignoring, refused
from .arrange import delete_account, leave_queues, revoke_permission
from .personas import PEOPLE, email_of, id_of, sign_up
from .sampling import sample_calls

pytestmark = pytest.mark.slow

SIGNED_IN = tuple(PEOPLE)
EVERYBODY = set(SIGNED_IN)
STAFF = {"agent", "neighbour", "biller", "lead", "admin"}
# The ticket below is the customer's, in queue support.
SEE_THE_TICKET = {"customer", "colleague", "agent", "neighbour", "lead", "admin"}
SEE_THE_NOTES = {"agent", "neighbour", "lead", "admin"}
PERMISSION_DENIED = "42501"


@pytest.fixture
def ticket(db):
    """A ticket with a reply and a note, followed by the agent, who has a row of agents.

    The lead shares a view of its queue.
    """
    ticket = db.create_ticket()
    db.execute("select private.lock_agent(%s)", id_of("agent"))
    db.comment("agent", ticket, "An answer.")
    db.note(ticket)
    db.call("lead", "create_view", name="Ours", scope="team", queue="support")
    return ticket


def people_who(see):
    return {who for who in SIGNED_IN if see(who)}


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("table", "readers"),
    [
        ("tickets", SEE_THE_TICKET),
        ("comments", SEE_THE_TICKET),
        ("ticket_events", SEE_THE_TICKET),
        ("ticket_followers", {"agent"}),
        ("ticket_read_markers", {"agent"}),
        ("views", SEE_THE_NOTES),
        ("agents", STAFF),
        ("assignment_strategies", EVERYBODY),
        ("organizations", STAFF),
        ("queues", STAFF),
        ("queue_members", STAFF),
        ("people", EVERYBODY),
        ("person_roles", EVERYBODY),
        ("permissions", EVERYBODY),
        ("roles", EVERYBODY),
        ("role_permissions", EVERYBODY),
        ("ticket_statuses", EVERYBODY),
        ("ticket_transitions", EVERYBODY),
    ],
)
def test_tables_show_rows_to_listed_personas_only(db, table, readers):
    query = f"select count(*) from public.{table}"  # noqa: S608

    assert people_who(lambda who: db.read(who, query) != [0]) == readers
    assert db.read(WORKER, query) != [0]
    with refused(PERMISSION_DENIED):
        db.read(ANON, query)


@pytest.mark.parametrize("who", [*SIGNED_IN, ANON, WORKER])
@pytest.mark.parametrize(
    "statement",
    [
        "update public.tickets set subject = 'Mine' where true",
        "delete from public.comments where true",
        "insert into public.person_roles (person_id, role) select id, 'admin'"
        " from public.people",
        "insert into public.ticket_events (ticket_id, seq, type)"
        " select id, 99, 'TICKET_UPDATED' from public.tickets",
        "truncate public.ticket_events",
        "select * from private.idempotency_keys",
        "select * from auth.users",
        "select private.fold_queue_counts()",
        "select private.record_event(null, null, null, null)",
        "create table public.mine (id integer)",
        "create function public.mine() returns integer language sql return 1",
    ],
)
def test_nobody_writes_tables_or_reads_private_ones(db, who, statement):
    with refused(PERMISSION_DENIED), db.acting(who) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "function", ["get_ticket", "list_comments", "list_ticket_events"]
)
@pytest.mark.parametrize("key", ["id", "number"])
def test_tickets_are_found_by_permitted_personas_only(db, ticket, function, key):
    def finds(who):
        with ignoring("PT404"):
            return bool(db.rows(who, function, ticket=str(ticket[key])))
        return False

    assert people_who(finds) == SEE_THE_TICKET


def test_hidden_and_missing_tickets_are_refused_alike(db, ticket):
    def refusal_of(ref):
        with pytest.raises(Exception, match="not-found") as refusal:
            db.call("stranger", "add_comment", ticket=ref, body="Me too.")
        return refusal.value.sqlstate, refusal.value.diag.message_detail

    assert refusal_of(ticket["id"]) == refusal_of(str(id_of("no such ticket")))


@pytest.mark.parametrize("who", SIGNED_IN)
def test_notes_are_visible_to_staff_of_the_queue_only(db, ticket, who):
    comments = "select body from public.comments order by position"
    internal = "select is_internal from public.ticket_events order by seq"
    sees = {
        who: ["It is broken.", "An answer."] + ["Psst."] * (who in SEE_THE_NOTES)
        for who in SEE_THE_TICKET
    }

    assert db.read(who, comments) == sees.get(who, [])
    assert any(db.read(who, internal)) == (who in SEE_THE_NOTES)
    if who in SEE_THE_TICKET:
        listed = db.items(who, "list_comments", ticket=ticket["id"])
        events = db.items(who, "list_ticket_events", ticket=ticket["id"])
        assert [comment["body"] for comment in listed] == sees[who]
        assert any(e["is_internal"] for e in events) == (who in SEE_THE_NOTES)


def test_notes_change_nothing_visible_of_their_ticket(db, ticket):
    before = db.reload(ticket)

    db.note(ticket)

    assert db.reload(ticket) == before


def test_staff_without_the_permission_see_no_notes(db, ticket):
    revoke_permission(db, "tickets.note")

    bodies = db.read("agent", "select body from public.comments order by position")

    assert bodies == ["It is broken.", "An answer."]
    assert not any(db.read("agent", "select is_internal from public.ticket_events"))


def test_agents_who_left_the_queue_see_their_own_requests_only(db, ticket):
    own = db.create_ticket("agent")
    leave_queues(db, "agent")

    seen = db.read("agent", "select id::text from public.tickets")

    assert seen == [own["id"]]
    assert db.items("agent", "list_my_tickets")[0]["id"] == own["id"]


def test_following_shows_nothing_by_itself(db, ticket):
    db.execute(
        "insert into public.ticket_followers (person_id, ticket_id) values (%s, %s)",
        id_of("stranger"),
        ticket["id"],
    )

    assert db.items("stranger", "list_my_tickets") == []
    with refused("PT404"):
        db.call("stranger", "get_ticket", ticket=ticket["id"])


def test_colleagues_see_nothing_without_sharing(db, ticket):
    db.execute("update public.organizations set shares_tickets = false")

    assert db.read("colleague", "select id from public.tickets") == []
    assert db.read("customer", "select id::text from public.tickets") == [ticket["id"]]


def test_customers_see_names_of_staff_and_colleagues_only(db):
    names = "select id from public.people"
    staff = {id_of(name) for name in STAFF}

    assert set(db.read("stranger", names)) == staff | {id_of("stranger")}
    assert set(db.read("customer", names)) == staff | {
        id_of("customer"),
        id_of("colleague"),
    }
    assert set(db.read("agent", names)) == {id_of(name) for name in SIGNED_IN}


@pytest.mark.parametrize("who", ["customer", "colleague", "stranger"])
def test_customers_read_no_address_and_no_role_but_their_own(db, who):
    roles = set(db.read(who, "select person_id from public.person_roles"))

    assert roles == {id_of(who)}
    assert db.call(who, "whoami")["email"] == email_of(who)
    with refused("PT403", "denied"):
        db.rows(who, "list_people", search=email_of("customer"))


@pytest.mark.parametrize(
    ("who", "queues"),
    [
        ("agent", ["support"]),  # the archived one is left out
        ("biller", ["billing"]),
        ("lead", ["support"]),
        ("admin", ["billing", "support"]),
    ],
)
def test_queues_are_listed_to_their_members(db, who, queues):
    assert [queue["key"] for queue in db.rows(who, "list_queues")] == queues
    assert [queue["key"] for queue in db.call(who, "whoami")["queues"]] == queues


@pytest.mark.parametrize("who", ["customer", "stranger"])
def test_customers_know_the_queues_open_to_them_without_counts(db, ticket, who):
    db.execute("update public.queues set open_to_customers = key <> 'billing'")

    assert db.rows(who, "list_queues") == [
        {
            "id": str(id_of("support")),
            "key": "support",
            "name": "Support",
            "description": "",
        }
    ]
    assert db.rows(who, "list_queues", archived=True) == []
    assert db.call(who, "whoami")["queues"] == []


@pytest.mark.parametrize("who", ["customer", "stranger", "biller"])
def test_other_queues_are_not_found(db, ticket, who):
    with refused("PT404", "not-found"):
        db.rows(who, "list_queue", queue="support")


@pytest.mark.parametrize("who", ["customer", "biller"])
def test_counts_of_other_queues_are_hidden(db, ticket, who):
    totals = "select totals from private.queue_totals(array[%s::uuid]) as totals"

    with refused(PERMISSION_DENIED):
        db.read(who, totals, id_of("support"))
    listed = db.rows(who, "list_queues")
    assert str(id_of("support")) not in {
        queue["id"] for queue in listed if "counts" in queue
    }


def test_my_tickets_are_requested_assigned_or_followed(db, ticket):
    requested = db.create_ticket("agent")
    held = db.create_ticket("stranger")
    db.assign(held, "agent")
    db.create_ticket("stranger")

    mine = db.items("agent", "list_my_tickets")

    numbers = [held["number"], requested["number"], ticket["number"]]
    assert [each["number"] for each in mine] == numbers


def test_staff_search_people_with_addresses_and_roles(db):
    [found] = db.items("agent", "list_people", search="STRANGER@")

    assert found == {
        "id": str(id_of("stranger")),
        "name": "Stranger",
        "email": "stranger@example.com",
        "organization_id": None,
        "organization_name": None,
        "kind": "human",
        "deactivated_at": None,
        "roles": ["customer"],
    }


@pytest.mark.parametrize("audience", ["realtime", "", None, ["other"], {"a": 1}])
def test_tokens_of_another_audience_are_refused(db, audience):
    db.create_ticket()

    for call in (calls := sample_calls(db, "authenticated")):
        with (
            refused("PT401", "wrong-audience"),
            db.acting("admin", aud=audience) as connection,
        ):
            connection.execute(call)

    assert len(calls) > 50


def test_tokens_of_several_audiences_are_accepted(db):
    with db.acting("customer", aud=["other", "authenticated"]) as connection:
        found = connection.execute("select api.whoami() ->> 'name'").fetchone()

    assert found == ("Customer",)


def test_tokens_of_deleted_people_are_refused(db):
    db.create_ticket()

    for call in (calls := sample_calls(db, "authenticated")):
        with refused("PT401"), db.acting("nobody") as connection:
            connection.execute(call)

    assert len(calls) > 50


def test_deleting_an_account_keeps_the_person_and_ends_their_rights(db):
    sign_up(db.connection, "passer-by")

    delete_account(db, "passer-by")

    kept = "select count(*) from public.people where id = %s"
    assert db.scalar(kept, id_of("passer-by")) == 1
    with refused("PT401"):
        db.read("passer-by", "select name from public.people")


@pytest.mark.parametrize("who", [*SIGNED_IN, WORKER])
def test_the_token_hook_is_for_auth_alone(db, who):
    with refused(PERMISSION_DENIED):
        db.read(who, "select private.custom_access_token_hook('{}')")


@pytest.mark.parametrize("who", [*SIGNED_IN, ANON, WORKER])
def test_everybody_can_call_health(db, who):
    assert db.call(who, "health") == {"status": "ok"}
