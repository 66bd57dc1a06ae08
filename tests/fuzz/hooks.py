"""What schemathesis loads: ids that exist, and our own check of every answer.

Environment: FUZZ_DATABASE (of the owner), FUZZ_PERSON (an id, or empty).
"""

import os
import zlib
from collections import deque
from contextlib import suppress

import psycopg
import schemathesis

from .visibility import Visibility, cursors

OWNER = psycopg.connect(os.environ["FUZZ_DATABASE"], autocommit=True)
VISIBILITY = Visibility(OWNER, os.environ.get("FUZZ_PERSON"))
# What a path parameter may really be called, the visible and the hidden alike.
REAL = {
    "ticket": "select id::text from public.tickets"
    " union all select number::text from public.tickets",
    "queue": "select key from public.queues"
    " union all select id::text from public.queues",
    "person": "select id::text from public.people",
    "role": "select role from public.roles union all select 'fuzzed'",
    "webhook": "select id::text from private.webhook_endpoints",
    "delivery": "select id::text from private.webhook_deliveries"
    " order by created_at desc limit 20",
    "event": "select event_id::text from private.outbox limit 20",
}
LONGEST = 1_500  # characters, each up to 12 in the address
CURSORS: deque[str] = deque(maxlen=50)  # cursors that were handed out


def real(name, drawn):
    """Put something that exists in the place of three drawn values in four."""
    number = zlib.crc32(repr(drawn).encode())
    if name not in REAL or number % 4 == 0:
        return drawn
    known = [row for (row,) in OWNER.execute(REAL[name]).fetchall()]
    return known[number // 4 % len(known)] if known else drawn


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters is not None:
        for name, drawn in path_parameters.items():
            path_parameters[name] = real(name, drawn)
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    if query and "cursor" in query and CURSORS:
        number = zlib.crc32(repr(query["cursor"]).encode())
        if number % 2:
            query["cursor"] = CURSORS[number // 2 % len(CURSORS)]
    return query


@schemathesis.hook
def filter_query(context, query):
    """Gateways refuse long addresses in words of their own; no function sees them."""
    return len(str(query)) < LONGEST


@schemathesis.check
def nothing_hidden_is_shown(context, response, case):
    """Whatever row an answer names, the caller may see it."""
    with suppress(ValueError):
        CURSORS.extend(cursors(response.json()))
    sent = " ".join(map(str, (case.formatted_path, case.query, case.body)))
    hidden = VISIBILITY.hidden(response.text, sent)
    assert not hidden, f"shown, but not theirs to see: {hidden}"


@schemathesis.check
def every_failure_is_a_problem(context, response, case):
    """Failures are problem documents, but the gateway's own and those of OAuth."""
    if response.status_code < 400 or response.text == '{"message":"Not Found"}':
        return
    [kind] = response.headers.get("content-type", [""])
    if case.path == "/v1/token" and kind == "application/json":
        # Libraries of OAuth read these (RFC 6749, 5.2).
        assert set(response.json()) == {"error", "error_description"}
        return
    assert kind == "application/problem+json", f"{kind}: {response.text[:200]}"
