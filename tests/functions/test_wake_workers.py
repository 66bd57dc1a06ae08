"""The clock: whoever has work is woken, and nobody else."""

import pytest

from functions.wake_workers import app
from functions.wake_workers.use_case import Clock
from shared.clock import DueWork, Work
from shared.errors import Unavailable
from shared.settings import WorkerFunctions
from tests.events import context
from tests.fakes import FakeDatabase


class Workers(dict):
    """A worker for every kind of work; those named cannot be reached."""

    def __init__(self, away=()):
        self.woken = []
        super().__init__({kind: self.worker(kind, kind in away) for kind in Work})

    def worker(self, kind, away):
        def start():
            if away:
                raise Unavailable
            self.woken.append(kind)

        return start


def clock(workers, *found):
    return Clock(DueWork(FakeDatabase({"find_work": list(found)})), workers)


def test_one_worker_is_woken_for_each_kind_of_work(monkeypatch):
    workers = Workers()
    monkeypatch.setattr(app, "get_clock", lambda: clock(workers, "emails", "webhooks"))

    answer = app.handler({}, context())

    assert answer == {"woken": ["emails", "webhooks"]}
    assert workers.woken == [Work.EMAILS, Work.WEBHOOKS]


def test_while_there_is_nothing_to_do_nobody_is_woken():
    workers = Workers()

    assert clock(workers).strike() == []
    assert workers.woken == []


def test_work_of_a_newer_release_is_left_alone():
    workers = Workers()

    assert clock(workers, "moonwalks", "emails").strike() == ["emails"]


def test_one_that_cannot_be_woken_keeps_no_other_asleep():
    workers = Workers(away=[Work.EMAILS])

    with pytest.raises(Unavailable):
        clock(workers, "emails", "webhooks").strike()

    assert workers.woken == [Work.WEBHOOKS]


def test_every_kind_of_work_has_a_worker_in_the_settings():
    assert set(WorkerFunctions.model_fields) == set(Work)
