"""Results that stand-ins give: the same for every call, in turn, or by arguments."""

from dataclasses import dataclass
from typing import Any


@dataclass
class InTurn:
    """A result for each call in turn; the last one is repeated."""

    results: list[Any]

    def next(self) -> Any:
        """Return the result of the next call."""
        return self.results.pop(0) if len(self.results) > 1 else self.results[0]


def in_turn(*results: Any) -> InTurn:
    """Return a result for each call in turn; the last one is repeated."""
    return InTurn([*results])


def find_result(result: Any, arguments: Any) -> Any:
    """Return the result of one call, out of what a test has set up."""
    while isinstance(result, InTurn) or callable(result):
        result = result.next() if isinstance(result, InTurn) else result(arguments)
    return result
