"""The account in Auth, which a machine user needs once the database has made it."""

from shared.core.errors import Unavailable
from shared.core.persistence import Accounts, Database
from shared.machines import MachineAccountRepository, NewMachine


class AccountMaker:
    """Gives machine users their accounts, with passwords that only the Vault keeps."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._machines = MachineAccountRepository(database)
        self._accounts = accounts

    def complete(self, machine: NewMachine) -> NewMachine:
        """Create the account of a machine user unless it has one; return the user.

        Raises:
            Unavailable: Auth did not create it. The same request completes it later.
        """
        missing = self._machines.missing(machine.id)
        if missing is None or self._accounts.create(missing):
            return machine
        # Auth also refuses what another request has created meanwhile.
        if self._machines.missing(machine.id) is not None:
            raise Unavailable("Auth did not create the account. Try again.")
        return machine
