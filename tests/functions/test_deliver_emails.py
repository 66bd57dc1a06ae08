"""Sending due email: past failures, and with nothing personal in the log."""

import json
from email import message_from_string
from email.policy import SMTP
from urllib.request import urlopen
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto.server import ThreadedMotoServer

from functions.deliver_emails.app import get_sender, handler
from shared.core.aws import client
from shared.core.errors import Unavailable
from tests.builders import ME, event_row
from tests.events import context
from tests.fakes import SETTINGS, VOID, aws_error, in_turn

SENDER = "desk@example.com"


def email(**given):
    row = {
        "id": str(uuid4()),
        "attempt": 1,
        "person_id": str(uuid4()),
        "address": "ida@example.com",
        "name": "Ida",
        "ticket_id": str(uuid4()),
        "number": 1042,
        "subject": "Kötbullar",
        "names": {str(ME): "Ada"},
        "statuses": {},
        "happened": [{"event": event_row("TICKET_COMMENTED"), "words": "Så är det."}],
    }
    return row | given


def due(rest, *batches):
    """Let email be due, a batch a claim."""
    rest.results |= {
        "claim_emails": in_turn(*batches, []),
        "record_email_sent": VOID,
        "record_email_failure": False,
        "delete_old_notifications": 0,
    }


def test_everything_due_is_sent(rest, aws):
    emails = [email() for _ in range(5)]
    due(rest, emails[:2], emails[2:4], emails[4:])

    assert handler({}, context(60_000)) == {"sent": 5, "forgotten": 0}

    sent = [each["email"] for each in rest.arguments("record_email_sent")]
    assert sent == [each["id"] for each in emails]
    assert len(aws.arguments("send_email")) == 5


def test_it_stops_before_time_is_out(rest, aws):
    due(rest, *([email()] for _ in range(5)))

    assert handler({}, context(60_000, 40_000, 33_000, 31_000))["sent"] == 3
    assert rest.arguments("claim_emails") == [{"max_items": 1}] * 3
    assert len(aws.arguments("send_email")) == 3


def test_a_rejected_email_holds_up_no_other(rest, aws):
    first, rejected, nowhere = email(), email(attempt=3), email(address="nowhere")
    due(rest, [first, rejected, nowhere])
    aws.results["send_email"] = in_turn({}, aws_error("MessageRejected"))

    assert handler({}, context(60_000))["sent"] == 1

    assert rest.arguments("record_email_failure") == [
        {
            "email": rejected["id"],
            "attempt": 3,
            "error": "MessageRejected",
            "permanent": False,
        },
        {
            "email": nowhere["id"],
            "attempt": 1,
            "error": "invalid address",
            "permanent": True,
        },
    ]


# What SES v2's SendEmail and every service may say, and what becomes of an email.
SES_CODES = {
    "AccountSuspendedException": "stop",
    "SendingPausedException": "stop",
    "MailFromDomainNotVerifiedException": "stop",
    "NotFoundException": "stop",
    "LimitExceededException": "stop",
    "TooManyRequestsException": "stop",
    "Throttling": "stop",
    "ThrottlingException": "stop",
    "InternalFailure": "stop",
    "InternalServiceErrorException": "stop",
    "ServiceUnavailable": "stop",
    "RequestTimeout": "stop",
    "AccessDeniedException": "stop",
    "ExpiredTokenException": "stop",
    "InvalidClientTokenId": "stop",
    "SignatureDoesNotMatch": "stop",
    "UnrecognizedClientException": "stop",
    "MessageRejected": "later",
    "Unheard": "later",
    "BadRequestException": "never",
    "ValidationException": "never",
}


@pytest.mark.parametrize(("code", "verdict"), SES_CODES.items())
def test_each_error_of_ses_stops_all_mail_or_delays_or_ends_one(
    rest, aws, code, verdict
):
    first, second = email(), email()
    due(rest, [first], [second])
    aws.results["send_email"] = in_turn(aws_error(code), {})

    if verdict == "stop":
        with pytest.raises(Unavailable):
            handler({}, context(60_000))
    else:
        assert handler({}, context(60_000))["sent"] == 1

    [failure] = rest.arguments("record_email_failure")
    assert failure["email"] == first["id"]
    assert failure["permanent"] is (verdict == "never")
    assert failure["error"] == ("unavailable" if verdict == "stop" else code)


def test_email_is_claimed_one_at_a_time(rest, aws):
    due(rest, [email()], [email()])

    handler({}, context(60_000))

    assert rest.arguments("claim_emails") == [{"max_items": 1}] * 3


@pytest.mark.parametrize(
    "outage",
    [
        EndpointConnectionError(endpoint_url="http://ses"),
        aws_error("Unheard", 503),
    ],
)
def test_an_outage_ends_the_run(rest, aws, outage):
    first, second, third = (email() for _ in range(3))
    due(rest, [first, second, third])
    aws.results["send_email"] = in_turn({}, outage)

    with pytest.raises(Unavailable):
        handler({}, context(60_000))

    assert rest.arguments("record_email_sent") == [{"email": first["id"]}]
    [failure] = rest.arguments("record_email_failure")
    assert (failure["email"], failure["error"]) == (second["id"], "unavailable")
    assert len(aws.arguments("send_email")) == 2


@pytest.fixture
def ses(monkeypatch):
    """SES as moto has it, with a verified sender; returns what was sent."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    environment = SETTINGS | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    ses = boto3.client("sesv2", region_name="eu-west-1", endpoint_url=url)
    ses.create_email_identity(EmailIdentity=SENDER)

    def sent():
        with urlopen(f"{url}/moto-api/data.json") as answer:  # noqa: S310
            return json.load(answer)["ses"].get("RawMessage", [])

    yield sent
    ses.close()
    server.stop()
    client.cache_clear()


@pytest.fixture(autouse=True)
def wiring():
    """Wire the sender anew: a test may have another `MAIL_FROM`."""
    get_sender.cache_clear()
    yield
    get_sender.cache_clear()


@pytest.mark.slow
def test_email_is_sent_through_ses_and_recorded(ses, rest, capsys):
    one = email()
    due(rest, [one])
    rest.results["delete_old_notifications"] = 3

    result = handler({}, context(60_000))

    assert result == {"sent": 1, "forgotten": 3}
    assert rest.functions == [
        "claim_emails",
        "record_email_sent",
        "claim_emails",
        "delete_old_notifications",
    ]
    [sent] = ses()
    assert sent["source"] == SENDER
    assert "ida@example.com" in sent["destinations"]
    message = message_from_string(sent["raw_data"], policy=SMTP)
    assert message["Subject"] == "[#1042] Kötbullar"
    assert "> Så är det." in message.get_content()
    log = capsys.readouterr().out
    assert not [word for word in ("ida@", "Ida", "Kötbullar") if word in log]


@pytest.mark.slow
def test_email_that_ses_rejects_is_retried_later(ses, rest, monkeypatch, capsys):
    monkeypatch.setenv("MAIL_FROM", "somebody@example.org")
    due(rest, [email()])

    result = handler({}, context(60_000))

    assert result == {"sent": 0, "forgotten": 0}
    [failure] = rest.arguments("record_email_failure")
    assert (failure["error"], failure["permanent"]) == ("MessageRejected", False)
    assert "example.org" not in capsys.readouterr().out
