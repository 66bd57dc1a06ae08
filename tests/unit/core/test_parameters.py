"""Secrets from the Parameter Store: read, cached for a while, never shown."""

import sys

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.core.errors import Unavailable
from shared.core.settings import (
    MissingSetting,
    SourceSettings,
    WorkerSettings,
    sections,
)
from shared.core.settings import readers as module
from shared.core.settings.parameters import ParameterStore
from shared.core.settings.readers import NoParameter
from tests.fakes import fake_extension
from tests.http_server import Response

NAME = "/autocrm/supabase-secret-key"
URL = "https://abc.supabase.co"


@pytest.fixture
def moto(monkeypatch):
    """A Parameter Store with nothing in it; `stop` takes it away."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    module._client.cache_clear()
    monkeypatch.setattr(sections, "_parameters", ParameterStore())
    boto3.client("ssm", region_name="eu-west-1").delete_parameters(Names=[NAME])
    yield server
    server.stop()
    module._client.cache_clear()


def store(value):
    boto3.client("ssm", region_name="eu-west-1").put_parameter(
        Name=NAME, Value=value, Type="SecureString", Overwrite=True
    )


def test_a_secret_is_read_decrypted_and_cached(moto):
    store("first")
    parameters = ParameterStore()

    assert parameters.read(NAME) == "first"
    store("second")
    assert parameters.read(NAME) == "first"


def test_a_replaced_secret_is_read_when_the_cached_one_is_old(moto):
    store("first")
    parameters = ParameterStore(max_age=0)
    assert parameters.read(NAME) == "first"

    store("second")

    assert parameters.read(NAME) == "second"


def test_a_cached_secret_is_used_during_an_outage(moto):
    store("first")
    parameters = ParameterStore(max_age=0)
    assert parameters.read(NAME) == "first"

    moto.stop()

    assert parameters.read(NAME) == "first"
    with pytest.raises(Unavailable):
        ParameterStore().read(NAME)


def test_a_missing_parameter_is_named(moto):
    with pytest.raises(NoParameter, match="ParameterNotFound"):
        ParameterStore().read(NAME)
    with pytest.raises(MissingSetting, match=NAME):
        WorkerSettings.read(
            {"SUPABASE_URL": URL, "SUPABASE_SECRET_KEY_PARAMETER": NAME}
        )


def test_a_variable_goes_before_its_parameter(moto):
    store("sb_secret_from_the_store")
    named = {"SUPABASE_URL": URL, "SUPABASE_SECRET_KEY_PARAMETER": NAME}

    stored = WorkerSettings.read(named)
    plain = WorkerSettings.read({**named, "SUPABASE_SECRET_KEY": "sb_secret_plain"})

    assert stored.secret_key.get_secret_value() == "sb_secret_from_the_store"
    assert plain.secret_key.get_secret_value() == "sb_secret_plain"


@pytest.fixture
def extension(monkeypatch):
    """AWS's extension beside a function, as its user guide describes it."""
    with fake_extension() as served:
        monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(served.port))
        monkeypatch.setenv("AWS_SESSION_TOKEN", "ours")
        yield served


def test_a_function_reads_from_the_extension_and_needs_no_boto3(extension, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    extension.parameters[NAME] = "kept & found"

    assert ParameterStore().read(NAME) == "kept & found"
    assert extension.tokens == ["ours"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"Code": "ParameterNotFound"}', NoParameter),
        (403, b"", NoParameter),
        (400, b"not ready to serve traffic, please wait", Unavailable),
        (500, b"", Unavailable),
    ],
)
def test_an_outage_of_the_extension_differs_from_a_refusal(
    extension, status, body, error
):
    extension.response = Response(status, body)

    with pytest.raises(error):
        ParameterStore().read(NAME)


def test_a_missing_extension_is_an_outage(monkeypatch, unused_port):
    monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(unused_port))

    with pytest.raises(Unavailable):
        ParameterStore().read(NAME)


def test_a_setting_without_a_parameter_has_its_default(extension):
    named = {"SUPABASE_SOURCE_SECRET_PARAMETER": ""}

    assert SourceSettings.read(named).source_secret.get_secret_value() == ""
    assert extension.tokens == []
