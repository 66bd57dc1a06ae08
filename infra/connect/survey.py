"""Check everything that a deployment needs, in the order in which it is set up."""

from collections.abc import Iterator, Mapping
from functools import partial

from .account import Account, deployed
from .addresses import confirmed_addresses
from .database import Database
from .findings import Check, Finding, unknown
from .project import Project
from .read_only import WouldChange, open_aws, open_web


def survey(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check the project, the database and the account.

    A check that raises becomes a finding, and the others go on.
    """
    session = open_aws()
    stack = deployed(environment, session)
    api_url = environment.get("PUBLIC_API_URL") or (stack.api_url if stack else None)
    with open_web() as web:
        yield from _safely("project", Project(environment, web).checks)
        yield from _safely("database", Database(environment, api_url).checks)
        addresses = partial(confirmed_addresses, environment, web)
        yield from _safely("confirmed addresses", addresses)
        yield from _safely("account", Account(environment, session, stack).checks)


def exposed_schemas(environment: Mapping[str, str]) -> Finding:
    """Check which schemas the project's Data API serves, as any client could."""
    with open_web() as web:
        return Project(environment, web).exposed_schemas()


def _safely(about: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except WouldChange:
        raise
    except Exception as error:  # noqa: BLE001 (the message may hold an address or a key)
        yield unknown(about, f"the check broke: {type(error).__name__}.")
