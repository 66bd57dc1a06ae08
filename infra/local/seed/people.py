"""Who works at Rook Cycles, who rides their bicycles, and the queues between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

QUEUES: Mapping[str, str] = {
    "support": "Riders' support",
    "billing": "Orders and billing",
    "workshop": "Workshop",
}
ORGANIZATIONS: Mapping[str, bool] = {"Brandt Bakery": True, "Harbour Couriers": True}
"""Customers' companies, and whether their people see one another's tickets."""


@dataclass(frozen=True)
class Somebody:
    """A demonstration person; `<key>@example.com` signs in."""

    key: str
    name: str
    role: str = "customer"
    queues: Sequence[str] = ()
    organization: str | None = None

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@example.com"


PEOPLE: Sequence[Somebody] = (
    Somebody("customer", "Clara Brandt", organization="Brandt Bakery"),
    Somebody("customer2", "Henrik Solberg", organization="Harbour Couriers"),
    Somebody("jonas", "Jonas Brandt", organization="Brandt Bakery"),
    Somebody("mirela", "Mirela Kovac"),
    Somebody("tariq", "Tariq Aziz", organization="Harbour Couriers"),
    Somebody("agent", "Ana Ruiz", "agent", ("support", "billing")),
    Somebody("agent2", "Bo Lindgren", "agent", ("workshop",)),
    Somebody("agent3", "Chidi Okafor", "agent", ("support",)),
    Somebody("lead", "Lena Vogt", "lead", ("support", "billing")),
    Somebody("admin", "Ada Nowak", "admin"),
)
