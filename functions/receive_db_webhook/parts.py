"""What the door is made of in a deployment."""

from typing import Annotated

from fastapi import Depends

from shared.aws import open_event_queue
from shared.clock import open_waker
from shared.settings import HookSettings

from .use_case import Intake


async def get_intake() -> Intake:
    """The intake of this environment, with the secrets that are in force now."""
    settings = HookSettings.read()
    secrets = settings.webhook_secrets.get_secret_value()
    return Intake(secrets.split(","), open_event_queue(), open_waker())


TakeIntake = Annotated[Intake, Depends(get_intake)]
