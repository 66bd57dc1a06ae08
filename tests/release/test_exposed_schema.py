"""A deployment stops after its migrations until clients reach `api` and no table."""

import httpx
import pytest

from infra.connect import survey
from infra.release.deploy import require_exposed_schema
from infra.release.steps import Stopped

PROJECT = {"SUPABASE_URL": "https://abc.supabase.co", "SUPABASE_PUBLISHABLE_KEY": "k"}


def serve(monkeypatch, schema):
    """Answer as a migrated project whose Data API serves one schema."""

    def answer(request):
        asked = request.headers.get("accept-profile", schema)
        missing = schema != "api" and "rpc" in request.url.path
        return httpx.Response(406 if asked != schema else 404 if missing else 200)

    web = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(survey, "open_web", lambda: web)


def test_functions_alone_may_be_reached(monkeypatch):
    serve(monkeypatch, "api")

    require_exposed_schema(PROJECT)


@pytest.mark.parametrize("schema", ["public", "graphql_public"])
def test_other_settings_stop_the_deployment_and_name_their_page(monkeypatch, schema):
    serve(monkeypatch, schema)

    with pytest.raises(Stopped, match=r"expose the schema api.*abc/settings/api$"):
        require_exposed_schema(PROJECT)
