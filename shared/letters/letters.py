"""From what happened to a message that mail programs thread and robots leave alone."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from .mail import Mail
from .wording import describe

# Vacation responders and ticket systems must not answer (RFC 3834; Exchange; the rest).
QUIET = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Precedence": "bulk",
}


class UnwritableAddress(Exception):
    """There is no such mail address; its text stays out of the log."""


class LetterWriter:
    """Writes mail as one sender.

    Args:
        sender: an address, or a name and an address: `Desk <desk@example.com>`.
        ticket_url: where readers find a ticket, with `{number}` in it; or nothing.
    """

    def __init__(self, sender: str, ticket_url: str = "") -> None:
        name, address = parseaddr(sender)
        self._from = _address(name, address)
        self._ticket_url = ticket_url

    def write(self, mail: Mail) -> EmailMessage:
        """Return the message, the same for the same mail.

        Raises:
            UnwritableAddress: the reader's address cannot stand in a message.
        """
        # Amazon SES puts a Message-ID of its own in the place of ours, so a thread
        # hangs on References: all mail about a ticket names one invented ancestor.
        ancestor = f"<ticket-{mail.ticket_id}@{self._from.domain}>"
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = _address(mail.name, mail.address)
        message["Subject"] = f"[#{mail.number}] {one_line(mail.subject)}"
        message["Message-ID"] = f"<{mail.id}@{self._from.domain}>"
        message["In-Reply-To"] = ancestor
        message["References"] = ancestor
        for header, value in QUIET.items():
            message[header] = value
        message.set_content(self._text(mail), cte="quoted-printable")
        return message

    def _text(self, mail: Mail) -> str:
        told = [describe(happening, mail) for happening in mail.happened]
        where = self._ticket_url.replace("{number}", str(mail.number))
        foot = [
            "-- ",
            f"Ticket #{mail.number}: {one_line(mail.subject)}",
            *([where] if where else []),
            "Please answer at the desk: nobody reads replies to this message.",
        ]
        parts = [f"Hello {one_line(mail.name)},", *told, "\n".join(foot)]
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
        made = Address(one_line(name), addr_spec=address)
        if (
            address.isascii()
            and address.isprintable()
            and made.username
            and made.domain
        ):
            return made
    except (ValueError, IndexError, MessageError):
        pass
    raise UnwritableAddress
