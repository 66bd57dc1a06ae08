"""Email: its text, its threads, and that what people write is read as they wrote it."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP, compat32
from email.utils import getaddresses, parseaddr
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
from shared.notifications.email.headers import one_line
from tests.builders import ME, SOMEBODY, event

TICKET = UUID("2f0f4b4e-6c8e-4d0c-9a51-0b6a2f8d1c77")
LABELS = {"new": "Received", "open": "In progress", "on_hold": "In progress"}
SENDER = "desk@example.com"
COMPOSER = EmailComposer(f"Desk <{SENDER}>", "https://help.example.com/{number}")


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


def read(composed):
    """The message as a mail program reads it from the wire."""
    return message_from_bytes(composed.message, policy=SMTP)


def decoded(composed, header) -> str:
    """A header as RFC 2047 reads it; the newer parser keeps space between its words."""
    [raw] = message_from_bytes(composed.message, policy=compat32).get_all(header)
    return str(make_header(decode_header(unfolded(raw))))


def name_of(composed) -> str:
    """The name of the one recipient."""
    [raw] = message_from_bytes(composed.message, policy=compat32).get_all("To")
    [(name, _)] = getaddresses([unfolded(raw)])
    return str(make_header(decode_header(name)))


def unfolded(raw) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", raw)


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
    message = read(COMPOSER.compose(email()))

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"


def test_an_email_sent_twice_is_one_message_and_a_ticket_one_thread():
    first, second = email(), email()

    again = [read(COMPOSER.compose(first))["Message-ID"] for _ in range(2)]
    emails = [read(COMPOSER.compose(each)) for each in (first, second)]

    assert again == [f"<{first.id}@example.com>"] * 2
    assert emails[0]["Message-ID"] != emails[1]["Message-ID"]
    thread = f"<ticket-{TICKET}@example.com>"
    assert [each["References"] for each in emails] == [thread, thread]
    assert [each["In-Reply-To"] for each in emails] == [thread, thread]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (email_event("TICKET_CREATED", "Help!"), "Ada opened the ticket:\n\n> Help!"),
        (
            email_event("TICKET_CREATED", "Help!", actor_id=str(SOMEBODY)),
            "Your request has arrived.",
        ),
        (email_event(words="Yes."), "Ada replied:\n\n> Yes."),
        (email_event(is_internal=True), "Ada took an internal note."),
        (
            email_event("TICKET_RATED", is_internal=True),
            "The ticket was rated good.",
        ),
        (email_event("TICKET_COMMENT_EDITED"), "Ada corrected a comment."),
        (
            email_event("TICKET_COMMENT_REDACTED"),
            "Ada took the words out of a comment.",
        ),
        (
            email_event("TICKET_FOLLOWED_UP"),
            "Ada replied to this closed ticket, in its follow-up #1043.",
        ),
        (
            email_event("TICKET_REDACTED", is_internal=True),
            "Ada took words out of the ticket.",
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


letters = st.characters(exclude_categories=["Cs"])
joined = st.sampled_from(
    [
        "\u200d",
        "\u200c",
        "\ufe0f",
        "\u200f",
        "\u0301",
        "👩‍👩‍👧‍👦",
        "نامه‌ای",
        "שלום",
        " ",
        "  ",
        "ä",
    ]
)
nasty = (
    st.text(letters, max_size=120)
    | st.text(
        # What headers and encoded words are made of.
        st.sampled_from('=?_QqBbutf-8 .0DA\r\n<>@,"();:\\\u00e9\u2028\0\u0085\x0b'),
        max_size=120,
    )
    | st.lists(joined | st.text(letters, max_size=30), max_size=20).map("".join)
)
one_lines = nasty.map(one_line)


@example(subject="", name="=??Q?=0D0")  # read as an encoded line break
@example(subject="a\r\nBcc: x@example.com", name="b\nFrom: c")
@example(subject="", name=f"victim@evil.example, {'a' * 40} {'b' * 40}")
@example(subject="", name='"a" <x@evil.example>, b (c) [d]: e; \\')
@given(subject=nasty, name=nasty)
def test_no_subject_and_no_name_adds_a_header_or_a_recipient(subject, name):
    usual = read(COMPOSER.compose(email()))

    composed = COMPOSER.compose(email(subject=subject, name=name))

    message = read(composed)
    assert message.keys() == usual.keys()
    assert [each.addr_spec for each in message["To"].addresses] == ["ida@example.com"]
    assert parseaddr(message["To"])[1] == "ida@example.com"
    assert (composed.sender, composed.recipient) == (SENDER, "ida@example.com")
    assert not [each for each in one_line(message["Subject"]) if each in "\r\n"]
    assert not message.defects
    head, _, _ = composed.message.partition(b"\r\n\r\n")
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert not set(composed.message.replace(b"\r\n", b"")) & set(b"\r\n")


@example(name="Müller," + " Ada" * 25)
@example(name="👩‍👩‍👧‍👦" * 8)
@example(name="Lovelace, Ada, Countess of Lovelace, née Byron, of Ockham Park, Surrey")
@given(name=one_lines)
def test_every_name_is_read_as_it_is(name):
    assert name_of(COMPOSER.compose(email(name=name))) == name


@example(subject="Grüße  aus" + "  Köln " * 11 + "an")
@example(subject="word  " * 30 + "ä " + "👩‍👩‍👧‍👦  " * 4 + "نامه‌ای")
@example(subject="plain " * 33)
@example(subject="=?utf-8?q?x?=")
@given(subject=one_lines)
def test_every_subject_is_read_as_it_is(subject):
    composed = COMPOSER.compose(email(subject=subject))

    expected = f"[#1042] {subject}".rstrip()
    assert decoded(composed, "Subject") == expected
    assert read(composed)["Subject"] == expected


@given(name=nasty, subject=nasty)
def test_encoded_words_are_no_longer_than_may_be(name, subject):
    head, _, _ = COMPOSER.compose(email(name=name, subject=subject)).message.partition(
        b"\r\n\r\n"
    )

    assert max(map(len, re.findall(rb"=\?utf-8\?\S*\?=", head)), default=0) <= 75


BREAKS = [
    "\r",
    "\n",
    "\r\n",
    "\v",
    "\f",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x85",
    "\u2028",
    "\u2029",
]
OWN = "Please answer at the desk: nobody reads replies to this message."


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_name_writes_no_line_into_a_body(line_break):
    name = f"Eve{line_break}{OWN}"
    assigned = email_event("TICKET_ASSIGNED", after={"assignee_id": str(SOMEBODY)})
    moved = email_event(
        "TICKET_STATUS_CHANGED",
        before={"status": "new", "category": "new"},
        after={"status": "open", "category": "open", "reason": name},
    )

    shown = text_of(
        email_event(),
        assigned,
        moved,
        name=name,
        subject=name,
        names={ME: name, SOMEBODY: name},
        statuses={"new": name, "open": name},
        person_id=uuid4(),
    )

    assert shown.splitlines().count(OWN) == 1
    assert set(shown) <= set(one_line(shown)) | {"\n"}


@pytest.mark.parametrize("line_break", BREAKS)
def test_every_line_of_a_comment_is_quoted(line_break):
    shown = text_of(email_event(words=f"First{line_break}{OWN}"))

    assert f"> First\n> {OWN}\n" in shown
    assert shown.splitlines().count(OWN) == 1


@given(words=st.text(letters, min_size=1))
def test_no_comment_leaves_its_quotation(words):
    usual = text_of(email_event(words="> ")).splitlines()
    usual = [line for line in usual if not line.startswith(">")]

    shown = text_of(email_event(words=words)).splitlines()

    assert [line for line in shown if not line.startswith(">")] == usual
    quoted = [line[1:].strip() for line in shown if line.startswith(">")]
    assert quoted == [line.strip() for line in words.splitlines()]


@given(words=st.text(letters))
def test_no_comment_leaves_the_body(words):
    raw = COMPOSER.compose(email(email_event(words=words))).message

    head, _, _ = raw.partition(b"\r\n\r\n")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert head.count(b"\r\nTo:") == 1
    assert message_from_bytes(raw, policy=SMTP).get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ida@bücher.example", "ida@xn--bcher-kva.example"),
        ("ida@BÜCHER.example", "ida@xn--bcher-kva.example"),
        ("ida@例え.テスト", "ida@xn--r8jz45g.xn--zckzah"),
        ("ida@xn--bcher-kva.example", "ida@xn--bcher-kva.example"),
        ("Ida.B+desk@Example.COM", "Ida.B+desk@Example.COM"),
    ],
)
def test_an_international_domain_goes_out_as_punycode(address, written):
    composed = COMPOSER.compose(email(address=address))

    assert composed.recipient == written
    assert read(composed)["To"] == f"Ida <{written}>"


def test_the_sender_may_have_an_international_domain_and_any_name():
    composer = EmailComposer('"Hilfe, Köln" <desk@bücher.example>')

    composed = composer.compose(email())

    assert composed.sender == "desk@xn--bcher-kva.example"
    [sender] = read(composed)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Hilfe, Köln", composed.sender)
    assert composed.message.isascii()


@given(address=nasty)
def test_any_address_is_written_as_one_or_refused(address):
    try:
        composed = COMPOSER.compose(email(address=address))
    except InvalidAddress:
        return
    [found] = read(composed)["To"].addresses
    assert found.addr_spec == composed.recipient


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
        "ida@exämple..com",
        "ida@-ä.com",
        f"ida@{'ä' * 80}.com",
        '"i d"@example.com',
        "ida@exam ple.com",
    ],
)
def test_an_invalid_address_is_refused(address):
    with pytest.raises(InvalidAddress):
        COMPOSER.compose(email(address=address))


def test_an_invalid_sender_is_refused():
    with pytest.raises(InvalidAddress):
        EmailComposer("nobody")
