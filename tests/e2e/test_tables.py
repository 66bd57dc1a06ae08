"""Past the API, straight to the tables: nobody writes, whoever they are."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.slow
WRITES = ["POST", "PUT", "PATCH", "DELETE"]
READ = """
select table_name, column_name from information_schema.columns
where table_schema = 'public' order by table_name, ordinal_position
"""


@pytest.fixture(scope="module")
def columns(database):
    """The first column of every table a client can name."""
    found = {}
    for table, column in database.execute(READ):
        found.setdefault(table, column)
    return found


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("who", ["customer", "agent", "lead", "admin"])
def test_no_table_is_written_past_its_commands(people, unchanged, columns, who, method):
    person = getattr(people, who)
    upsert = {"prefer": "resolution=merge-duplicates,return=representation"}

    with unchanged():
        answers = {
            table: person.table(
                method,
                f"{table}?{column}=not.is.null",
                headers=upsert,
                json={column: str(uuid4())},
            )
            for table, column in columns.items()
        }

    assert {"tickets", "person_roles", "ticket_events", "comments"} <= set(answers)
    for table, answer in answers.items():
        assert answer.status_code in (400, 401, 403, 404, 405), (table, answer.text)


@pytest.mark.parametrize("method", WRITES)
def test_nobody_in_particular_reads_or_writes(people, unchanged, columns, method):
    public = {"authorization": ""}

    with unchanged():
        written = [
            people.admin.table(method, table, headers=public, json={column: "x"})
            for table, column in columns.items()
        ]
        read = [people.admin.table("GET", table, headers=public) for table in columns]

    assert {answer.status_code for answer in [*written, *read]} <= {400, 401, 403, 405}


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("close_solved_tickets", {}),
        ("claim_bulk_update", {}),
        ("apply_bulk_chunk", {"bulk_update": str(uuid4()), "attempt": 1}),
        ("delete_old_bulk_updates", {}),
        ("make_first_admin", {"email": "customer@example.com"}),
        ("custom_access_token_hook", {"event": {}}),
    ],
)
@pytest.mark.parametrize("who", ["customer", "agent", "lead", "admin"])
def test_the_commands_of_workers_are_not_for_people(
    people, unchanged, who, command, given
):
    with unchanged():
        answer = getattr(people, who).table("POST", f"rpc/{command}", json=given)

    assert answer.status_code in (401, 403, 404), answer.text


@pytest.mark.parametrize("schema", ["private", "auth", "realtime", "vault"])
def test_other_schemas_are_out_of_reach(people, schema):
    answer = people.admin.table("GET", "settings", headers={"accept-profile": schema})

    assert answer.status_code in (400, 404, 406)


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("update_ticket_status", {"status": "solved"}),
        ("update_ticket", {"changes": {"priority": "urgent"}}),
        ("lease_reply", {"take_over": True}),
        ("release_reply", {}),
        ("get_reply_lease", {}),
    ],
)
def test_a_command_called_directly_keeps_every_rule(people, unchanged, command, given):
    asked = {"ticket": people.customer.opens()["id"], **given}

    with unchanged():
        answers = [
            person.table("POST", f"rpc/{command}", json=asked)
            for person in (people.customer, people.customer2, people.agent2)
        ]

    assert [answer.status_code for answer in answers] == [403, 404, 404]


@pytest.mark.parametrize(
    "draft",
    [
        {"subject": "", "body": "b"},
        {"subject": "x" * 201, "body": "b"},
        {"subject": "s", "body": ""},
        {"subject": "s", "body": "b", "data": []},
        {"subject": "s", "body": "b", "data": {"a": "x" * 200_000}},
        {"subject": "s", "body": "b", "tags": ["x"] * 21},
        {"subject": "s", "body": "b", "status": "closed"},
        {"subject": "s", "body": "b", "type": "wish"},
        {"subject": "s\0", "body": "b"},
        {"subject": "s", "body": "b", "idempotency_key": "x" * 256},
    ],
    ids=lambda draft: str(draft)[:40],
)
def test_the_database_refuses_what_the_api_would(people, unchanged, draft):
    with unchanged():
        answer = people.customer.table("POST", "rpc/create_ticket", json=draft)

    assert 400 <= answer.status_code < 500, answer.text
