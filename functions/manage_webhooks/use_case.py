"""Refusing a webhook that can never work, when it is saved."""

from shared.core.errors import Invalid
from shared.core.settings import WebhookSettings
from shared.webhooks.delivery import AddressRefused, check_url


def require_reachable(url: str) -> None:
    """Raise `Invalid`, in the words of the sending guard, for a URL that it refuses.

    What only the network knows, such as where a name leads, is found when it is sent:
    it may change, and the same request must get the same answer again.
    """
    try:
        check_url(url, allow_private=WebhookSettings.read().allow_private)
    except AddressRefused as refusal:
        raise Invalid(str(refusal)) from None
