"""Keep the emails of Auth in a folder, where `make mail` reads them."""

import time
from pathlib import Path

SUBJECTS = {
    "invite": "You are invited to the help desk",
    "signup": "Confirm your email address",
    "magiclink": "Your sign-in link",
    "recovery": "Reset your password",
}


class Mailbox:
    """A folder of one text file an email, named after the time.

    Args:
        folder: made with the first email.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, kind: str, to: str, link: str, code: str) -> None:
        """Keep the email of a one-time token: its link, and the code to type."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = f"To: {to}\nSubject: {SUBJECTS[kind]}\n\n{link}\n\nCode: {code}\n"
        (self._folder / f"{time.time_ns()}.txt").write_text(text, encoding="utf-8")

    def empty(self) -> None:
        """Delete the emails of an earlier start."""
        for email in self._folder.glob("*.txt"):
            email.unlink()

    def read(self) -> list[str]:
        """Return the emails, oldest first."""
        emails = sorted(self._folder.glob("*.txt"))
        return [email.read_text(encoding="utf-8") for email in emails]
