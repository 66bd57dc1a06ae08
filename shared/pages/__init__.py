"""Long lists, a page at a time."""

from .pages import Page, decode_cursor, encode_cursor, page_of

__all__ = ["Page", "decode_cursor", "encode_cursor", "page_of"]
