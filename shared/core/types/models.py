"""The two kinds of model: values read from the database, and request bodies."""

from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict
from pydantic.config import JsonDict


class Model(BaseModel):
    """A value read from the database.

    Unknown columns are ignored, so a migration may run before the code.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Command(BaseModel):
    """A request body; unknown fields are a caller's mistake and are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _without_defaults(schema: JsonDict) -> None:
    """Leave the defaults out of the document: they are never used."""
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for each in properties.values():
            if isinstance(each, dict):
                each.pop("default", None)


class Change(Command):
    """A request body that changes something: what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and nothing else; null means null."""
        return self.model_dump(mode="json", exclude_unset=True)


def name_of(relation: str) -> AliasChoices:
    """Say that a field is the name of a related person, read as `{"name": ...}`.

    The name is missing where the reader may not know that person.
    """
    return AliasChoices(f"{relation}_name", AliasPath(relation, "name"))
