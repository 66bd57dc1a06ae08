"""Read the functions of a template, Globals merged and intrinsics resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .document import Json, load_document
from .intrinsics import AwsAccount, Resolver

DEFAULT_CONCURRENCY = 4
_DEFAULT_TIMEOUT = 3
_DEFAULT_MEMORY = 128
_USED = (
    "CodeUri",
    "Environment",
    "Events",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "ReservedConcurrentExecutions",
    "Timeout",
)


@dataclass(frozen=True)
class Event:
    """One entry of a function's `Events`."""

    name: str
    type: str
    properties: Json


@dataclass(frozen=True)
class Function:
    """One Lambda function of the template.

    Attributes:
        name: its logical id.
        arn: its ARN in the local account.
        handler: dotted path, `functions.create_ticket.app.handler`.
        code: the folder it is imported from.
        timeout: seconds an invocation may take.
        memory: megabytes; only a variable of the function, not enforced.
        concurrency: how many environments may exist at once.
        environment: its variables as the template sets them.
        logging: `LoggingConfig` as the template has it.
        events: what invokes it.
    """

    name: str
    arn: str
    handler: str
    code: Path
    timeout: float = _DEFAULT_TIMEOUT
    memory: int = _DEFAULT_MEMORY
    concurrency: int = DEFAULT_CONCURRENCY
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    logging: Mapping[str, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Template:
    """The functions of a template, and the resources beside them.

    Attributes:
        account: account and region.
        functions: by logical id.
    """

    account: AwsAccount
    functions: Mapping[str, Function]
    _resources: Json = field(repr=False)
    _resolver: Resolver = field(repr=False)

    def of_type(self, kind: str) -> Iterator[tuple[str, Json]]:
        """Yield logical id and properties of every resource of one type.

        Resolved one by one: resources of other types may use intrinsics that are not
        implemented.
        """
        for name, resource in self._resources.items():
            if resource["Type"] == kind and self._resolver.exists(resource):
                yield name, self._resolver.resolve(resource.get("Properties") or {})

    def events_of(self, kind: str) -> Iterator[tuple[Function, Event]]:
        """Yield every event of a type, with the function it invokes."""
        for function in self.functions.values():
            for event in function.events:
                if event.type == kind:
                    yield function, event


def read_template(
    path: Path, parameters: Mapping[str, str], account: AwsAccount
) -> Template:
    """Read a SAM template.

    Args:
        path: the YAML file; `CodeUri` counts from its folder.
        parameters: values for the template's Parameters, others take defaults.
        account: account and region.

    Raises:
        TemplateError: the file or something it refers to does not exist.
    """
    document = load_document(path)
    resolver = Resolver(document, parameters, account)
    resources = document["Resources"]
    shared = (document.get("Globals") or {}).get("Function") or {}
    functions = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function" and resolver.exists(
            resource
        ):
            merged = _merge(shared, resource.get("Properties") or {})
            used = {key: merged[key] for key in _USED if key in merged}
            about = resolver.resolve(used) | {"Arn": resolver.arn(name)}
            functions[name] = _function(name, about, path.resolve().parent)
    return Template(account, functions, resources, resolver)


def _function(name: str, about: Json, root: Path) -> Function:
    """Build a function from its resolved properties."""
    variables = (about.get("Environment") or {}).get("Variables") or {}
    reserved = int(about.get("ReservedConcurrentExecutions") or DEFAULT_CONCURRENCY)
    return Function(
        name=name,
        arn=about["Arn"],
        handler=about["Handler"],
        code=(root / about.get("CodeUri", ".")).resolve(),
        timeout=float(about.get("Timeout", _DEFAULT_TIMEOUT)),
        memory=int(about.get("MemorySize", _DEFAULT_MEMORY)),
        concurrency=reserved,
        environment={key: _text(value) for key, value in variables.items()},
        logging=about.get("LoggingConfig") or {},
        events=tuple(
            Event(event, entry["Type"], entry.get("Properties") or {})
            for event, entry in (about.get("Events") or {}).items()
        ),
    )


def _text(value: Any) -> str:  # noqa: ANN401 (any YAML scalar)
    """Return a variable's text as CloudFormation writes it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _merge(base: Json, own: Json) -> Json:
    """Merge a function's properties into Globals: maps merge, lists add up."""
    merged = dict(base)
    for key, value in own.items():
        before = merged.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[key] = _merge(before, value)
        elif isinstance(value, list) and isinstance(before, list):
            merged[key] = before + value
        else:
            merged[key] = value
    return merged
