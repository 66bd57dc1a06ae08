"""Base models, field types, shared enumerations and cursor pagination."""

from .enums import CommentVisibility, StatusCategory, TicketPriority, TicketType
from .models import Change, Command, Model, name_of
from .pages import (
    Page,
    decode_cursor,
    decode_sort_key,
    encode_cursor,
    page_of,
    read_page,
)
from .values import Fields, LongText, SingleLine, StrictBool, StrictInt, Timestamp

__all__ = [
    "Change",
    "Command",
    "CommentVisibility",
    "Fields",
    "LongText",
    "Model",
    "Page",
    "SingleLine",
    "StatusCategory",
    "StrictBool",
    "StrictInt",
    "TicketPriority",
    "TicketType",
    "Timestamp",
    "decode_cursor",
    "decode_sort_key",
    "encode_cursor",
    "name_of",
    "page_of",
    "read_page",
]
