"""Publish the events: `python -m shared.core.events` writes their JSON Schema."""

import json
from pathlib import Path

from .schema import event_schema

PUBLISHED = Path(__file__).with_name("ticket_events.schema.json")

if __name__ == "__main__":
    PUBLISHED.write_text(json.dumps(event_schema(), indent=2) + "\n")
