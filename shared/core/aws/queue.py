"""Sending messages to Amazon SQS."""

from collections.abc import Mapping, Sequence

from shared.core.errors import Unavailable

from .clients import client, outages
from .codes import passes

BATCH = 10  # messages, the limit of one call
ATTEMPTS = 3  # for what a batch did not take
Entry = dict[str, str]


class MessagesRefused(Exception):
    """The queue refuses messages for good; the text is the error codes alone."""


def send_message(url: str, body: str, seconds: int = 0) -> None:
    """Send one message, to be received now or in so many seconds (900 at most).

    Raises:
        Unavailable: the queue cannot be reached.
    """
    with outages():
        client("sqs").send_message(QueueUrl=url, MessageBody=body, DelaySeconds=seconds)


def send_messages(url: str, bodies: Mapping[str, str]) -> None:
    """Send messages, ten a call; those that one call did not take, again.

    Every message is tried before anything is raised.

    Args:
        url: of the queue.
        bodies: by an id that names each of them among the others.

    Raises:
        Unavailable: the queue cannot be reached, or did not take every message.
        MessagesRefused: it will never take some of them; it has the others.
    """
    entries = [{"Id": name, "MessageBody": body} for name, body in bodies.items()]
    left: list[Entry] = []
    refused: set[str] = set()
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        for _ in range(ATTEMPTS):
            failed = _send_batch(url, batch)
            refused |= {code for code in failed.values() if not passes(code)}
            batch = [each for each in batch if passes(failed.get(each["Id"], ""))]
            if not batch:
                break
        left += batch
    if left:
        raise Unavailable("The queue did not take every message.")
    if refused:
        raise MessagesRefused(", ".join(sorted(refused)))


def _send_batch(url: str, entries: Sequence[Entry]) -> dict[str, str]:
    """Return the error codes of those that were not taken, by id."""
    with outages():
        answer = client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    failed = answer.get("Failed", ())
    return {each["Id"]: each.get("Code", "InternalError") for each in failed}


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
