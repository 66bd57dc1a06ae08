"""The settings of the desk, as a row of the database holds them."""

from typing import Annotated, Literal, Protocol

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Model, Storable, StrictBool, StrictInt

Value = StrictBool | StrictInt | Storable | None
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,62}$")]


class Setting(Model):
    """A setting with what it may be; durations are whole seconds."""

    name: str = Field(examples=["solved_closes_after"])
    value: Value = Field(examples=[345600])
    default: Value = Field(description="What a new desk has.", examples=[345600])
    type: Literal["boolean", "integer", "string"]
    nullable: bool
    unit: str | None = Field(
        description="What a number counts, such as `seconds`.", examples=["seconds"]
    )
    minimum: int | None
    maximum: int | None
    public: bool = Field(description="Whether everybody signed in may know it.")
    meaning: str


class SettingList(Model):
    """The settings that the caller may know, all at once, and their version."""

    items: list[Setting]
    next_cursor: None = None
    version: int


class SettingsChange(RootModel[dict[Name, Value]]):
    """Settings to change, by name; those that are left out stay."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"solved_closes_after": 172800, "confirm_new_tickets": True}]
        }
    )


class Settings(Protocol):
    """Reading and changing settings."""

    def all(self) -> SettingList:
        """Return the settings that the caller may know."""
        ...

    def change(self, change: SettingsChange, version: int | None) -> SettingList:
        """Change some; raise `Denied`, `Invalid`, `Stale` at another version."""
        ...


class SettingRepository(Settings):
    """Settings over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> SettingList:
        return SettingList.model_validate(self._database.call("get_settings", {}))

    @override
    def change(self, change: SettingsChange, version: int | None) -> SettingList:
        arguments = {"changes": change.root, "expected_version": version}
        answer = self._database.call("change_settings", arguments)
        return SettingList.model_validate(answer)
