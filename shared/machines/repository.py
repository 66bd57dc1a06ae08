"""Machine users over PostgREST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from typing_extensions import override

from shared.core.persistence import Account, Database
from shared.core.types import Page, decode_sort_key, read_page

from .models import (
    Machine,
    MachineChange,
    MachineCredentials,
    MachineDraft,
    NewMachine,
    SecretDraft,
)
from .ports import MachineAccounts, MachineSecrets, MachineUsers


class MachineRepository(MachineUsers, MachineSecrets):
    """Machine users as the caller may manage them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def page(self, cursor: str | None, size: int) -> Page[Machine]:
        after = decode_sort_key(cursor, tuple[datetime, UUID])
        arguments = {"after": after, "page_size": size}
        answer = self._database.call("list_machine_users", arguments)
        return read_page(answer, Machine.model_validate)

    @override
    def get(self, machine: UUID) -> Machine:
        return Machine.model_validate(self._about("get_machine_user", machine))

    @override
    def create(self, draft: MachineDraft, key: str | None) -> NewMachine:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        made = self._database.call("create_machine_user", arguments)
        return NewMachine.model_validate(made)

    @override
    def change(
        self, machine: UUID, change: MachineChange, version: int | None
    ) -> Machine:
        given = {"changes": change.changes(), "expected_version": version}
        changed = self._about("change_machine_user", machine, **given)
        return Machine.model_validate(changed)

    @override
    def revoke(self, machine: UUID) -> Machine:
        return Machine.model_validate(self._about("revoke_machine_user", machine))

    @override
    def add(self, machine: UUID, draft: SecretDraft, key: str | None) -> NewMachine:
        given = {**draft.model_dump(mode="json"), "idempotency_key": key}
        made = self._about("create_machine_secret", machine, **given)
        return NewMachine.model_validate(made)

    @override
    def remove(self, machine: UUID, secret: UUID) -> Machine:
        left = self._about("delete_machine_secret", machine, secret=str(secret))
        return Machine.model_validate(left)

    def _about(self, function: str, machine: UUID, **arguments: object) -> Any:  # noqa: ANN401
        return self._database.call(function, {"machine": str(machine), **arguments})


class MachineAccountRepository(MachineAccounts):
    """Accounts of machine users; needs the secret key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def missing(self, machine: UUID) -> Account | None:
        row = self._database.call("machine_account", {"machine": str(machine)})
        return None if row is None else Account.model_validate(row)

    @override
    def authenticate(
        self, client_id: str, client_secret: SecretStr
    ) -> MachineCredentials | None:
        arguments = {
            "client_id": client_id,
            "client_secret": client_secret.get_secret_value(),
        }
        row = self._database.call("authenticate_machine", arguments)
        return None if row is None else MachineCredentials.model_validate(row)
