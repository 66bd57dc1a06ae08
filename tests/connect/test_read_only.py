"""`make connect` changes nothing: its clients refuse whatever is not a read."""

import re
from urllib.parse import urlsplit

import psycopg
import pytest

from infra.connect import WouldChange
from infra.connect.read_only import open_aws, open_database, open_web
from infra.supabase_cli import SupabaseCli, encryption, without_password
from tests.http_server import Response, http_server


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_http_only_reads(method):
    with open_web() as web, pytest.raises(WouldChange, match=f"{method} /x"):
        web.request(method, "http://127.0.0.1:9/x")


def test_a_redirect_does_not_get_our_keys():
    elsewhere = Response(302, headers={"Location": "http://127.0.0.1:9/"})

    with http_server(lambda _: elsewhere) as url, open_web() as web:
        answer = web.get(url)

    assert answer.status_code == 302


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "delete from public.tickets",
        "create table public.odd ()",
        "select vault.create_secret('a', 'b')",
        "select api.close_solved_tickets()",
    ],
)
def test_a_database_only_reads(project_database, statement):
    with (
        open_database(project_database.dsn) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute(statement)


def test_aws_is_only_asked(aws):
    session = open_aws()

    assert session.client("sqs").list_queues()
    assert session.client("s3").list_buckets()["Buckets"] == []
    with pytest.raises(WouldChange, match="s3:CreateBucket"):
        session.client("s3").create_bucket(Bucket="new-bucket")
    with pytest.raises(WouldChange, match="cloudformation:CreateChangeSet"):
        session.client("cloudformation").create_change_set(
            StackName="a", ChangeSetName="b", TemplateBody="{}"
        )
    assert session.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.slow
def test_the_advisors_only_read(project_database, node_modules):
    project_database.breaks("delete from supabase_migrations.schema_migrations")

    done = SupabaseCli(project_database.dsn, read_only=True).run("db", "push", "--yes")

    assert done.returncode == 1
    assert "read-only transaction" in done.stderr


@pytest.mark.slow
def test_a_wrong_password_opens_nothing_and_is_not_shown(
    project_database, node_modules
):
    wrong = re.sub(r":[0-9a-f]+@", ":a-wrong-one@", project_database.dsn)

    done = SupabaseCli(wrong, read_only=True).run("migration", "list")

    assert done.returncode == 1
    assert "a-wrong-one" not in done.stdout + done.stderr


def test_nothing_crosses_a_network_in_the_clear(monkeypatch):
    monkeypatch.delenv("PGSSLMODE", raising=False)

    assert encryption("db.abc.supabase.co") == "require"
    assert encryption("127.0.0.1") == "prefer"


def test_the_address_that_is_shown_has_no_password():
    place = "db.example.com:5432/postgres?x=1"
    dsn = f"postgresql://postgres:p%40ss@{place}"  # pragma: allowlist secret

    shown = without_password(urlsplit(dsn))

    assert shown == f"postgresql://postgres@{place}"
