import pytest

from functions.health.app import handler
from shared.core.errors import Unavailable
from shared.core.http import get_public_database
from tests.events import http_event, invoke, provided
from tests.fakes import FakeDatabase


@pytest.mark.parametrize(
    ("answer", "status"), [({"status": "ok"}, 200), (Unavailable(), 503)]
)
def test_the_desk_is_open_when_the_database_answers(answer, status):
    database = FakeDatabase({"health": answer})

    with provided(handler, {get_public_database: database}):
        told = invoke(handler, http_event("GET", "/health"))

    assert told.status == status


def test_an_outage_says_when_to_come_back():
    database = FakeDatabase({"health": Unavailable()})

    with provided(handler, {get_public_database: database}):
        told = invoke(handler, http_event("GET", "/health"))

    assert told.problem == "unavailable"
    assert told.headers["retry-after"] == "2"
