"""What the planner does inside a function, as auto_explain logs it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import Connection

AUTO_EXPLAIN = """
load 'auto_explain';
set auto_explain.log_min_duration = 0;
set auto_explain.log_nested_statements = on;
set auto_explain.log_format = json;
set auto_explain.log_level = notice;
set client_min_messages = notice;
"""


def nodes_of(connection: Connection, query: str, values: list[Any]) -> list[str]:
    """Return how the tickets are read, such as `Index Scan tickets_queue_order`.

    The connection must be a superuser's that acts as somebody.
    """
    messages: list[str] = []
    connection.add_notice_handler(
        lambda notice: messages.append(str(notice.message_primary))
    )
    connection.execute(query, values)
    plans = [json.loads(each[each.index("{") :]) for each in messages if "{" in each]
    found = (node for plan in plans for node in _nodes(plan["Plan"]))
    return list(dict.fromkeys(name for node in found if (name := _reading(node))))


def bad_reading(nodes: list[str]) -> list[str]:
    """Return those of the nodes that read more than an index leads to."""
    return [node for node in nodes if node.split()[0] not in ("Index", "Bitmap")]


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _reading(node: Mapping[str, Any]) -> str:
    index = node.get("Index Name", "")
    on_tickets = node.get("Relation Name") == "tickets" or "tickets" in index
    return f"{node['Node Type']} {index}".strip() if on_tickets else ""
