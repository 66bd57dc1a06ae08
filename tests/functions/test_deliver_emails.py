"""Sending mail: through SES's stand-in, past failures, with no words in the log."""

import json
from email import message_from_string
from email.policy import SMTP
from urllib.request import urlopen
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from functions.deliver_emails.app import get_sender, handler
from functions.deliver_emails.use_case import EmailSender
from shared.core.aws.clients import client
from shared.core.errors import Unavailable
from shared.notifications.email import Email, EmailComposer, EmailRejected
from tests.builders import ME, event_row
from tests.events import context
from tests.fakes.postgrest import serving

SENDER = "desk@example.com"


def mail(**given):
    told = {
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
    return told | given


class FakeEmailQueue:
    """`EmailQueue`."""

    def __init__(self, *mails):
        self.waiting = [Email.model_validate(each) for each in mails]
        self.done, self.failures = [], []

    def claim(self):
        batch, self.waiting = self.waiting[:2], self.waiting[2:]
        return batch

    def sent(self, mail):
        self.done.append(mail.id)

    def failed(self, mail, error, *, for_good=False):
        self.failures.append((mail.id, error, for_good))
        return for_good

    def forget(self):
        return 0


class FakeMailer:
    """`Mailer`; answers in turn, then yes."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []

    def send(self, message):
        if self.answers and (refusal := self.answers.pop(0)):
            raise refusal
        self.sent.append(message["To"])


def sender(queue, *answers):
    return EmailSender(queue, EmailComposer(SENDER), FakeMailer(*answers))


def test_everything_due_is_sent():
    queue = FakeEmailQueue(*(mail() for _ in range(5)))

    assert sender(queue).run(lambda: 60_000) == 5
    assert len(queue.done) == 5


def test_it_stops_before_time_is_out():
    queue = FakeEmailQueue(*(mail() for _ in range(5)))
    left = iter([60_000, 40_000, 33_000, 31_000])

    assert sender(queue).run(lambda: next(left)) == 3
    assert len(queue.done) == 3


def test_one_refused_mail_holds_up_no_other():
    queue = FakeEmailQueue(mail(), mail(), mail(address="nowhere"), mail())

    assert sender(queue, EmailRejected("MessageRejected")).run(lambda: 60_000) == 2
    assert [failure[1:] for failure in queue.failures] == [
        ("MessageRejected", False),
        ("invalid address", True),
    ]


def test_an_outage_ends_the_run():
    queue = FakeEmailQueue(mail(), mail(), mail())

    with pytest.raises(Unavailable):
        sender(queue, None, Unavailable()).run(lambda: 60_000)

    assert len(queue.done) == len(queue.failures) == len(queue.waiting) == 1


@pytest.fixture
def ses(monkeypatch):
    """The stand-in for SES, which has verified the sender; returns what was sent."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    environment = {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "MAIL_FROM": f"Desk <{SENDER}>",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    get_sender.cache_clear()
    ses = boto3.client("sesv2", region_name="eu-west-1", endpoint_url=url)
    ses.create_email_identity(EmailIdentity=SENDER)

    def sent():
        with urlopen(f"{url}/moto-api/data.json") as answer:  # noqa: S310
            return json.load(answer)["ses"].get("RawMessage", [])

    yield sent
    ses.close()
    server.stop()
    client.cache_clear()
    get_sender.cache_clear()


@pytest.fixture
def rest(monkeypatch):
    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_worker")
        yield fake


@pytest.mark.slow
def test_mail_leaves_through_ses_and_is_marked(ses, rest, capsys):
    due = mail()
    rest.answers = [(200, [due]), (204, None), (200, []), (200, 3)]

    told = handler({}, context(milliseconds=60_000))

    assert told == {"sent": 1, "forgotten": 3}
    assert [asked.function for asked in rest.asked] == [
        "claim_emails",
        "record_email_sent",
        "claim_emails",
        "delete_old_notifications",
    ]
    assert rest.asked[1].arguments == {"email": due["id"]}
    [sent] = ses()
    assert sent["source"] == SENDER
    assert "ida@example.com" in sent["destinations"]
    message = message_from_string(sent["raw_data"], policy=SMTP)
    assert message["Subject"] == "[#1042] Kötbullar"
    assert "> Så är det." in message.get_content()
    log = capsys.readouterr().out
    assert not [word for word in ("ida@", "Ida", "Kötbullar") if word in log]


@pytest.mark.slow
def test_mail_that_ses_refuses_is_put_off_by_its_code(ses, rest, monkeypatch, capsys):
    monkeypatch.setenv("MAIL_FROM", "somebody@example.org")
    rest.answers = [(200, [mail()]), (200, False), (200, []), (200, 0)]

    told = handler({}, context(milliseconds=60_000))

    assert told == {"sent": 0, "forgotten": 0}
    assert rest.asked[1].function == "record_email_failure"
    assert rest.asked[1].arguments["error"] == "MessageRejected"
    assert rest.asked[1].arguments["permanent"] is False
    assert "example.org" not in capsys.readouterr().out
