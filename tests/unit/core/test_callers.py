"""What another deployment overrides: how callers are found, and their repositories."""

from typing import Annotated

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.core.http import (
    CallersDatabase,
    create_app,
    get_authenticator,
    provide,
    provider,
)


class Health:
    def __init__(self, database):
        self.database = database

    def read(self):
        return self.database.call("health", {})


@pytest.fixture
def app(rest):
    rest.results["health"] = "from the database"
    app: FastAPI = create_app()

    @app.get("/direct")
    async def direct(database: CallersDatabase) -> str:
        return database.call("health", {})

    @app.get("/provided")
    async def provided(health: Annotated[Health, provide(Health)]) -> str:
        return health.read()

    return app


def test_another_authenticator_is_used_for_the_callers_token(rest, app):
    class Cookie:
        def authenticate(self, authorization):
            return "token-of-a-cookie"

    app.dependency_overrides[get_authenticator] = Cookie

    with TestClient(app) as client:
        client.get("/direct")

    assert rest.calls[0].headers["authorization"] == "Bearer token-of-a-cookie"


def test_another_repository_takes_the_place_of_one_that_is_provided(rest, app):
    class Cached:
        def read(self):
            return "from a cache"

    app.dependency_overrides[provider(Health)] = Cached

    with TestClient(app) as client:
        assert client.get("/provided").json() == "from a cache"
    assert not rest.calls
