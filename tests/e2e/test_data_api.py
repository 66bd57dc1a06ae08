"""The Data API called directly: no table is there; every function keeps its rules."""

from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from postgrest import APIError
from supabase import ClientOptions, create_client

pytestmark = pytest.mark.slow
ROLES = ["anon", "customer", "agent", "lead", "admin"]
RELATIONS = """
select relname from pg_class
where relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and relkind in ('r', 'v', 'm', 'p', 'f')
order by relname
"""
WRITES = ["POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(scope="module")
def relations(database):
    """The name of every table and view of the product."""
    return [name for (name,) in database.execute(RELATIONS)]


@pytest.fixture
def caller(request, people):
    """Who calls, by the role in the parameter; `anon` has the publishable key alone."""
    if request.param != "anon":
        return getattr(people, request.param)

    def data_api(method, path, **options):
        headers = options.pop("headers", {}) | {"authorization": ""}
        return people.admin.data_api(method, path, headers=headers, **options)

    return SimpleNamespace(data_api=data_api)


@pytest.mark.parametrize(
    ("schema", "status"), [(None, 404), ("api", 404), ("public", 406), ("private", 406)]
)
@pytest.mark.parametrize("caller", ROLES, indirect=True)
def test_no_table_is_readable_or_countable(caller, relations, schema, status):
    headers = {"prefer": "count=planned"}
    headers |= {"accept-profile": schema} if schema else {}

    answers = {
        (method, name): caller.data_api(method, name, headers=headers)
        for name in relations
        for method in ("GET", "HEAD")
    }

    assert {"tickets", "comments", "settings", "outbox"} <= set(relations)
    assert {answer.status_code for answer in answers.values()} == {status}
    assert not any("content-range" in answer.headers for answer in answers.values())


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("schema", [None, "public", "private"])
@pytest.mark.parametrize("caller", ROLES, indirect=True)
def test_no_table_is_writable(caller, unchanged, relations, schema, method):
    headers = {"prefer": "resolution=merge-duplicates,return=representation"}
    headers |= {"content-profile": schema} if schema else {}

    with unchanged():
        answers = {
            name: caller.data_api(
                method, f"{name}?id=not.is.null", headers=headers, json={"id": "x"}
            )
            for name in relations
        }

    refused = {406} if schema else {400, 404, 405}
    assert {answer.status_code for answer in answers.values()} <= refused


@pytest.mark.parametrize("schema", ["auth", "realtime", "storage", "vault", "net"])
@pytest.mark.parametrize("caller", ROLES, indirect=True)
def test_schemas_of_the_platform_are_not_exposed(caller, schema):
    answer = caller.data_api("GET", "users", headers={"accept-profile": schema})

    assert answer.status_code == 406


@pytest.mark.parametrize("caller", ["customer", "agent"], indirect=True)
@pytest.mark.parametrize(
    "select", ["*,tickets(*)", "*,comments(*)", "*,people(*)", "xmax", "ctid"]
)
@pytest.mark.parametrize("function", ["list_ticket_events", "list_my_tickets"])
def test_rows_of_a_function_lead_to_no_table(people, caller, function, select):
    ticket = people.customer.open_ticket()
    arguments = {"ticket": ticket["id"]} if function == "list_ticket_events" else {}

    path = f"rpc/{function}"
    plain = caller.data_api("POST", path, json=arguments)
    answer = caller.data_api("POST", path, params={"select": select}, json=arguments)

    assert plain.status_code == 200
    assert answer.status_code == 400


@pytest.mark.parametrize("count", ["exact", "planned", "estimated"])
@pytest.mark.parametrize("function", ["list_ticket_events", "list_comments"])
def test_counting_the_rows_of_a_function_counts_no_hidden_one(people, function, count):
    ticket = people.customer.open_ticket()

    def counted():
        return people.customer.data_api(
            "POST",
            f"rpc/{function}",
            headers={"prefer": f"count={count}"},
            json={"ticket": ticket["id"]},
        ).headers["content-range"]

    before = counted()
    people.agent.add_comment(ticket, "Between us.", visibility="internal")

    assert counted() == before


def test_the_described_schema_has_functions_alone(desk, http, people):
    """PostgREST's OpenAPI document, which only secret keys may read."""
    url = f"{desk.supabase_url}/rest/v1/"

    answer = http.get(url, headers={"apikey": desk.supabase_secret_key})
    refused = [person.data_api("GET", "") for person in vars(people).values()]

    document = answer.raise_for_status().json()
    paths = set(document["paths"]) - {"/"}
    assert "/rpc/claim_emails" in paths
    assert [path for path in paths if not path.startswith("/rpc/")] == []
    assert not document.get("definitions")
    assert {each.status_code for each in refused} == {401}


def test_supabase_py_calls_functions_in_schema_api(desk, people):
    ticket = people.customer.open_ticket()
    with httpx.Client() as connections:
        options = ClientOptions(schema="api", httpx_client=connections)
        key = desk.supabase_publishable_key
        client = create_client(desk.supabase_url, key, options)
        client.postgrest.auth(people.customer.token)

        read = client.rpc("get_ticket", {"ticket": ticket["id"]}).execute().data
        with pytest.raises(APIError, match="does not exist"):
            client.table("tickets").select("*").execute()

    assert (read["id"], read["subject"]) == (ticket["id"], ticket["subject"])


@pytest.mark.parametrize(
    ("command", "arguments"),
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
    people, unchanged, who, command, arguments
):
    with unchanged():
        answer = getattr(people, who).data_api("POST", f"rpc/{command}", json=arguments)

    assert answer.status_code in (401, 403, 404), answer.text


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("update_ticket_status", {"status": "solved"}),
        ("update_ticket", {"changes": {"priority": "urgent"}}),
        ("lease_reply", {"take_over": True}),
        ("release_reply", {}),
        ("get_reply_lease", {}),
    ],
)
def test_a_command_called_directly_keeps_every_rule(
    people, unchanged, command, arguments
):
    call = {"ticket": people.customer.open_ticket()["id"], **arguments}

    with unchanged():
        answers = [
            person.data_api("POST", f"rpc/{command}", json=call)
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
        {"subject": "s", "body": "b", "tags": [f"t{n}" for n in range(21)]},
        {"subject": "s", "body": "b", "status": "closed"},
        {"subject": "s", "body": "b", "type": "unheard-of"},
        {"subject": "s\0", "body": "b"},
        {"subject": "s", "body": "b", "idempotency_key": "x" * 256},
    ],
    ids=lambda draft: str(draft)[:40],
)
def test_the_database_refuses_what_the_api_would(people, unchanged, draft):
    with unchanged():
        answer = people.customer.data_api("POST", "rpc/create_ticket", json=draft)

    assert 400 <= answer.status_code < 500, answer.text
