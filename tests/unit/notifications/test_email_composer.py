"""Email: its text, its threads, and that no ticket adds a header to it."""

from email import message_from_bytes
from email.policy import SMTP
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.core.events import EVENT_CLASSES
from shared.notifications.email import (
    Email,
    EmailComposer,
    EmailEvent,
    InvalidAddress,
    sentence,
)
from tests.builders import ME, SOMEBODY, event

TICKET = UUID("2f0f4b4e-6c8e-4d0c-9a51-0b6a2f8d1c77")
LABELS = {"new": "Received", "open": "In progress", "on_hold": "In progress"}
COMPOSER = EmailComposer("Desk <desk@example.com>", "https://help.example.com/{number}")


def email_event(kind="TICKET_COMMENTED", words=None, **given) -> EmailEvent:
    return EmailEvent(event=event(kind, **given), words=words)


def email(*happened, **given) -> Email:
    fields = {
        "id": uuid4(),
        "attempt": 1,
        "person_id": SOMEBODY,
        "address": "ida@example.com",
        "name": "Ida",
        "ticket_id": TICKET,
        "number": 1042,
        "subject": "The invoice shows the wrong address",
        "names": {ME: "Ada"},
        "statuses": LABELS,
        "happened": list(happened) or [email_event()],
    }
    return Email.model_validate(fields | given)


def read(message):
    """The message as a mail program reads it from the wire."""
    return message_from_bytes(message.as_bytes(), policy=SMTP)


def text_of(*happened, **given) -> str:
    body = read(COMPOSER.compose(email(*happened, **given))).get_body()
    return body.get_content().replace("\r\n", "\n")


def test_an_email_names_the_ticket_and_says_what_happened():
    composed = COMPOSER.compose(email(email_event(words="It is fixed.\n\nSorry!")))

    message = read(composed)

    assert message["Subject"] == "[#1042] The invoice shows the wrong address"
    assert message["To"] == "Ida <ida@example.com>"
    assert message["From"] == "Desk <desk@example.com>"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == (
        "Hello Ida,\n"
        "\n"
        "Ada replied:\n"
        "\n"
        "> It is fixed.\n"
        ">\n"
        "> Sorry!\n"
        "\n"
        "-- \n"
        "Ticket #1042: The invoice shows the wrong address\n"
        "https://help.example.com/1042\n"
        "Please answer at the desk: nobody reads replies to this message.\n"
    )


def test_automatic_replies_are_suppressed():
    message = COMPOSER.compose(email())

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"


def test_an_email_sent_twice_is_one_message_and_a_ticket_one_thread():
    first, second = email(), email()

    again = [COMPOSER.compose(first)["Message-ID"] for _ in range(2)]
    emails = [COMPOSER.compose(each) for each in (first, second)]

    assert again == [f"<{first.id}@example.com>"] * 2
    assert emails[0]["Message-ID"] != emails[1]["Message-ID"]
    thread = f"<ticket-{TICKET}@example.com>"
    assert [each["References"] for each in emails] == [thread, thread]
    assert [each["In-Reply-To"] for each in emails] == [thread, thread]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (email_event("TICKET_CREATED", "Help!"), "Ada opened the ticket:\n\n> Help!"),
        (email_event(words="Yes."), "Ada replied:\n\n> Yes."),
        (email_event(is_internal=True), "Ada took an internal note."),
        (
            email_event("TICKET_COMMENT_REDACTED"),
            "Ada took the words out of a comment.",
        ),
        (
            email_event("TICKET_FOLLOWED_UP"),
            "Ada replied to this closed ticket, in its follow-up #1043.",
        ),
        (
            email_event("TICKET_STATUS_CHANGED"),
            "Ada changed the status from Received to In progress.",
        ),
        (
            email_event(
                "TICKET_STATUS_CHANGED",
                before={"status": "open", "category": "open"},
                after={"status": "on_hold", "category": "on_hold", "reason": "Parts"},
            ),
            "Ada updated the status: In progress (Parts).",
        ),
        (
            email_event("TICKET_STATUS_CHANGED", actor_id=None),
            "The desk changed the status from Received to In progress.",
        ),
        (email_event("TICKET_ASSIGNED"), "Ada took the ticket."),
        (
            email_event("TICKET_ASSIGNED", after={"assignee_id": str(SOMEBODY)}),
            "Ada gave the ticket to you.",
        ),
        (
            email_event("TICKET_ASSIGNED", after={"assignee_id": str(uuid4())}),
            "Ada gave the ticket to somebody.",
        ),
        (
            email_event("TICKET_ASSIGNED", after={"assignee_id": None}),
            "Ada put the ticket back into its queue.",
        ),
        (
            email_event("TICKET_REPLY_TAKEN_OVER", is_internal=True),
            "Ada took over the reply.",
        ),
        (email_event("TICKET_UPDATED"), "Ada changed the priority."),
        (
            email_event(
                "TICKET_UPDATED", before={"data": {}}, after={"data": {"a": 1}}
            ),
            "Ada changed the details.",
        ),
        (email_event(actor_id=str(uuid4()), words="Hm."), "Somebody replied:\n\n> Hm."),
    ],
)
def test_every_event_is_a_sentence(event, sentence):
    assert f"\n\n{sentence}\n\n" in text_of(event)


def test_several_events_come_in_their_order():
    text = text_of(*(email_event(words=f"Part {number}.") for number in range(20)))

    positions = [text.index(f"> Part {number}.") for number in range(20)]
    assert positions == sorted(positions)


def test_a_long_comment_is_cut():
    text = text_of(email_event(words="word " * 5000))

    assert len(text) < 5000
    assert " ..." in text


@pytest.mark.parametrize("kind", EVENT_CLASSES)
def test_there_are_words_for_every_class_of_event(kind):
    missing = "give it a function in shared/notifications/email/wording.py"

    assert sentence.dispatch(kind) is not sentence.dispatch(object), missing


nasty = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text(
    # What headers and encoded words are made of.
    st.sampled_from('=?_QqBbutf-8 .0DA\r\n<>@,"();:\\\u00e9\u2028\0'),
    max_size=40,
)


@example(subject="", name="=??Q?=0D0")  # read as an encoded line break
@example(subject="a\r\nBcc: x@example.com", name="b\nFrom: c")
@given(subject=nasty, name=nasty)
def test_no_subject_and_no_name_adds_a_header(subject, name):
    usual = COMPOSER.compose(email())

    message = read(COMPOSER.compose(email(subject=subject, name=name)))

    assert message.keys() == usual.keys()
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "ida@example.com"
    assert "\n" not in message["Subject"]
    assert not message.defects
    raw = COMPOSER.compose(email(subject=subject, name=name)).as_bytes()
    assert not set(raw.replace(b"\r\n", b"")) & set(b"\r\n")


@given(words=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_comment_leaves_the_body(words):
    raw = COMPOSER.compose(email(email_event(words=words))).as_bytes()

    head, _, _ = raw.partition(b"\r\n\r\n")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert head.count(b"\r\nTo:") == 1
    assert message_from_bytes(raw, policy=SMTP).get_content_type() == "text/plain"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ida",
        "@example.com",
        "ida@",
        "ida@example.com\r\nBcc: x@example.com",
        "ida@example.com, x@example.com",
        "Ida <ida@example.com>",
        "idä@example.com",
        "ida@exam ple.com",
    ],
)
def test_an_invalid_address_is_refused(address):
    with pytest.raises(InvalidAddress):
        COMPOSER.compose(email(address=address))


def test_an_invalid_sender_is_refused():
    with pytest.raises(InvalidAddress):
        EmailComposer("nobody")
