"""Commands prove the address that they come from; queries do not."""

import pytest

from shared.core.auth import source_headers
from shared.core.http.source import prove_source
from shared.core.observability import correlation_scope
from shared.core.settings import sections
from shared.core.settings.parameters import ParameterStore

ADDRESS = "203.0.113.7"
SECRET = "the Vault has it too"
NAMED = "SUPABASE_SOURCE_SECRET_PARAMETER"


def request(method, client=(ADDRESS, 0)):
    return method, client[0] if client else ""


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_command_proves_its_address(monkeypatch, method):
    monkeypatch.setenv("SUPABASE_SOURCE_SECRET", SECRET)

    with correlation_scope("id="):
        proved = prove_source(*request(method))

    assert proved == source_headers(ADDRESS, "id=", SECRET) != {}


def test_a_query_proves_nothing_and_reads_no_secret(monkeypatch):
    monkeypatch.setattr(sections, "_parameters", None)
    monkeypatch.setenv(NAMED, "/autocrm/source")

    assert prove_source(*request("GET")) == {}


def test_without_a_secret_nothing_is_proved(monkeypatch):
    monkeypatch.delenv("SUPABASE_SOURCE_SECRET", raising=False)
    monkeypatch.delenv(NAMED, raising=False)

    assert prove_source(*request("POST")) == {}


def test_a_command_goes_on_while_the_secret_cannot_be_read(
    monkeypatch, unused_port, caplog
):
    monkeypatch.setattr(sections, "_parameters", ParameterStore())
    monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(unused_port))
    monkeypatch.setenv(NAMED, "/autocrm/source")

    assert prove_source(*request("POST")) == {}
    assert "could not be read" in caplog.text


def test_without_an_address_the_correlation_id_is_proved(monkeypatch):
    monkeypatch.setenv("SUPABASE_SOURCE_SECRET", SECRET)

    with correlation_scope("id="):
        proved = prove_source(*request("POST", client=None))

    assert proved == source_headers("", "id=", SECRET) != {}
