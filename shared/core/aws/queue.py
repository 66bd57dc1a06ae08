"""Sending messages to Amazon SQS."""

from collections.abc import Mapping

from shared.core.errors import Unavailable

from .clients import client, outages

BATCH = 10  # messages, the limit of one call


def send_message(url: str, body: str, seconds: int = 0) -> None:
    """Send one message, to be received now or in so many seconds (900 at most).

    Raises:
        Unavailable: the queue cannot be reached.
    """
    with outages():
        client("sqs").send_message(QueueUrl=url, MessageBody=body, DelaySeconds=seconds)


def send_messages(url: str, bodies: Mapping[str, str]) -> None:
    """Send messages, ten a call.

    Args:
        url: of the queue.
        bodies: by an id that names each of them among the others.

    Raises:
        Unavailable: the queue cannot be reached, or did not take every message.
    """
    entries = [{"Id": name, "MessageBody": body} for name, body in bodies.items()]
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        with outages():
            answer = client("sqs").send_message_batch(QueueUrl=url, Entries=batch)
        if answer.get("Failed"):
            raise Unavailable("The queue did not take every message.")


def count_messages(url: str) -> int:
    """Return SQS's own estimate of how many messages wait; it may be a minute old.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    attribute = "ApproximateNumberOfMessages"
    with outages():
        answer = client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=[attribute]
        )
    return int(answer["Attributes"][attribute])
