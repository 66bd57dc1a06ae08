"""/v1/settings: everybody knows what concerns them, administrators change all."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from shared.administration import (
    SettingList,
    SettingRepository,
    Settings,
    SettingsChange,
)
from shared.core.http import IfMatch, create_handler, provide, set_etag

router = APIRouter(tags=["administration"])
ProvidedSettings = Annotated[Settings, provide(SettingRepository)]


def nothing() -> SettingsChange:
    """Return a change of nothing, for a body that was left out."""
    return SettingsChange({})


@router.get("/v1/settings")
async def list_settings(settings: ProvidedSettings, response: Response) -> SettingList:
    """Return the settings with unit, bounds, default and meaning.

    With `settings.manage` all of them, and else those that everybody may know.
    """
    return set_etag(response, settings.all())


@router.patch("/v1/settings")
async def change_settings(
    change: Annotated[SettingsChange, Body(default_factory=nothing)],
    settings: ProvidedSettings,
    if_match: IfMatch,
    response: Response,
) -> SettingList:
    """Change settings by name, durations in seconds; return all."""
    changed = if_match.write(lambda version: settings.change(change, version))
    return set_etag(response, changed)


handler = create_handler(router)
