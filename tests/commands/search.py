"""Search over tickets and comments."""

from .expectations import ANYBODY, Case, Command, unrelated
from .template import job, query

COMMANDS = {
    "search": Command(Case(ANYBODY, lambda _: {"q": "printer"})),
    "rebuild_search": Command(callers="service_role", step=unrelated),
}
FUNCTIONS = {"Search": query(), "RebuildSearch": job(at_once=1, seconds=60)}
