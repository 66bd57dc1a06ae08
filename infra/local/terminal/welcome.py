"""What `make dev` says once the desk is open."""

from rich.console import Console
from rich.table import Table

from infra.local.stack import Desk

PEOPLE = ("customer", "customer2", "agent", "agent2", "lead", "admin")
_console = Console(highlight=False, soft_wrap=True)

_TRY_IT = """\
TOKEN=$(curl -s '{supabase}/auth/v1/token?grant_type=password' -H 'apikey: {key}' \
-H 'content-type: application/json' \
-d '{{"email":"customer@example.com","password":"{password}"}}' \
| sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
curl -sw '\\n' {api}/v1/tickets -H "authorization: Bearer $TOKEN" \
-H 'content-type: application/json' \
-d '{{"subject":"The printer is on fire","body":"It says PC LOAD LETTER."}}'
curl -sw '\\n' {api}/v1/tickets -H "authorization: Bearer $TOKEN"
"""


def say(sentence: str) -> None:
    """One line to the terminal."""
    _console.print(sentence, markup=False)


def welcome(desk: Desk) -> None:
    """Addresses, people and three commands to paste."""
    table = Table.grid(padding=(0, 2))
    for name, value in _rows(desk):
        table.add_row(f"[bold]{name}[/]", value)
    _console.print("\n[bold green]The desk is open.[/] Ctrl-C closes it.\n")
    _console.print(table)
    _console.print("\nTry it in another terminal:\n")
    # Plainly, so that a line can be pasted as it stands.
    print(try_it(desk))


def try_it(desk: Desk) -> str:
    """Sign in, open a ticket, list my tickets: three lines for any shell."""
    return _TRY_IT.format(
        supabase=desk.supabase_url,
        key=desk.supabase_publishable_key,
        password=desk.demo_password,
        api=desk.api_url,
    )


def _rows(desk: Desk) -> list[tuple[str, str]]:
    people = ", ".join(f"{person}@example.com" for person in PEOPLE)
    return [
        ("API", desk.api_url),
        ("Documentation", f"{desk.api_url}/docs"),
        ("Supabase", desk.supabase_url),
        ("Database", "make env  (DATABASE_URL)"),
        ("People", people),
        ("Their password", desk.demo_password),
    ]
