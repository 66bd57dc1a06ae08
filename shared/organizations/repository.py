"""Organizations over PostgREST."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, Storable, decode_sort_key, read_page

from .models import (
    Organization,
    OrganizationChange,
    OrganizationDraft,
    OrganizationMember,
    OrganizationName,
    OrganizationPage,
)
from .ports import OrganizationReader, OrganizationWriter


class OrganizationRepository(OrganizationReader, OrganizationWriter):
    """Organizations as the caller may see and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(
        self, search: str | None, cursor: str | None, size: int
    ) -> OrganizationPage:
        arguments = {
            "search": search,
            "after": decode_sort_key(cursor, tuple[Storable, UUID]),
            "page_size": size,
        }
        page = read_page(self._database.call("list_organizations", arguments), _read)
        return OrganizationPage(items=page.items, next_cursor=page.next_cursor)

    @override
    def get(self, organization: UUID) -> Organization | OrganizationName:
        return _read(self._about("get_organization", organization))

    @override
    def members(
        self, organization: UUID, cursor: str | None, size: int
    ) -> Page[OrganizationMember]:
        after = decode_sort_key(cursor, tuple[Storable, UUID])
        answer = self._about(
            "list_organization_members", organization, after=after, page_size=size
        )
        return read_page(answer, OrganizationMember.model_validate)

    @override
    def create(self, draft: OrganizationDraft, key: str | None) -> Organization:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        made = self._database.call("create_organization", arguments)
        return Organization.model_validate(made)

    @override
    def change(
        self, organization: UUID, change: OrganizationChange, version: int | None
    ) -> Organization:
        changed = self._about(
            "change_organization",
            organization,
            changes=change.changes(),
            expected_version=version,
        )
        return Organization.model_validate(changed)

    @override
    def delete(self, organization: UUID, version: int | None) -> Organization:
        deleted = self._about(
            "delete_organization", organization, expected_version=version
        )
        return Organization.model_validate(deleted)

    def _about(self, function: str, organization: UUID, **arguments: object) -> Any:  # noqa: ANN401
        return self._database.call(
            function, {"organization": str(organization), **arguments}
        )


def _read(row: Mapping[str, Any]) -> Organization | OrganizationName:
    """Return all of an organization, or its name where the caller may know no more."""
    model = Organization if "version" in row else OrganizationName
    return model.model_validate(row)
