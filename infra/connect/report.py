"""Print the findings: one line each, and below it how to fix it."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Console
from rich.text import Text

from .findings import Finding, State
from .survey import survey

COLOURS: Final = {State.OK: "green", State.MISSING: "red", State.UNKNOWN: "yellow"}


def look(environment: Mapping[str, str]) -> list[Finding]:
    """Run every check, print the findings and return them."""
    return show(survey(environment), Console(highlight=False))


def show(findings: Iterable[Finding], console: Console) -> list[Finding]:
    """Print the findings as they come, and return them."""
    shown = []
    for each in findings:
        line = Text(f"{each.state.value:12}", COLOURS[each.state])
        line.append(f"{each.about:24}", "bold").append(each.message, "default")
        console.print(line, soft_wrap=True)
        if each.fix:
            console.print(Text(f"{'':12}-> {each.fix}", "default"), soft_wrap=True)
        shown.append(each)
    return shown
