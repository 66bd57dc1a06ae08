"""What administrators of Supabase Auth may do, with the secret key."""

from http import HTTPStatus

import httpx

from shared.core.errors import Unavailable
from shared.core.settings import WorkerSettings

from .database import connections

NOT_SENT = "The invitation could not be sent. Try again in a moment."


class AuthAdmin:
    """Supabase Auth for administrators; the key is read again at every call."""

    def invite(self, email: str, name: str) -> None:
        """Send an invitation by email; once more to who has not accepted one.

        Args:
            email: where to; Auth makes a user with it.
            name: what the user is called until they say otherwise.

        Raises:
            Unavailable: Auth does not answer, or has sent too many emails, or somebody
                has confirmed this address already.
        """
        settings = WorkerSettings.read()
        key = settings.secret_key.get_secret_value()
        try:
            answer = connections().post(
                f"{str(settings.url).rstrip('/')}/auth/v1/invite",
                json={"email": email, "data": {"name": name}},
                headers={"apikey": key, "Authorization": f"Bearer {key}"},
            )
        except httpx.TransportError as error:
            raise Unavailable(NOT_SENT) from error
        if answer.status_code != HTTPStatus.OK:
            raise Unavailable(NOT_SENT)
