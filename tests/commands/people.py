"""People, roles and the caller."""

from typing import Any

from .expectations import ANYBODY, Arguments, Case, Command, Route, any_of, step_person
from .template import command, query
from .values import ID, NAME, NOBODY

PERSON = "/v1/people/{person}/roles/{role}"
ROLES = any_of("roles.manage")


def _role(arguments: Arguments) -> Any:
    return {name: arguments[name] for name in ("name", "permissions")}


COMMANDS = {
    "whoami": Command(Case(ANYBODY)),
    "list_people": Command(Case(any_of("people.read"))),
    "list_roles": Command(Case(ANYBODY)),
    "define_role": Command(
        Case(ROLES, lambda _: {"role": "r1", "name": "N", "permissions": []}),
        step=lambda v: {
            "role": "helper", "name": "Helper", "permissions": list(v["permissions"]),
        },
        both_ways=Route(
            "PUT /v1/roles/{role}",
            lambda w: {"role": "two_ways", "name": "Two ways", "permissions": []},
            {"role": ["No!", "x" * 41, "admin"], "name": NAME,
             "permissions": [None, ["nope"], [""], [None], ["tickets.read"] * 101]},
            _role,
        ),
    ),
    "grant_role": Command(
        Case(ROLES, lambda w: {"person": w.person, "role": "nothing"}),
        step=lambda v: {**step_person(v), "role": v["role"]},
        both_ways=Route(
            "PUT " + PERSON,
            lambda w: {"person": w.agent, "role": "agent"},
            {"person": [*ID, NOBODY], "role": ["nope"]},
            lambda arguments: {},
        ),
    ),
    "revoke_role": Command(
        Case(ROLES, lambda w: {"person": w.person, "role": "nothing"}),
        step=lambda v: {**step_person(v), "role": v["role"]},
        both_ways=Route(
            "DELETE " + PERSON,
            lambda w: {"person": w.agent, "role": "nope"},
            {"person": [*ID, NOBODY], "role": ["nope"]},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "ManageRoles": command(),
    "Whoami": query(),
}
