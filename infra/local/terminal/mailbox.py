"""The mail that a local desk has sent; it stays in the AWS stand-in, read here."""

import json
import urllib.request
from collections.abc import Iterator
from email import message_from_string, policy


def letters(aws_url: str) -> Iterator[str]:
    """Return each mail sent since the stand-in started, oldest first, as text.

    Args:
        aws_url: where the stand-in answers.

    Raises:
        OSError: it does not answer.
    """
    url = f"{aws_url}/moto-api/data.json"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 (ours)
        sent = json.load(answer).get("ses", {}).get("RawMessage", [])
    for message in sent:
        letter = message_from_string(message["raw_data"], policy=policy.default)
        head = "\n".join(f"{name}: {letter[name]}" for name in ("To", "Subject"))
        body = letter.get_body()
        yield f"{head}\n\n{body.get_content() if body else ''}"
