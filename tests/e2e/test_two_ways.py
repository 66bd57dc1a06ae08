"""Every command over HTTP and directly: hostile values get one refusal, both ways.

Directly, PostgREST names what PostgreSQL refuses by SQLSTATE; `failure` says what our
functions make of it.
"""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from postgrest import APIError

from shared.core.http import STATUS
from shared.core.persistence.failures import failure
from tests.commands import ROUTES

from .person import problem

pytestmark = pytest.mark.slow
COMMANDS = """
select proname, proargnames[1:pronargs]
from pg_proc
where pronamespace = 'api'::regnamespace and provolatile = 'v'
    and has_function_privilege('authenticated', oid, 'execute')
"""


CALENDAR = {"name": "Mondays", "time_zone": "UTC", "week": {"mon": ["09:00-17:00"]}}
POLICY = {
    "name": "For tests",
    "targets": {"first_reply": {"urgent": 30}},
    "conditions": {"tag": ["two-ways"]},
}


@pytest.fixture(scope="module")
def world(people):
    """What the commands are about: of an administrator, in queue support."""
    admin = people.admin
    ticket = people.customer.open_ticket()
    people.agent.take(ticket)
    people.agent.set_status(ticket, "open")
    # Of what does not happen here, so that nothing is delivered meanwhile.
    quiet = {"event_types": ["TICKET_REPLY_TAKEN_OVER"]}
    webhook = admin.do(
        "POST", "/v1/webhooks", {"url": "https://hooks.example.com/", **quiet}
    )
    view = admin.do("POST", "/v1/views", {"name": "Mine"})
    organization = admin.do("POST", "/v1/organizations", {"name": f"Two {uuid4()}"})
    # A name that stands in no log by chance, as a letter would.
    named = {"name": "Two ways, import", "permissions": []}
    machine = admin.do("POST", "/v1/machine-users", named)
    calendar = admin.do("POST", "/v1/calendars", CALENDAR)
    policy = admin.do("POST", "/v1/sla-policies", POLICY)
    yield SimpleNamespace(
        ticket=str(ticket["id"]),
        agent=people.agent.id,
        view=view["id"],
        webhook=webhook["id"],
        organization=organization["id"],
        machine=machine["id"],
        calendar=calendar["id"],
        policy=policy["id"],
    )
    admin.do("DELETE", f"/v1/organizations/{organization['id']}")
    admin.do("DELETE", f"/v1/machine-users/{machine['id']}")
    admin.do("DELETE", f"/v1/webhooks/{webhook['id']}")
    admin.do("DELETE", f"/v1/views/{view['id']}")
    admin.do("DELETE", f"/v1/calendars/{calendar['id']}")
    admin.do("DELETE", f"/v1/sla-policies/{policy['id']}")


def over_http(person, command, arguments):
    return problem(person.send(**command.request(arguments)))


def directly(person, function, arguments):
    answer = person.data_api("POST", f"rpc/{function}", json=arguments)
    assert not answer.is_success, answer.text
    refused = failure(APIError(answer.json()))
    kind = next(each for each in type(refused).__mro__ if each in STATUS)
    return STATUS[kind], refused.problem


@pytest.mark.parametrize("function", ROUTES)
def test_both_ways_refuse_the_same_and_change_nothing(
    people, world, unchanged, function
):
    command, differing = ROUTES[function], {}

    with unchanged():
        for name, values in command.hostile.items():
            for value in values:
                arguments = {**command.base(world), name: value}
                if name == "view" and function == "bulk_update":
                    del arguments["tickets"]
                if name == "up_to":
                    del arguments["ids"]
                ways = (
                    over_http(people.admin, command, arguments),
                    directly(people.admin, function, arguments),
                )
                if ways[0] != ways[1] or not 400 <= ways[0][0] < 500:
                    differing[f"{name}={value!r}"[:80]] = ways

    assert differing == {}


def test_every_command_and_argument_is_in_the_table(database):
    found = {name: set(arguments) for name, arguments in database.execute(COMMANDS)}

    assert {name: set(each.hostile) for name, each in ROUTES.items()} == found
