"""Base models, field types, shared enumerations and cursor pagination."""

from .enums import CommentVisibility, StatusCategory, TicketPriority, TicketType
from .models import Change, Command, Model, name_of
from .pages import (
    BigPosition,
    EncryptedPosition,
    NumberedPage,
    Page,
    Position,
    decode_cursor,
    decode_sort_key,
    encode_cursor,
    read_page,
)
from .rows import parse_rows
from .texts import Address, LongText, SingleLine, Storable, is_visible
from .values import Fields, StrictBool, StrictInt, Timestamp

__all__ = [
    "Address",
    "BigPosition",
    "Change",
    "Command",
    "CommentVisibility",
    "EncryptedPosition",
    "Fields",
    "LongText",
    "Model",
    "NumberedPage",
    "Page",
    "Position",
    "SingleLine",
    "StatusCategory",
    "Storable",
    "StrictBool",
    "StrictInt",
    "TicketPriority",
    "TicketType",
    "Timestamp",
    "decode_cursor",
    "decode_sort_key",
    "encode_cursor",
    "is_visible",
    "name_of",
    "parse_rows",
    "read_page",
]
