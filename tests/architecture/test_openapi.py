"""The composed document: valid, complete, and true to its own examples."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.openapi import compose_openapi, find_routers
from tests.api_document import api_document

from .contract import declared, functions, template
from .source import ROOT

VERBS = {"get", "post", "put", "patch", "delete"}
TOKEN = "POST /v1/token"
"""It is OAuth's own: its form, its errors, no access token and no Idempotency-Key."""


def composed():
    return compose_openapi(find_routers(ROOT))


DOCUMENT = api_document()
OPERATIONS = {
    f"{verb.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for verb, operation in item.items()
    if verb in VERBS
}


def examples(schema, place="#"):
    """Every schema that shows examples, with its place in the document."""
    if isinstance(schema, dict):
        if isinstance(schema.get("examples"), list):
            yield pytest.param(schema, id=place)
        for name, part in schema.items():
            yield from examples(part, f"{place}/{name}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from examples(part, f"{place}/{number}")


def answered(operation):
    """Return the schema of an operation's response with status 200, if it has one."""
    content = operation["responses"].get("200", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS.values(), ids=OPERATIONS.keys()
)


def test_the_document_is_openapi_3_1():
    problems = [
        error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()
    ]

    assert DOCUMENT["openapi"].startswith("3.1")
    assert problems == []


def test_the_document_has_the_public_routes_of_the_template():
    routes = {
        f"{method} {path}"
        for properties in functions(template()).values()
        for method, path in declared(properties)
        if not path.startswith("/v1/hooks/")  # between machines
    }

    assert set(OPERATIONS) == routes


@each_operation
def test_an_operation_has_a_summary_and_a_default_problem(operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    failure = operation["responses"]["default"]["content"]
    assert failure == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }


@pytest.mark.parametrize(
    ("name", "failures"),
    [
        ("GET /health", "503"),
        ("GET /v1/tickets", "401 403 422 503"),
        ("GET /v1/tickets/{ticket}", "401 403 404 422 503"),
        ("POST /v1/tickets", "400 401 403 409 413 415 422 429 503"),
        (
            "PATCH /v1/tickets/{ticket}/status",
            "400 401 403 404 409 412 413 415 422 429 503",
        ),
    ],
)
def test_an_operation_names_the_problems_that_a_request_may_meet(name, failures):
    responses = OPERATIONS[name]["responses"]

    named = [code for code in responses if code[0] in "45"]
    assert named == failures.split()
    assert all("$ref" in responses[code] for code in named)


@pytest.mark.parametrize(
    ("problem", "header"),
    [
        ("unauthenticated", "WWW-Authenticate"),
        ("too-many-requests", "Retry-After"),
        ("unavailable", "Retry-After"),
    ],
)
def test_a_problem_documents_its_header(problem, header):
    assert header in DOCUMENT["components"]["responses"][problem]["headers"]


@each_operation
def test_an_operation_documents_its_success(operation):
    # 204 stands besides where there may be nothing to return.
    [status] = {code for code in operation["responses"] if code[0] == "2"} - {"204"}

    assert status in ("200", "201", "202")
    content = operation["responses"][status]["content"]
    assert set(content) == {"application/json"}
    assert content["application/json"]["schema"]


@each_operation
def test_an_operation_says_in_words_what_it_answers_and_with_which_headers(operation):
    successes = [
        each for code, each in operation["responses"].items() if code[0] == "2"
    ]

    for response in successes:
        assert "Successful" not in response["description"]
        assert "x-correlation-id" in response["headers"]
    ticket = {"$ref": "#/components/schemas/Ticket"}
    versioned = [
        each
        for each in successes
        if each.get("content", {}).get("application/json", {}).get("schema") == ticket
    ]
    assert all("ETag" in each["headers"] for each in versioned)


def test_what_is_made_says_where_it_is_read():
    made = [
        operation["responses"][code]
        for name, operation in OPERATIONS.items()
        for code in ("201", "202")
        if name.startswith("POST") and code in operation["responses"]
    ]
    sources = [path.read_text() for path in (ROOT / "functions").glob("*/*.py")]

    assert all("Location" in response["headers"] for response in made)
    assert sum(text.count('headers["Location"] =') for text in sources) == len(made)


def test_operations_and_schemas_have_short_names():
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)
    assert max(map(len, [*names, *DOCUMENT["components"]["schemas"]])) <= 30
    assert all(name.isidentifier() for name in DOCUMENT["components"]["schemas"])


