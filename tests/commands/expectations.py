"""What is expected of a function of the schema `api`, in one entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.database.acting import ActingConnection
from tests.database.personas import id_of

Arguments = dict[str, Any]
Values = list[Any]
Sets = tuple[frozenset[str], ...]
READ = ("tickets.read", "tickets.read_all")


def any_of(*permissions: str) -> Sets:
    return tuple(frozenset({each}) for each in permissions)


def reading(*permissions: str) -> Sets:
    return tuple(frozenset({each, *permissions}) for each in READ)


ANYBODY: Sets = (frozenset(),)
LEADING = (*any_of("queues.manage"), *reading("queues.lead"))


class World(NamedTuple):
    """What the calls of cases are about, in a seeded database."""

    ticket: str
    theirs: str  # a ticket that is assigned to neighbour
    mine: str  # a ticket that is assigned to the caller
    queue: str
    person: str
    member: str
    view: str
    team_view: str
    everyones_view: str
    bulk_update: str
    webhook: str
    delivery: str
    event: str
    lone: str  # a customer without account
    merged: str  # another one, merged into customer
    machine: str
    machine_secret: str
    calendar: str
    policy: str


@dataclass(frozen=True)
class Case:
    """A call, and the sets of permissions of which each is enough for it.

    It succeeds for whoever has one of the sets, and is refused to everybody who has
    none of them, whatever else they may do. The caller is a member of queue support
    without any other role.

    Attributes:
        enough: each the least that is needed; an empty set is anybody's.
        arguments: of the call.
        unseen: the code for those who may not read the queue at all.
        refused: the code for everybody else.
        call: the function; the table fills it in.
    """

    enough: Sets
    arguments: Callable[[World], Mapping[str, Any]] = lambda _: {}
    unseen: str = "PT404"
    refused: str = "PT403"
    call: str = ""


def on_ticket(**more: Any) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {"ticket": world.ticket, **more}


def on_queue(world: World) -> Mapping[str, Any]:
    return {"queue": world.queue}


@dataclass(frozen=True)
class Route:
    """A command over HTTP: arguments that it takes, and others that it refuses.

    Attributes:
        route: method and path; the path names arguments.
        base: arguments for a world.
        hostile: values by argument. An argument that stands in no list has none: the
            route does not take it as a value of its own.
        body: the body of the request; by default the arguments that the path leaves.
    """

    route: str
    base: Callable[[Any], Arguments]
    hostile: dict[str, Values]
    body: Callable[[Arguments], Any] | None = None

    def request(self, arguments: Arguments) -> Arguments:
        method, path = self.route.split()
        rest = {k: v for k, v in arguments.items() if f"{{{k}}}" not in path}
        headers = {}
        if (key := rest.pop("idempotency_key", None)) is not None:
            headers["idempotency-key"] = key
        if (version := rest.pop("expected_version", None)) is not None:
            headers["if-match"] = f'"{version}"'
        if "changes" in rest:
            rest = rest["changes"]
        body = self.body(arguments) if self.body else rest
        quoted = {name: quote(str(value), "") for name, value in arguments.items()}
        sent = {"json": body} if method != "DELETE" and body != {} else {}
        return {
            "method": method, "path": path.format(**quoted), "headers": headers, **sent
        }  # fmt: skip


@dataclass(frozen=True)
class Replay:
    """A request with an idempotency key, and what takes its response from the sender.

    Attributes:
        who: two people who may send it.
        prepare: makes what the request is about, for one person; returns its arguments.
        losses: what ends the right to see the response, with the refusal that follows.
        command: the function; the table fills it in.
    """

    who: tuple[str, str]
    prepare: Callable[[ActingConnection, str], Arguments]
    losses: Mapping[str, tuple[Callable[[ActingConnection], None], str]] = field(
        default_factory=dict
    )
    command: str = ""


Step = Callable[[Mapping[str, Any]], Arguments]


def unrelated(_: Mapping[str, Any]) -> Arguments:
    """Stand for a command that changes neither tickets nor who may work them."""
    raise NotImplementedError


def step_person(values: Mapping[str, Any]) -> Arguments:
    return {"person": str(id_of(values["person"]))}


@dataclass(frozen=True)
class Command:
    """A command or a query.

    Attributes:
        cases: the permissions that it needs, in one call or in several with a name.
        callers: the roles of PostgREST that may execute it.
        step: its arguments, made of random values, if it is a command: the invariants
            of live tickets hold after any order of such steps. Or `unrelated`.
        both_ways: what it refuses over HTTP and directly, if it is a person's command.
        replays: requests with its idempotency key, if it takes one.
    """

    cases: Case | Mapping[str, Case] = field(default_factory=dict)
    callers: str = "authenticated"
    step: Step | None = None
    both_ways: Route | None = None
    replays: tuple[Replay, ...] = ()
