"""What the values of custom fields must be: the rules of the database, in Python.

Whoever has the definitions of `GET /v1/fields` knows before sending a ticket what the
database will say, in the same sentences (`private.field_problems`; a property test
compares them). The database decides; only it knows which people there are.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Any, NamedTuple

from shared.core.numbers import as_number
from shared.core.types import TicketType, is_visible

from .models import Field, FieldType
from .patterns import Pattern

DIGITS = 30  # before and after the decimal point
LONGEST_TEXT, LONGEST_MATCH, MOST_CHOICES = 4000, 200, 50


class FieldProblem(NamedTuple):
    """What is wrong with a field, and where it stands in a ticket to open.

    Attributes:
        pointer: into the body, such as `#/data/serial_number` (RFC 6901).
        detail: a sentence without its subject.
    """

    pointer: str
    detail: str


def field_problems(
    fields: Iterable[Field], kind: TicketType, data: Mapping[str, Any]
) -> list[FieldProblem]:
    """Return what would be refused in the data of a new ticket of a type.

    A key that no field of the type has is free.
    """
    judged = {
        field.key: value_problem(field, data.get(field.key))
        for field in fields
        if kind in field.ticket_types
    }
    return [
        FieldProblem(f"#/data/{key}", problem)
        for key, problem in sorted(judged.items())
        if problem
    ]


def value_problem(field: Field, value: object) -> str | None:
    """Return what is wrong with a value of a new ticket, or None; null is no value."""
    if value is None:
        return "is required" if field.required_to_create and field.active else None
    if not field.active:
        return "is switched off"
    return None if _FITS[field.type](field, value) else _rule(field)


def _rule(field: Field) -> str:
    options = ", ".join(field.options)
    return {
        FieldType.TEXT: "must be a text of 1 to 4,000 characters with something to see",
        FieldType.NUMBER: "must be a number with at most 30 digits before and after the"
        " decimal point",
        FieldType.INTEGER: "must be a whole number of at most 30 digits",
        FieldType.DATE: "must be a date, such as 2026-12-31",
        FieldType.BOOLEAN: "must be true or false",
        FieldType.CHOICE: f"must be one of: {options}",
        FieldType.CHOICES: f"must be a list of 1 to 50 of these, each once: {options}",
        FieldType.PATTERN: f"must match the pattern {field.pattern}",
        FieldType.PERSON: "must be the id of a person",
    }[field.type]


def _is_text(_: Field, value: object) -> bool:
    # A number that no double holds is a text with a mark.
    return (
        isinstance(value, str)
        and as_number(value) is None
        and len(value) <= LONGEST_TEXT
        and is_visible(value)
    )


def _is_number(_: Field, value: object) -> bool:
    number = as_number(value)
    if number is None or number.copy_abs() >= Decimal(10) ** DIGITS:
        return False
    scaled = number.scaleb(DIGITS, _EXACT)
    return scaled == scaled.to_integral_value()


def _is_integer(field: Field, value: object) -> bool:
    number = as_number(value)
    return number is not None and _is_number(field, value) and number == int(number)


def _is_date(_: Field, value: object) -> bool:
    if not isinstance(value, str) or not _DATE.matches(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_choices(field: Field, value: object) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= MOST_CHOICES
        and all(isinstance(item, str) and item in field.options for item in value)
        and len(set(value)) == len(value)
    )


def _matches(field: Field, value: object) -> bool:
    if not isinstance(value, str) or as_number(value) is not None:
        return False
    if not 1 <= len(value) <= LONGEST_MATCH:
        return False
    return Pattern(field.pattern or "").matches(value)


def _is_person(_: Field, value: object) -> bool:
    return isinstance(value, str) and _UUID.matches(value)


_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)
_DATE = Pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = Pattern(
    "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
)
_FITS: Mapping[FieldType, Callable[[Field, object], bool]] = {
    FieldType.TEXT: _is_text,
    FieldType.NUMBER: _is_number,
    FieldType.INTEGER: _is_integer,
    FieldType.DATE: _is_date,
    FieldType.BOOLEAN: lambda _, value: isinstance(value, bool),
    FieldType.CHOICE: lambda field, value: value in field.options,
    FieldType.CHOICES: _is_choices,
    FieldType.PATTERN: _matches,
    FieldType.PERSON: _is_person,
}
