"""Read the SAM template: functions, events and resources."""

from .document import Json, TemplateError, load_document
from .intrinsics import AwsAccount
from .model import Event, Function, Template, read_template

__all__ = [
    "AwsAccount",
    "Event",
    "Function",
    "Json",
    "Template",
    "TemplateError",
    "load_document",
    "read_template",
]
