"""Calendars and policies over PostgREST."""

from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import parse_rows

from .calendars import SlaCalendar, SlaCalendarChange, SlaCalendarDraft
from .policies import SlaPolicy, SlaPolicyChange, SlaPolicyDraft
from .ports import Calendars, Policies


class CalendarRepository(Calendars):
    """Calendars as the caller may read and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> list[SlaCalendar]:
        rows = self._database.call("list_calendars", {})
        return parse_rows(rows, SlaCalendar.model_validate)

    @override
    def get(self, calendar: UUID) -> SlaCalendar:
        row = self._database.call("get_calendar", {"calendar": str(calendar)})
        return SlaCalendar.model_validate(row)

    @override
    def create(self, draft: SlaCalendarDraft, key: str | None) -> SlaCalendar:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        row = self._database.call("create_calendar", arguments)
        return SlaCalendar.model_validate(row)

    @override
    def change(
        self, calendar: UUID, change: SlaCalendarChange, version: int | None
    ) -> SlaCalendar:
        arguments = {
            "calendar": str(calendar),
            "changes": change.changes(),
            "expected_version": version,
        }
        row = self._database.call("change_calendar", arguments)
        return SlaCalendar.model_validate(row)

    @override
    def delete(self, calendar: UUID) -> SlaCalendar:
        row = self._database.call("delete_calendar", {"calendar": str(calendar)})
        return SlaCalendar.model_validate(row)


class PolicyRepository(Policies):
    """Policies as the caller may read and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> list[SlaPolicy]:
        rows = self._database.call("list_sla_policies", {})
        return parse_rows(rows, SlaPolicy.model_validate)

    @override
    def get(self, policy: UUID) -> SlaPolicy:
        row = self._database.call("get_sla_policy", {"policy": str(policy)})
        return SlaPolicy.model_validate(row)

    @override
    def create(self, draft: SlaPolicyDraft, key: str | None) -> SlaPolicy:
        arguments = {
            "draft": draft.model_dump(mode="json", exclude_unset=True),
            "idempotency_key": key,
        }
        row = self._database.call("create_sla_policy", arguments)
        return SlaPolicy.model_validate(row)

    @override
    def change(
        self, policy: UUID, change: SlaPolicyChange, version: int | None
    ) -> SlaPolicy:
        arguments = {
            "policy": str(policy),
            "changes": change.changes(),
            "expected_version": version,
        }
        row = self._database.call("change_sla_policy", arguments)
        return SlaPolicy.model_validate(row)

    @override
    def delete(self, policy: UUID) -> SlaPolicy:
        row = self._database.call("delete_sla_policy", {"policy": str(policy)})
        return SlaPolicy.model_validate(row)
