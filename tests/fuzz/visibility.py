"""What somebody may see, checked in the database for every id in a response."""

import json
import re
from collections.abc import Iterator
from typing import Any

import psycopg

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
# Rows by id that the caller may not see. Who has not signed in may see none.
HIDDEN = """
with ids as (select distinct unnest(%(ids)s::uuid[]) as id)
select 'ticket', tickets.id from ids inner join public.tickets using (id)
where not private.sees_ticket(tickets.id)
union all
select 'comment', comments.id from ids inner join public.comments using (id)
inner join public.tickets on tickets.id = comments.ticket_id
where not private.sees_ticket(tickets.id) or (
    comments.visibility = 'internal'
    and tickets.queue_id not in (select private.note_queues())
)
union all
select 'event', events.id from ids inner join public.ticket_events as events using (id)
inner join public.tickets on tickets.id = events.ticket_id
where not private.has_permission('webhooks.manage')
and not private.has_permission('events.manage')
and (
    not private.sees_ticket(tickets.id)
    or events.is_internal and tickets.queue_id not in (select private.note_queues())
)
union all
select 'notification', notified.id from ids
inner join public.notifications as notified using (id)
where notified.person_id is distinct from private.caller()
union all
select 'webhook', endpoints.id from ids
inner join private.webhook_endpoints as endpoints using (id)
where not private.has_permission('webhooks.manage')
"""


class Visibility:
    """What one person may see, now.

    Args:
        connection: as the owner of the tables.
        person: their id; None for who has not signed in.
    """

    def __init__(self, connection: psycopg.Connection, person: str | None) -> None:
        self._connection = connection
        user = connection.execute(
            "select user_id::text from private.accounts where person_id = %s",
            [person or None],
        ).fetchone()
        claims = {"role": "authenticated", "aud": "authenticated"}
        self._claims = json.dumps({**claims, "sub": user[0]}) if user else ""

    def hidden(self, answer: str, known: str = "") -> list[tuple[str, str]]:
        """Return what an answer shows that they may not see: kind and id.

        Args:
            answer: the body.
            known: what they sent; to get back what one sent reveals nothing.
        """
        ids = sorted(_ids(answer) - _ids(known))
        if not ids:
            return []
        with self._connection.transaction():
            self._connection.execute(
                "select set_config('request.jwt.claims', %s, true)", [self._claims]
            )
            found = self._connection.execute(HIDDEN, {"ids": ids}).fetchall()
        return [(kind, str(row)) for kind, row in found]


def cursors(answer: Any) -> Iterator[str]:
    """Where a list goes on."""
    if isinstance(answer, dict) and isinstance(answer.get("next_cursor"), str):
        yield answer["next_cursor"]


def _ids(text: str) -> set[str]:
    return {found.lower() for found in UUID.findall(text)}
