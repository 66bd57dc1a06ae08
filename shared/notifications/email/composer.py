"""Composing notification email that mail programs thread and robots do not answer."""

from email.contentmanager import raw_data_manager
from email.message import EmailMessage
from email.policy import compat32
from email.utils import parseaddr

from shared.core.settings import MailSettings

from .headers import ascii_address, mailbox, one_line, subject_line
from .models import Email, OutgoingEmail
from .wording import describe

# Vacation responders and ticket systems must not answer (RFC 3834; Exchange; the rest).
AUTOMATIC_HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Precedence": "bulk",
}
# The policy that takes headers as they are written, and folds them at spaces alone; a
# line with an encoded word has at most 76 characters (RFC 2047, 2).
POLICY = compat32.clone(linesep="\r\n", max_line_length=76)


class EmailComposer:
    """Composes email of one sender.

    Args:
        sender: an address, or a name and an address: `Desk <desk@example.com>`.
        ticket_url: where readers find a ticket, with `{number}` in it; or nothing.
    """

    def __init__(self, sender: str, ticket_url: str = "") -> None:
        name, address = parseaddr(sender)
        self._address = ascii_address(address)
        self._from = mailbox(name, self._address)
        self._domain = self._address.rpartition("@")[2]
        self._ticket_url = ticket_url

    def compose(self, email: Email) -> OutgoingEmail:
        """Return the message, the same for the same email.

        Raises:
            InvalidAddress: the reader's address cannot stand in a message.
        """
        # Amazon SES puts a Message-ID of its own in the place of ours, so a thread
        # hangs on References: all mail about a ticket names one invented ancestor.
        ancestor = f"<ticket-{email.ticket_id}@{self._domain}>"
        reader = ascii_address(email.address)
        message = EmailMessage(policy=POLICY)
        message["From"] = self._from
        message["To"] = mailbox(email.name, reader)
        message["Subject"] = subject_line(f"[#{email.number}] {email.subject}")
        message["Message-ID"] = f"<{email.id}@{self._domain}>"
        message["In-Reply-To"] = ancestor
        message["References"] = ancestor
        for header, value in AUTOMATIC_HEADERS.items():
            message[header] = value
        message.set_content(
            self._text(email), cte="quoted-printable", content_manager=raw_data_manager
        )
        return OutgoingEmail(self._address, reader, message.as_bytes())

    def _text(self, email: Email) -> str:
        paragraphs = [describe(happened, email) for happened in email.happened]
        link = self._ticket_url.replace("{number}", str(email.number))
        if link and email.rating_token:
            # A fragment stays in the browser: no server, log or scanner is sent it.
            paragraphs.append(
                f"How did we do? Good or bad: {link}#rating={email.rating_token}"
            )
        foot = [
            "-- ",
            f"Ticket #{email.number}: {one_line(email.subject)}",
            *([link] if link else []),
            "Please answer at the desk: nobody reads replies to this message.",
        ]
        parts = [f"Hello {one_line(email.name)},", *paragraphs, "\n".join(foot)]
        return "\n\n".join(parts) + "\n"


def open_composer() -> EmailComposer:
    """Return the composer with the sender that the environment names."""
    settings = MailSettings.read()
    return EmailComposer(settings.mail_from, settings.mail_ticket_url)
