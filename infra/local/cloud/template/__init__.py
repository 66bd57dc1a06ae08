"""The SAM template as the local gateway needs it: functions, events, resources."""

from .document import Json, TemplateError, load_document
from .model import Event, Function, Template, read_template
from .place import Place

__all__ = [
    "Event",
    "Function",
    "Json",
    "Place",
    "Template",
    "TemplateError",
    "load_document",
    "read_template",
]
