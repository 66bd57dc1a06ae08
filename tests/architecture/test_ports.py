"""A repository inherits its ports: `@override`, and no docstring a second time."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Protocol

import pytest
from typing_extensions import override

from .source import CODE, ROOT


def is_protocol(kind):
    return getattr(kind, "_is_protocol", False)


def implementations():
    """The classes of shared/ that inherit a port of ours."""
    for path in CODE:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not module.startswith("shared.") or path.name == "__main__.py":
            continue
        for _, kind in inspect.getmembers(import_module(module), inspect.isclass):
            ported = any(map(is_protocol, kind.__mro__[1:-1]))
            if kind.__module__ == module and ported and not is_protocol(kind):
                yield kind


def repetitions(kind) -> Iterator[str]:
    """Say what a class does not leave to its ports."""
    ports = [base for base in kind.__mro__[1:] if is_protocol(base)]
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        inherited = any(name in vars(port) for port in ports)
        if name.startswith("_") or name not in vars(kind) or not inherited:
            continue
        if not getattr(method, "__override__", False):
            yield f"{name} lacks @override"
        if method.__doc__:
            yield f"{name} repeats the docstring of its port"


@pytest.mark.parametrize(
    "kind", list(implementations()), ids=lambda kind: kind.__qualname__
)
def test_an_implementation_inherits_the_docstrings_of_its_ports(kind):
    assert list(repetitions(kind)) == []


def test_the_repositories_are_among_the_implementations():
    names = {kind.__name__ for kind in implementations()}

    assert {"TicketRepository", "PostgrestDatabase", "SqsEventQueue"} <= names
    assert len([name for name in names if name.endswith("Repository")]) >= 15


def test_a_repetition_is_noticed():
    class Port(Protocol):
        def read(self) -> str:
            """Return it."""
            ...

        def write(self) -> None:
            """Store it."""
            ...

    class Repository(Port):
        @override
        def read(self) -> str:
            """Return it."""
            return "it"

        def write(self) -> None:
            pass

    assert list(repetitions(Repository)) == [
        "read repeats the docstring of its port",
        "write lacks @override",
    ]
