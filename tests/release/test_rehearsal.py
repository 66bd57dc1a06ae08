"""`make deploy` and `make rollback`, as far as they go without an account.

Real: SAM's change sets and uploads, the Supabase CLI, the database, the smoke test. AWS
is moto. Not rehearsed: our own template in CloudFormation, which moto cannot deploy;
`sam build`, which tests/build runs; IAM, which moto does not check.
"""

import re

import boto3
import pytest

from infra.connect import applied, edited, migrations_of
from infra.local.postgres import connected
from infra.release.releases import Release
from infra.stack import LiveStack, deployed_template
from infra.supabase_cli import SupabaseCli

from .conftest import BUCKET

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
EDITED = migrations_of()[1]
ROTATED = "another secret"
SECRETS = ("SUPABASE_DB_URL", "SUPABASE_SECRET_KEY", "WEBHOOK_SECRETS")


def live():
    return LiveStack.find(boto3.client("cloudformation"), "rehearsal")


def release():
    return Release.of(deployed_template(boto3.client("cloudformation"), "rehearsal"))


def versions(stage):
    with connected(stage.dsn) as connection:
        return applied(connection)


def change(stage, seconds):
    text = stage.template.read_text()
    stage.template.write_text(
        re.sub(r"(VisibilityTimeout): \d+", rf"\1: {seconds}", text)
    )


def timeout():
    sqs = boto3.client("sqs")
    [url] = sqs.list_queues()["QueueUrls"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return found["Attributes"]["VisibilityTimeout"]


def stored(path):
    ssm = boto3.client("ssm")
    found = ssm.get_parameter(Name=path, WithDecryption=True)["Parameter"]
    return found["Value"], found["Type"]


def parameters():
    [stack] = boto3.client("cloudformation").describe_stacks()["Stacks"]
    pairs = stack["Parameters"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in pairs}


def test_from_nothing_to_a_release_and_to_the_next_one_and_back(stage):
    nothing = stage.verb("rollback", "--yes")
    first = stage.deploy()
    assert first.returncode == 0, first.stderr + first.stdout
    before, only = release(), stage.verb("rollback", "--yes")
    change(stage, "240")
    second = stage.deploy(MAIL_FROM="", WEBHOOK_SECRETS=ROTATED)
    assert second.returncode == 0, second.stderr + second.stdout
    after, deployed = release(), timeout()
    back = stage.verb("rollback", "--yes")

    assert "rehearsal was not deployed" in nothing.stderr
    assert "is the first release" in only.stderr
    assert first.stdout.index("supabase db push") < first.stdout.index("+ Add")
    assert versions(stage) == migrations_of()
    assert re.search(r"\* Modify +EventQueue", second.stdout)
    assert after.previous == f"s3://{BUCKET}/rehearsal/{before.name}.template"
    assert after.migration == migrations_of()[-1]
    assert back.returncode == 0, back.stderr + back.stdout
    assert release() == before
    assert (deployed, timeout()) == ("240", "180")
    assert stored("/rehearsal/webhook-secrets") == (ROTATED, "SecureString")
    for done in (first, second, back):
        for secret in (ROTATED, *map(stage.environment.get, SECRETS)):
            assert secret not in done.stdout + done.stderr
    assert ROTATED not in str(parameters())
    assert parameters()["MailFrom"] == stage.environment["MAIL_FROM"]


def test_a_second_stack_beside_the_first_touches_nothing_of_it(stage, pushed):
    stage.deploy().check_returncode()
    first, secrets = release(), stored("/rehearsal/webhook-secrets")
    sibling = {"STACK_NAME": "rehearsal-2", "WEBHOOK_SECRETS": ROTATED}
    change(stage, "240")

    second = stage.deploy(**sibling)
    back = stage.verb("rollback", "--yes", **sibling)

    assert second.returncode == 0, second.stderr + second.stdout
    assert "is the first release" in back.stderr
    assert stored("/rehearsal-2/webhook-secrets") == (ROTATED, "SecureString")
    assert (release(), stored("/rehearsal/webhook-secrets")) == (first, secrets)


def test_a_person_is_asked_and_what_they_decline_is_never_gone_back_to(stage, answer):
    accepted = answer("y")
    assert accepted.returncode == 0, accepted.stdout
    first = release()
    change(stage, "240")
    declined = answer("n")
    unchanged = (release(), timeout())
    change(stage, "300")
    stage.deploy().check_returncode()

    assert declined.returncode == 1
    assert "it was declined" in declined.stdout
    assert unchanged == (first, "180")
    assert release().previous.endswith(f"/{first.name}.template")


def test_what_would_be_deleted_is_shown_and_a_failed_smoke_test_says_how_to_go_back(
    stage, pushed
):
    stage.deploy().check_returncode()
    renamed = stage.template.read_text().replace("EventQueue", "OtherQueue")
    stage.template.write_text(renamed)
    second = stage.deploy(PUBLIC_API_URL=stage.environment["SUPABASE_URL"])
    deployed = release()
    with connected(stage.dsn) as connection:
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version)"
            " values ('29990101000000')"
        )

    refused = stage.verb("rollback", "--yes")

    assert re.search(r"- Delete +EventQueue +AWS::SQS::Queue", second.stdout)
    assert second.returncode == 1
    assert "failed  strangers are refused" in second.stdout
    assert "make rollback" in second.stderr
    assert refused.returncode == 1
    assert "two releases or more after" in refused.stderr  # nobody goes back so far
    assert "Nothing was changed" in refused.stderr
    assert release() == deployed


def test_a_migration_that_fails_leaves_the_old_code(stage):
    with connected(stage.dsn) as connection:
        connection.execute("create table public.tickets ()")

    done = stage.deploy()

    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-2].startswith("Migrate:")
    assert "The old code still runs" in done.stderr
    assert live() is None


def test_what_is_missing_stops_before_anything_is_done(stage):
    done = stage.deploy(WEBHOOK_SECRETS="", SUPABASE_DB_URL="")

    assert done.returncode == 1
    assert "database, WEBHOOK_SECRETS" in done.stderr
    assert "2/5" not in done.stdout
    assert versions(stage) == []


@pytest.mark.parametrize(
    "remedy",
    [("db", "reset"), ("migration", "repair", "--status", "applied", EDITED)],
)
def test_an_edited_migration_stops_before_anything_is_done(stage, pushed, remedy):
    with connected(stage.dsn) as connection:
        connection.execute(
            "update supabase_migrations.schema_migrations"
            " set statements[1] = 'select 1' where version = %s",
            [EDITED],
        )

    done = stage.deploy()
    SupabaseCli(stage.dsn).run(*remedy, "--yes").check_returncode()

    assert done.returncode == 1
    assert f"edited after this database ran them: {EDITED}_" in done.stdout
    assert "supabase db reset --remote" in done.stdout
    assert "not ready: migrations." in done.stderr
    assert "2/5" not in done.stdout
    assert live() is None
    with connected(stage.dsn) as connection:
        assert edited(connection) == []


@pytest.mark.parametrize("key", ["n", ""])
def test_without_a_yes_nothing_changes(stage, answer, key):
    declined = answer(key)

    assert declined.returncode == 1
    assert "Migrate:" in declined.stdout
    assert versions(stage) == []
    assert live() is None


def test_without_a_terminal_nothing_changes(stage):
    done = stage.verb("deploy", f"--built={stage.template}")

    assert done.returncode == 1
    assert versions(stage) == []
    assert live() is None
