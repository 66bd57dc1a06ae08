"""Short names for the schemas that pydantic names by all their parameters."""

import json
import re
from typing import Any, Final

PAGE: Final = re.compile(r"^Page_(\w+?)_$")
SCHEMAS: Final = "#/components/schemas/"


def shorten_names(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with `TicketList` in place of `Page_Ticket_`."""
    for name in document["components"]["schemas"]:
        if page := PAGE.match(name):
            # A page of a union names all its members; that of events is the only one.
            item = "Event" if page[1].startswith("Annotated_Union") else page[1]
            document = _renamed(document, name, f"{item}List")
    return document


def _renamed(document: dict[str, Any], name: str, short: str) -> dict[str, Any]:
    references = json.dumps(document).replace(
        f'"{SCHEMAS}{name}"', f'"{SCHEMAS}{short}"'
    )
    renamed: dict[str, Any] = json.loads(references)
    schemas = renamed["components"]["schemas"]
    schemas[short] = schemas.pop(name) | {"title": short}
    return renamed
