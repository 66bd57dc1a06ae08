"""What the worker is made of in a deployment."""

from functools import lru_cache

from shared.aws import SesMailer
from shared.letters import DueMail, LetterWriter
from shared.persistence import open_worker_database
from shared.settings import MailSettings

from .use_case import Postman


def open_work() -> DueMail:
    """What is due, with the rights of a worker."""
    return DueMail(open_worker_database())


@lru_cache(maxsize=1)
def get_postman() -> Postman:
    """Whoever carries mail for this deployment."""
    settings = MailSettings.read()
    writer = LetterWriter(settings.mail_from, settings.mail_ticket_url)
    return Postman(open_work(), writer, SesMailer())
