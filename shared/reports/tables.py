"""Tables as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable
from io import StringIO

from shared.core.types import Model

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet computes (OWASP, CSV injection)."""


def csv_text(columns: Iterable[str], rows: Iterable[Model]) -> str:
    """Return rows under their columns; a text never is a formula.

    A number stays one, and what is null is empty.
    """
    names = list(columns)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        values = row.model_dump(mode="json")
        writer.writerow(_cell(values[name]) for name in names)
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a value as a cell; a quotation mark keeps a text from being computed."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
