"""Custom fields of tickets: their definitions, and what a value must be."""

from .models import Audience, Field, FieldChange, FieldDraft, FieldKey, FieldType
from .patterns import Pattern
from .ports import Fields
from .repository import FieldRepository, FieldValues
from .values import FieldProblem, field_problems, value_problem

__all__ = [
    "Audience",
    "Field",
    "FieldChange",
    "FieldDraft",
    "FieldKey",
    "FieldProblem",
    "FieldRepository",
    "FieldType",
    "FieldValues",
    "Fields",
    "Pattern",
    "field_problems",
    "value_problem",
]
