"""Reports on the tickets of all queues."""

from .expectations import Case, Command, any_of
from .template import query

COMMANDS = {
    "get_report": Command(
        Case(
            any_of("reports.read"),
            lambda _: {"kind": "volume", "by_dimension": "day"},
        ),
    ),
}
FUNCTIONS = {"ReportTickets": query()}
