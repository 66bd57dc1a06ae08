"""Custom fields after a merge patch, as the database merges them (RFC 7396)."""

from collections.abc import Mapping

from pydantic import JsonValue

Object = Mapping[str, JsonValue]


def merge_patch(fields: Object, patch: Object) -> dict[str, JsonValue]:
    """Return fields with what is named replaced, and without what is null."""
    merged = {name: value for name, value in fields.items() if name not in patch}
    for name, value in patch.items():
        if isinstance(value, dict):
            before = fields.get(name)
            merged[name] = merge_patch(
                before if isinstance(before, dict) else {}, value
            )
        elif value is not None:
            merged[name] = value
    return merged
