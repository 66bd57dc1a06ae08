"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.notifications import NotificationBox, Notifications


async def get_notifications(database: CallersDatabase) -> NotificationBox:
    """What the caller was told."""
    return Notifications(database)


OwnNotifications = Annotated[NotificationBox, Depends(get_notifications)]
