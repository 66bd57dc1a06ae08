"""Work that waits, in memory: so many tickets a queue, given a few at a time."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class FakeAssigner:
    """`WorkGiver` and `IdleWork`; remembers whose turn it was."""

    queues: dict[UUID, int] = field(default_factory=dict)
    at_most: int = 10
    turns: list[UUID] = field(default_factory=list)
    followed: list[UUID] = field(default_factory=list)
    broken: Exception | None = None
    idle: int = 0

    def assign_after(self, event: UUID) -> bool:
        if self.broken:
            raise self.broken
        if event in self.followed:
            return False
        self.followed.append(event)
        return True

    def queues_due_for_assignment(self) -> list[UUID]:
        return [queue for queue, count in self.queues.items() if count]

    def assign_waiting(self, queue: UUID) -> int:
        self.turns.append(queue)
        given = min(self.at_most, self.queues[queue])
        self.queues[queue] -= given
        return given

    def release_idle(self) -> int:
        released = min(self.at_most, self.idle)
        self.idle -= released
        return released