def test_every_operation_is_authenticated_but_health_and_the_token_itself():
    public = {name for name, each in OPERATIONS.items() if each["security"] == []}

    assert public == {"GET /health", TOKEN}


@pytest.mark.parametrize(
    "name", [name for name in OPERATIONS if name.startswith("POST") and name != TOKEN]
)
def test_every_post_takes_an_idempotency_key(name):
    parameters = {each["name"] for each in OPERATIONS[name].get("parameters", [])}

    assert "Idempotency-Key" in parameters


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, operation in OPERATIONS.items()
        if name.split()[0] in ("PUT", "PATCH", "DELETE")
        and answered(operation) == {"$ref": "#/components/schemas/Ticket"}
    ],
)
def test_every_change_of_a_ticket_takes_the_version_read(name):
    parameters = {each["name"] for each in OPERATIONS[name].get("parameters", [])}

    assert "If-Match" in parameters


# What its users and the system change all the time is none that two people edit.
WITHOUT_A_VERSION = {"PATCH /v1/agents/{agent}"}


@pytest.mark.parametrize(
    "name",
    sorted(
        {name for name in OPERATIONS if name.startswith("PATCH")} - WITHOUT_A_VERSION
    ),
)
def test_what_is_edited_takes_the_version_read_and_answers_with_the_next(name):
    parameters = {each["name"] for each in OPERATIONS[name].get("parameters", [])}
    answer = answered(OPERATIONS[name])["$ref"].rpartition("/")[2]

    assert "If-Match" in parameters
    assert "version" in DOCUMENT["components"]["schemas"][answer]["properties"]


def test_operation_ids_are_unique():
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("schema", list(examples(DOCUMENT)))
def test_an_example_matches_its_schema(schema):
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})

    for example in schema["examples"]:
        assert not list(validator.iter_errors(example))


NAMED = ("person", "owner", "requester", "assignee", "actor", "author", "organization",
         "queue")  # fmt: skip
IDS = {f"{each}_id" for each in NAMED} | {"created_by", "redacted_by"}
# What is read for one queue, is itself the person that it names, has the names of all
# its ids in one place, or tells of a change for programs.
WITHOUT_NAMES = {
    ("AuditEntry", "actor_id"),
    ("Follower", "person_id"),
    ("QueueStatus", "queue_id"),
    ("ReadMarker", "person_id"),
    ("NewTicketFacts", "queue_id"),
    ("TicketFacts", "queue_id"),
}


def test_names_come_with_ids_in_every_response():
    bodies = {
        content["schema"].get("$ref")
        for each in OPERATIONS.values()
        for content in each.get("requestBody", {}).get("content", {}).values()
    }
    schemas = {
        name: set(schema.get("properties", {}))
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if f"#/components/schemas/{name}" not in bodies
    }

    unnamed = {
        (name, field)
        for name, fields in schemas.items()
        for field in fields & IDS
        if f"{field.removesuffix('_id')}_name" not in fields
    }

    assert unnamed <= WITHOUT_NAMES


def test_every_body_shows_an_example():
    bodies = [each for each in OPERATIONS.values() if "requestBody" in each]

    for operation in bodies:
        [content] = operation["requestBody"]["content"].values()
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        named = DOCUMENT["components"]["schemas"].get(name, content["schema"])
        parts = named.get("properties", {}).values()  # a map has none
        assert "examples" in named or any("examples" in part for part in parts)


def test_the_document_is_composed_the_same_each_time():
    assert composed() == DOCUMENT
