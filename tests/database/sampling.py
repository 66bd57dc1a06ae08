"""A call of each function of `api` that one role alone may call."""

from tests.commands import COMMANDS

from .acting import ActingConnection
from .personas import id_of


def sample_calls(db: ActingConnection, role: str) -> list[str]:
    """Return a call of each function of `api` that one role alone may call."""
    functions = db.execute(
        "select proname, proargnames, array(select format_type(kind, null)"
        " from unnest(proargtypes) as kind) from pg_proc"
        " where pronamespace = 'api'::regnamespace and proname = any (%s)",
        [name for name, each in COMMANDS.items() if each.callers == role],
    )
    ticket = db.scalar("select max(number) from public.tickets")
    texts = {"ticket": f"'{ticket}'", "queue": "'support'", "agent": "'me'"}
    samples = {"uuid": f"'{id_of('unknown')}'"}

    def sample(name: str, kind: str) -> str:
        text = texts.get(name) if kind == "text" else samples.get(kind)
        return f"{text or 'null'}::{kind}"

    return [
        f"select api.{function}({', '.join(map(sample, names or (), kinds))})"
        for function, names, kinds in functions
    ]
