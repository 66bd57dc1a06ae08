"""Triggering jobs: one message a job, also for many triggers."""

import pytest

from shared.core.jobs import Job, coalesced_triggers, open_job_trigger


def test_a_trigger_names_the_job_and_may_be_delayed(aws):
    open_job_trigger().trigger(Job.WEBHOOKS, 5)

    assert aws.triggered() == [("webhooks", 5)]


def test_coalesced_triggers_are_one_message_a_job_when_the_last_is_due(aws):
    trigger = open_job_trigger()

    with coalesced_triggers():
        for seconds in (1, 0, 2):
            trigger.trigger(Job.QUEUE_STATUSES, seconds)
            trigger.trigger(Job.WEBHOOKS)
        before = aws.triggered()
    coalesced = aws.triggered()
    trigger.trigger(Job.WEBHOOKS)

    assert before == []
    assert coalesced == [("queue_statuses", 2), ("webhooks", 0)]
    assert len(aws.triggered()) == 3


def test_coalesced_triggers_are_sent_when_the_block_fails(aws):
    def fail():
        with coalesced_triggers():
            open_job_trigger().trigger(Job.WEBHOOKS)
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert aws.triggered() == [("webhooks", 0)]
