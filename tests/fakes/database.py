"""The database as a repository sees it: it answers what it was told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FakeDatabase:
    """`Database`; an answer that is an exception is raised."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        self.calls.append((function, arguments))
        answer = self.answers[function]
        if isinstance(answer, Exception):
            raise answer
        return answer
