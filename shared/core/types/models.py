"""The two kinds of model: values read from the database, and request bodies."""

from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict


class Model(BaseModel):
    """A value read from the database.

    Unknown columns are ignored, so a migration may run before the code.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class Command(BaseModel):
    """A request body; unknown fields are a caller's mistake and are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(Command):
    """A request body that changes something: what is left out stays as it is."""

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and nothing else; null means null."""
        return self.model_dump(mode="json", exclude_unset=True)


def name_of(relation: str) -> AliasChoices:
    """Say that a field is the name of a related person, read as `{"name": ...}`.

    The name is missing where the reader may not know that person.
    """
    return AliasChoices(f"{relation}_name", AliasPath(relation, "name"))
