"""The headers by which a receiver knows that a delivery is ours (Standard Webhooks)."""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


def signed_headers(
    message_id: str, sent_at: datetime, body: str, secrets: Sequence[str]
) -> dict[str, str]:
    """Sign a delivery with every live secret, the newest first.

    Args:
        message_id: what a receiver sees once; the same at every attempt.
        sent_at: time of this attempt, in UTC; receivers refuse old ones.
        body: exactly what is sent.
        secrets: `whsec_` and base64; two while one replaces the other.
    """
    signatures = [Webhook(each).sign(message_id, sent_at, body) for each in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
