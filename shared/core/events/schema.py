"""The union of events as JSON Schema, for consumers in other languages."""

from typing import Any

from .union import adapter


def event_schema() -> dict[str, Any]:
    """Return JSON Schema 2020-12 of `DomainEvent`, as published beside this module."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "AutoCRM ticket event",
        **adapter().json_schema(mode="serialization"),
    }
