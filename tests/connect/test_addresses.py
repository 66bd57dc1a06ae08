"""Whether the database trusts addresses, and whether Auth confirms them."""

import json

import pytest

from infra.connect import State
from infra.connect.addresses import confirmed_addresses
from infra.connect.read_only import open_web
from tests.http_server import Response, http_server

pytestmark = pytest.mark.slow


def finding(dsn, autoconfirm):
    settings = json.dumps({"mailer_autoconfirm": autoconfirm}).encode()
    with http_server(lambda _: Response(200, settings)) as url, open_web() as web:
        environment = {"SUPABASE_URL": url, "SUPABASE_DB_URL": dsn}
        [found] = confirmed_addresses(environment, web)
    return found


@pytest.mark.parametrize(
    ("autoconfirm", "trusted", "state", "can_wait", "text"),
    [
        (False, True, State.OK, False, ""),
        (False, False, State.MISSING, True, "does not know it yet"),
        (True, False, State.MISSING, True, "no account is linked to a person"),
        (True, True, State.MISSING, False, "anybody may sign up as anybody"),
    ],
)
def test_auth_and_the_database_are_compared(
    project_database, autoconfirm, trusted, state, can_wait, text
):
    project_database.breaks(
        f"update private.settings set addresses_are_confirmed = {trusted}"  # noqa: S608
    )

    found = finding(project_database.dsn, autoconfirm)

    assert (found.state, found.can_wait) == (state, can_wait)
    assert text in (found.message or "")


def test_a_project_that_is_not_there_yet_is_for_other_checks(project_database):
    environment = {
        "SUPABASE_URL": "http://127.0.0.1:9",
        "SUPABASE_DB_URL": project_database.dsn,
    }

    with open_web() as web:
        assert list(confirmed_addresses(environment, web)) == []
        assert list(confirmed_addresses({}, web)) == []
