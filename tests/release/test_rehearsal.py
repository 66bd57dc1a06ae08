"""`make deploy` and `make rollback`, as far as they go without an account.

Real: SAM's packaging, the Supabase CLI, the database, the smoke test, change sets and
kept releases as moto has them. Not rehearsed: our own template in CloudFormation, which
moto cannot deploy; `sam build`, which tests/build tries; IAM, which moto does not ask.
"""

import re

import boto3
import pytest

from infra.connect import migrations_of
from infra.local.postgres import connected
from infra.release.migrating import versions
from infra.stack import LiveStack, Release

from .conftest import BUCKET

pytestmark = pytest.mark.slow


def live():
    return LiveStack.find(boto3.client("cloudformation"), "rehearsal")


def release():
    return Release.of(live().metadata)


def change(stage, seconds):
    text = stage.template.read_text()
    stage.template.write_text(
        re.sub(r"(VisibilityTimeout): \d+", rf"\1: {seconds}", text)
    )


def timeout():
    sqs = boto3.client("sqs")
    [url] = sqs.list_queues()["QueueUrls"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return asked["Attributes"]["VisibilityTimeout"]


def test_from_nothing_to_a_desk_and_to_the_next_release_and_back(stage):
    first = stage.deploy()
    assert first.returncode == 0, first.stderr + first.stdout
    name = release().name
    change(stage, "240")
    second = stage.deploy()
    assert second.returncode == 0, second.stderr + second.stdout
    after = release()
    was = timeout()
    back = stage.verb("--yes", "rollback")

    assert first.stdout.index("Migrate") < first.stdout.index("Applying migration")
    assert first.stdout.index("Applying migration") < first.stdout.index("Switch")
    assert versions(stage.dsn) == migrations_of()
    assert "Every migration is applied" in second.stdout
    assert "Modify  EventQueue" in second.stdout
    assert (after.previous, after.migration) == (name, migrations_of()[-1])
    assert back.returncode == 0, back.stderr + back.stdout
    assert release().name == name
    assert (was, timeout()) == ("240", "180")
    assert versions(stage.dsn) == migrations_of()
    for told in (first, second, back):
        for secret in ("SUPABASE_DB_URL", "SUPABASE_SECRET_KEY", "WEBHOOK_SECRETS"):
            assert stage.environment[secret] not in told.stdout + told.stderr


def test_a_release_that_never_ran_is_not_gone_back_to(stage, answer):
    stage.deploy().check_returncode()
    first = release().name
    change(stage, "240")
    declined = answer("n", "deploy", f"--built={stage.template}")
    change(stage, "300")
    stage.deploy().check_returncode()

    stage.verb("--yes", "rollback").check_returncode()

    kept = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="releases/")
    assert declined.returncode == 1
    assert kept["KeyCount"] == 3
    assert (release().name, timeout()) == (first, "180")


def test_secrets_are_kept_where_functions_read_them_and_nowhere_else(stage):
    first = stage.deploy()
    first.check_returncode()
    again = stage.deploy(WEBHOOK_SECRETS="another secret")
    again.check_returncode()
    without = stage.deploy(WEBHOOK_SECRETS="", SUPABASE_SECRET_KEY="")

    ssm = boto3.client("ssm")
    place = "/rehearsal/webhook-secrets"
    kept = ssm.get_parameter(Name=place, WithDecryption=True)["Parameter"]
    assert (kept["Value"], kept["Type"]) == ("another secret", "SecureString")
    assert kept["Version"] == 2
    assert f"{place}: kept" in first.stdout
    assert "another secret" not in again.stdout + again.stderr
    stack = boto3.client("cloudformation").describe_stacks(StackName="rehearsal")
    assert "secret" not in str(stack["Stacks"][0]["Parameters"]).replace(place, "")
    assert without.returncode == 1  # ours names other places, where nothing is kept


def test_what_would_lose_something_is_shown_as_such(stage):
    stage.deploy().check_returncode()
    renamed = stage.template.read_text().replace("EventQueue", "OtherQueue")
    stage.template.write_text(renamed)

    said = stage.deploy()

    [line] = [line for line in said.stdout.splitlines() if "Remove" in line]
    assert "EventQueue" in line
    assert "what it holds is lost" in line


def test_a_failed_smoke_test_says_how_to_go_back(stage):
    said = stage.deploy(PUBLIC_API_URL=stage.environment["SUPABASE_URL"])

    assert said.returncode == 1
    assert "WRONG" in said.stdout
    assert "make rollback" in said.stderr


def test_a_migration_that_fails_leaves_the_old_code(stage):
    with connected(stage.dsn) as connection:
        connection.execute("create table public.tickets ()")

    said = stage.deploy()

    assert said.returncode == 1
    assert said.stderr.strip().startswith("Migrate:")
    assert "The old code still runs" in said.stderr
    assert live() is None


def test_what_is_missing_stops_before_anything_is_done(stage):
    said = stage.deploy(WEBHOOK_SECRETS="", SUPABASE_DB_URL="")

    assert said.returncode == 1
    assert "database, WEBHOOK_SECRETS missing" in said.stderr
    assert "2/7" not in said.stdout
    assert versions(stage.dsn) == []


@pytest.mark.parametrize("said", ["n", "", "perhaps"])
def test_without_a_yes_nothing_changes(stage, answer, said):
    refused = answer(said, "deploy", f"--built={stage.template}")

    assert refused.returncode == 1
    assert "it was declined" in refused.stderr
    assert versions(stage.dsn) == []
    assert live() is None


def test_with_a_yes_at_each_question_it_is_done(stage, answer):
    done = answer("y", "deploy", f"--built={stage.template}")

    assert done.returncode == 0, done.stderr
    assert live().status == "CREATE_COMPLETE"


def test_with_nobody_to_ask_nothing_changes(stage):
    said = stage.verb("deploy", f"--built={stage.template}")

    assert said.returncode == 1
    assert "YES=1" in said.stderr
    assert versions(stage.dsn) == []


def test_the_first_release_has_nothing_before_it(stage):
    nothing = stage.verb("--yes", "rollback")
    stage.deploy().check_returncode()
    first = stage.verb("--yes", "rollback")

    assert "rehearsal is not deployed" in nothing.stderr
    assert "is the first release" in first.stderr


def test_nobody_goes_back_two_releases_over_a_newer_database(stage):
    stage.deploy().check_returncode()
    change(stage, "240")
    stage.deploy().check_returncode()
    with connected(stage.dsn) as connection:
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version)"
            " values ('29990101000000')"
        )

    said = stage.verb("--yes", "rollback")

    assert said.returncode == 1
    assert "two releases or more after" in said.stderr
    assert "Nothing was changed" in said.stderr
    assert timeout() == "240"
