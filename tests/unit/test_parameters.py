"""Secrets from the Parameter Store: found, remembered for a while, never shown."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.errors import Unavailable
from shared.settings import MissingSetting, WorkerSettings, sections
from shared.settings import parameters as module
from shared.settings.parameters import NoParameter, ParameterStore

NAME = "/autocrm/supabase-secret-key"
URL = "https://abc.supabase.co"


@pytest.fixture
def aws(monkeypatch):
    """An AWS with nothing in it; `stop` takes it away."""
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


def keep(value):
    boto3.client("ssm", region_name="eu-west-1").put_parameter(
        Name=NAME, Value=value, Type="SecureString", Overwrite=True
    )


def test_a_secret_is_read_decrypted_and_remembered(aws):
    keep("first")
    store = ParameterStore()

    assert store.read(NAME) == "first"
    keep("second")
    assert store.read(NAME) == "first"


def test_a_replaced_secret_is_found_when_the_known_one_is_old(aws):
    keep("first")
    store = ParameterStore(max_age=0)
    assert store.read(NAME) == "first"

    keep("second")

    assert store.read(NAME) == "second"


def test_what_is_known_is_good_while_the_store_is_away(aws):
    keep("first")
    store = ParameterStore(max_age=0)
    assert store.read(NAME) == "first"

    aws.stop()

    assert store.read(NAME) == "first"
    with pytest.raises(Unavailable):
        ParameterStore().read(NAME)


def test_a_parameter_that_is_not_there_is_named(aws):
    with pytest.raises(NoParameter, match="ParameterNotFound"):
        ParameterStore().read(NAME)
    with pytest.raises(MissingSetting, match=NAME):
        WorkerSettings.read(
            {"SUPABASE_URL": URL, "SUPABASE_SECRET_KEY_PARAMETER": NAME}
        )


def test_a_setting_comes_from_its_parameter_unless_it_is_there_itself(aws):
    keep("sb_secret_from_the_store")
    named = {"SUPABASE_URL": URL, "SUPABASE_SECRET_KEY_PARAMETER": NAME}

    stored = WorkerSettings.read(named)
    plain = WorkerSettings.read({**named, "SUPABASE_SECRET_KEY": "sb_secret_plain"})

    assert stored.secret_key.get_secret_value() == "sb_secret_from_the_store"
    assert plain.secret_key.get_secret_value() == "sb_secret_plain"
