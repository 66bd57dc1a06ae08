"""One line a finding, and below it what mends it."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Console
from rich.text import Text

from .findings import Finding, State
from .survey import survey

COLOURS: Final = {State.OK: "green", State.MISSING: "red", State.UNKNOWN: "yellow"}


def look(environment: Mapping[str, str]) -> list[Finding]:
    """Look at everything and print it."""
    return show(survey(environment), Console(highlight=False))


def show(findings: Iterable[Finding], console: Console) -> list[Finding]:
    """Print the findings as they come, and return them."""
    shown = []
    for each in findings:
        line = Text(f"{each.state.value:12}", COLOURS[each.state])
        line.append(f"{each.about:24}", "bold").append(each.says, "default")
        console.print(line, soft_wrap=True)
        if each.mend:
            console.print(Text(f"{'':12}-> {each.mend}", "default"), soft_wrap=True)
        shown.append(each)
    return shown
