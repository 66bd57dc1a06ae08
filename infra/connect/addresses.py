"""Compare how Auth confirms addresses with what the database makes of it."""

from collections.abc import Iterator, Mapping
from typing import Final

import httpx
import psycopg

from .findings import Finding, good, lacking
from .read_only import open_database

ABOUT: Final = "confirmed addresses"
TRUSTED: Final = "select addresses_are_confirmed from private.settings"
TRUST: Final = (
    'as an administrator: PATCH /v1/settings {"addresses_are_confirmed": true}'
)
PAGE: Final = (
    'the project\'s dashboard, Authentication, Sign In: turn "Confirm email" on'
)


def confirmed_addresses(
    environment: Mapping[str, str], web: httpx.Client
) -> Iterator[Finding]:
    """Check that the database trusts addresses if, and only if, Auth confirms them.

    Nothing is found while the project or the migrations are missing, which other
    checks report.
    """
    url = environment.get("SUPABASE_URL", "").rstrip("/")
    dsn = environment.get("SUPABASE_DB_URL", "")
    if not url or not dsn:
        return
    key = environment.get("SUPABASE_PUBLISHABLE_KEY", "")
    try:
        answer = web.get(f"{url}/auth/v1/settings", headers={"apikey": key})
        with open_database(dsn) as connection:
            [(trusted,)] = connection.execute(TRUSTED)
    except (httpx.TransportError, psycopg.Error):
        return
    if answer.is_success:
        yield _finding(answer.json().get("mailer_autoconfirm", True), trusted)


def _finding(autoconfirm: object, trusted: object) -> Finding:
    if autoconfirm and trusted:
        message = (
            "Auth confirms every address unasked, and the database trusts that:"
            " anybody may sign up as anybody."
        )
        return lacking(ABOUT, message, PAGE)
    if autoconfirm:
        message = (
            "Auth confirms every address unasked, so no account is linked to a person"
            " and nobody joins an organization by signing up; a mailed link does it."
        )
        return lacking(ABOUT, message, PAGE, can_wait=True)
    if not trusted:
        message = "Auth confirms addresses, and the database does not know it yet."
        return lacking(ABOUT, message, TRUST, can_wait=True)
    return good(ABOUT)
