"""Request bodies as generators of clients read them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

SCHEMAS: Final = "#/components/schemas/"


def describe_defaults(document: Mapping[str, Any]) -> None:
    """Say in words what is taken for a field that a body leaves out.

    Generators such as openapi-typescript read `default` as a promise that the field is
    there, and would ask whoever sends a body for all of them.
    """
    schemas = document["components"]["schemas"]
    pending = [*_names(_bodies(document))]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            for field in schemas[name].get("properties", {}).values():
                _describe(field)
            pending += _names(schemas[name])


def _bodies(document: Mapping[str, Any]) -> list[Any]:
    return [
        operation.get("requestBody")
        for item in document["paths"].values()
        for operation in item.values()
    ]


def _names(part: Any) -> Iterator[str]:  # noqa: ANN401, of JSON
    """Yield the names of the schemas that a part of the document refers to."""
    if isinstance(part, dict):
        reference = part.get("$ref", "")
        if isinstance(reference, str) and reference.startswith(SCHEMAS):
            yield reference.removeprefix(SCHEMAS)
    children = part.values() if isinstance(part, dict) else part
    if isinstance(part, dict | list):
        for child in children:
            yield from _names(child)


def _describe(field: dict[str, Any]) -> None:
    default = field.pop("default", None)
    if default not in (None, [], {}, ""):
        sentences = [
            field.get("description", ""),
            f"Left out: `{json.dumps(default)}`.",
        ]
        field["description"] = " ".join(filter(None, sentences))
