"""Starting other functions of ours (AWS Lambda, invoked asynchronously)."""

from .clients import client, outages


def start(function: str) -> None:
    """Have a worker run, as its own clock would; what it answers is its own affair.

    Args:
        function: its ARN.

    Raises:
        Unavailable: Lambda cannot be reached, or takes no more for now.
    """
    with outages():
        client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=b"{}"
        )
