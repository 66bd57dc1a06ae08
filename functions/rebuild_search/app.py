"""When triggered: the words of tickets are written anew that search looks through."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database
from shared.search import SearchIndex

CHUNK_MILLISECONDS = 12_000
"""What a chunk may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Write words anew, chunk by chunk, while there are any and there is time.

    Safe to run twice at once, and to be killed: each chunk is one transaction, which
    also notes how far it has come.
    """
    index = SearchIndex(open_worker_database())
    chunks = 0
    while context.get_remaining_time_in_millis() > CHUNK_MILLISECONDS:
        if not index.rebuild():
            break
        chunks += 1
    log.info("rebuilt the search index", chunks=chunks)
    return {"chunks": chunks}
