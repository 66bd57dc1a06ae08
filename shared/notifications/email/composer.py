"""Composing notification email that mail programs thread and robots do not answer."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from shared.core.settings import MailSettings

from .models import Email
from .wording import describe

# Vacation responders and ticket systems must not answer (RFC 3834; Exchange; the rest).
AUTOMATIC_HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Precedence": "bulk",
}


class InvalidAddress(Exception):
    """There is no such email address; its text stays out of the log."""


class EmailComposer:
    """Composes email of one sender.

    Args:
        sender: an address, or a name and an address: `Desk <desk@example.com>`.
        ticket_url: where readers find a ticket, with `{number}` in it; or nothing.
    """

    def __init__(self, sender: str, ticket_url: str = "") -> None:
        name, address = parseaddr(sender)
        self._from = _address(name, address)
        self._ticket_url = ticket_url

    def compose(self, email: Email) -> EmailMessage:
        """Return the message, the same for the same email.

        Raises:
            UnwritableAddress: the reader's address cannot stand in a message.
        """
        # Amazon SES puts a Message-ID of its own in the place of ours, so a thread
        # hangs on References: all mail about a ticket names one invented ancestor.
        ancestor = f"<ticket-{email.ticket_id}@{self._from.domain}>"
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = _address(email.name, email.address)
        message["Subject"] = f"[#{email.number}] {one_line(email.subject)}"
        message["Message-ID"] = f"<{email.id}@{self._from.domain}>"
        message["In-Reply-To"] = ancestor
        message["References"] = ancestor
        for header, value in AUTOMATIC_HEADERS.items():
            message[header] = value
        message.set_content(self._text(email), cte="quoted-printable")
        return message

    def _text(self, email: Email) -> str:
        paragraphs = [describe(happened, email) for happened in email.happened]
        link = self._ticket_url.replace("{number}", str(email.number))
        foot = [
            "-- ",
            f"Ticket #{email.number}: {one_line(email.subject)}",
            *([link] if link else []),
            "Please answer at the desk: nobody reads replies to this message.",
        ]
        parts = [f"Hello {one_line(email.name)},", *paragraphs, "\n".join(foot)]
        return "\n\n".join(parts) + "\n"


def one_line(text: str) -> str:
    """Return text that fits into a header: no line break, no control character.

    What looks like the start of an encoded word (RFC 2047) is broken: the email package
    would decode it, line breaks included, and write those into the header.
    """
    shown = "".join(x if x.isprintable() else " " for x in text)
    return " ".join(shown.replace("=?", "= ?").split())


def _address(name: str, address: str) -> Address:
    try:
        parsed = Address(one_line(name), addr_spec=address)
        if (
            address.isascii()
            and address.isprintable()
            and parsed.username
            and parsed.domain
        ):
            return parsed
    except (ValueError, IndexError, MessageError):
        pass
    raise InvalidAddress


def open_composer() -> EmailComposer:
    """Return the composer with the sender that the environment names."""
    settings = MailSettings.read()
    return EmailComposer(settings.mail_from, settings.mail_ticket_url)
