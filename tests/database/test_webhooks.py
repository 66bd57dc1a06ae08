"""Outbound webhooks: owed once, claimed once, recorded, replayed, admins' alone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from psycopg import sql

from shared.core.events import parse_event

from .desk import ANYBODY, WORKER, refused

pytestmark = pytest.mark.slow
URL = "https://hooks.example.com/autocrm"
LOG = {"attempted_at": "2026-11-23T09:00:00Z", "milliseconds": 12, "status": 500}


def webhook(desk, **draft):
    return desk.call("admin", "create_webhook", url=URL, **draft)


def happen(desk, count=1):
    """Let tickets be opened and owe their events; return the ids of the events."""
    ids = [desk.events(desk.ticket())[0]["id"] for _ in range(count)]
    for event in ids:
        fill(desk, event)
    return ids


def fill(desk, event):
    return desk.call(WORKER, "create_webhook_deliveries", event=event)


def claim(desk, **asked):
    return desk.rows(WORKER, "claim_webhook_deliveries", **asked)


def record(desk, due, outcome, **asked):
    return desk.call(
        WORKER,
        "record_webhook_attempt",
        delivery=due["delivery_id"],
        attempt=due["attempt"],
        outcome=outcome,
        log=LOG,
        **asked,
    )


def deliveries(desk, hook, **asked):
    return desk.rows("admin", "list_webhook_deliveries", webhook=hook["id"], **asked)


def states(desk, hook):
    return [each["state"] for each in deliveries(desk, hook)]


def age(desk, column, by="91 seconds"):
    column = sql.Identifier(column)
    update = sql.SQL("update private.webhook_deliveries set {0} = {0} - %s::interval")
    desk.run(update.format(column), by)


def test_an_event_is_owed_once_to_whoever_asked_for_it(desk):
    everything = webhook(desk)
    other = webhook(desk, event_types=["TICKET_ASSIGNED"])
    ticket = desk.ticket()
    [event] = desk.events(ticket)

    assert fill(desk, event["id"]) is True
    assert fill(desk, event["id"]) is False

    [owed] = deliveries(desk, everything)
    assert (owed["event_id"], owed["seq"], owed["attempts"]) == (event["id"], 1, 0)
    assert owed["payload"]["type"] == "TICKET_CREATED"
    assert parse_event(owed["payload"]["data"]) == parse_event(event)
    assert deliveries(desk, other) == []


def test_what_happened_before_somebody_asked_is_not_owed(desk):
    ticket = desk.ticket()
    hook = webhook(desk)
    desk.run(
        "update private.webhook_endpoints set created_at = now() + interval '1 second'"
    )

    assert fill(desk, desk.events(ticket)[0]["id"]) is False
    assert deliveries(desk, hook) == []


def test_internal_events_go_only_to_whoever_asked_for_them(desk):
    public, internal = webhook(desk), webhook(desk, include_internal=True)
    ticket = desk.ticket()
    desk.note(ticket)

    for event in desk.events(ticket):
        fill(desk, event["id"])

    assert len(deliveries(desk, public)) == 1
    assert len(deliveries(desk, internal)) == 2


def test_eight_workers_claim_every_delivery_once(office):
    first = office()
    webhook(first)
    webhook(first)
    happen(first, 20)
    desks = [office() for _ in range(8)]

    def work(desk):
        mine = []
        while batch := claim(desk, max_items=3):
            for due in batch:
                mine.append(due["delivery_id"])
                record(desk, due, "delivered")
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [each for mine in pool.map(work, desks) for each in mine]

    # Whoever finds others at work may stop; what is left is claimed by the next.
    claimed += work(first)
    assert len(claimed) == len(set(claimed)) == 40
    assert first.one("select count(*) from private.webhook_attempts") == 40


def test_a_lease_ends_and_the_late_worker_has_no_say(desk):
    hook = webhook(desk)
    happen(desk)
    [lost] = claim(desk)
    assert claim(desk) == []

    age(desk, "due_at")
    age(desk, "leased_until")
    [again] = claim(desk)

    assert (lost["delivery_id"], lost["attempt"] + 1) == (
        again["delivery_id"],
        again["attempt"],
    )
    record(desk, lost, "gave_up")
    assert states(desk, hook) == ["pending"]
    record(desk, again, "delivered")
    assert states(desk, hook) == ["delivered"]


def test_that_it_was_delivered_is_believed_even_late(desk):
    hook = webhook(desk)
    happen(desk)
    [lost] = claim(desk)
    age(desk, "due_at")
    age(desk, "leased_until")
    claim(desk)

    record(desk, lost, "delivered")

    assert states(desk, hook) == ["delivered"]


def test_one_endpoint_has_eight_places_and_one_while_it_fails(desk):
    slow = webhook(desk)
    happen(desk, 12)

    batch = claim(desk)
    assert len(batch) == 8
    assert claim(desk) == []
    record(desk, batch[0], "retry", retry_seconds=60)
    assert claim(desk) == []
    for due in batch[1:]:
        record(desk, due, "retry", retry_seconds=60)
    assert len(claim(desk)) == 1
    assert slow["failing_since"] is None


def test_who_works_is_served_before_who_fails(desk):
    failing, working = webhook(desk), webhook(desk)
    desk.run(
        "update private.webhook_endpoints set failing_since = now() where id = %s",
        failing["id"],
    )
    happen(desk, 2)

    assert {due["endpoint_id"] for due in claim(desk, max_items=2)} == {working["id"]}
    assert {due["endpoint_id"] for due in claim(desk, max_items=2)} == {failing["id"]}


def test_a_retry_is_due_when_it_was_said(desk):
    webhook(desk)
    happen(desk)
    [due] = claim(desk)

    record(desk, due, "retry", retry_seconds=60)

    assert claim(desk) == []
    age(desk, "due_at", "61 seconds")
    assert claim(desk)[0]["attempt"] == 2


def test_a_paused_endpoint_collects_and_sends_when_resumed(desk):
    hook = webhook(desk)
    change = {"webhook": hook["id"], "changes": {"paused": True}}
    assert desk.call("admin", "change_webhook", **change)["paused_at"]
    happen(desk, 2)

    assert claim(desk) == []

    desk.call("admin", "change_webhook", webhook=hook["id"], changes={"paused": False})
    assert len(claim(desk)) == 2


def test_three_days_of_failure_disable_an_endpoint_until_somebody_enables_it(desk):
    hook = webhook(desk)
    happen(desk, 2)
    first, second = claim(desk)
    assert record(desk, first, "retry") is False
    desk.run(
        "update private.webhook_endpoints"
        " set failing_since = failing_since - interval '73 hours'"
    )

    assert record(desk, second, "retry") is True
    missed = happen(desk)
    assert claim(desk) == []
    seen = desk.call("admin", "get_webhook", webhook=hook["id"])
    assert seen["disabled_reason"] == "failing"
    with refused("PT409", "webhook-disabled"):
        desk.call("admin", "ping_webhook", webhook=hook["id"])

    enable = {"webhook": hook["id"], "changes": {"enabled": True}}
    enabled = desk.call("admin", "change_webhook", **enable)
    assert (enabled["disabled_at"], enabled["failing_since"]) == (None, None)
    assert len(claim(desk)) == 2

    # What happened meanwhile was never owed; a replay of the time finds it.
    replay = {"webhook": hook["id"], "since": "2020-01-01", "until": "2020-01-02"}
    assert desk.call("admin", "replay_webhook_events", **replay) == {"replayed": 0}
    since = desk.one("select now() - interval '1 hour'")
    until = desk.one("select now() + interval '1 hour'")
    replay = {"webhook": hook["id"], "since": since, "until": until}
    assert desk.call("admin", "replay_webhook_events", **replay) == {"replayed": 1}
    assert set(missed) < {each["event_id"] for each in deliveries(desk, hook)}


def test_a_success_ends_failing_and_gone_ends_the_endpoint(desk):
    hook = webhook(desk)
    happen(desk, 3)
    one, two, three = claim(desk)

    record(desk, one, "retry", retry_seconds=60)
    record(desk, two, "delivered")
    seen = desk.call("admin", "get_webhook", webhook=hook["id"])
    assert (seen["failing_since"], seen["disabled_at"]) == (None, None)

    assert record(desk, three, "gone") is True
    seen = desk.call("admin", "get_webhook", webhook=hook["id"])
    assert seen["disabled_reason"] == "gone"


def test_two_secrets_live_for_a_day_and_are_told_once(desk):
    made = webhook(desk)
    happen(desk)
    rotated = desk.call("admin", "rotate_webhook_secret", webhook=made["id"])

    [due] = claim(desk)
    assert due["secrets"] == [rotated["secret"], made["secret"]]
    age(desk, "due_at")
    age(desk, "leased_until")
    desk.run(
        "update private.webhook_endpoints"
        " set old_secret_ends_at = old_secret_ends_at - interval '1 day'"
    )
    assert claim(desk)[0]["secrets"] == [rotated["secret"]]
    shown = [
        desk.call("admin", "get_webhook", webhook=made["id"]),
        desk.rows("admin", "list_webhooks"),
        deliveries(desk, made),
    ]
    assert "whsec_" not in str(shown)


def test_a_request_sent_twice_makes_one(desk):
    once = webhook(desk, idempotency_key="k")
    again = webhook(desk, idempotency_key="k")
    pings = [
        desk.call("admin", "ping_webhook", webhook=once["id"], idempotency_key="p")
        for _ in range(2)
    ]

    assert once == again
    assert pings[0] == pings[1]
    assert [each["type"] for each in deliveries(desk, once)] == ["WEBHOOK_PING"]


def test_a_delivery_is_replayed_under_the_same_event(desk):
    hook = webhook(desk)
    happen(desk)
    [due] = claim(desk)
    record(desk, due, "delivered")
    asked = {"webhook": hook["id"], "delivery": due["delivery_id"]}

    again = desk.call("admin", "replay_webhook_delivery", **asked)

    assert (again["replay"], again["event_id"]) == (1, due["event_id"])
    [second] = claim(desk)
    assert (second["delivery_id"], second["body"]) == (again["id"], due["body"])
    with refused("PT404"):
        desk.call("admin", "replay_webhook_delivery", **{**asked, "delivery": uuid4()})


def test_a_time_is_replayed_without_what_arrived_or_with_it(desk):
    hook = webhook(desk)
    happen(desk, 2)
    arrived, failed = claim(desk)
    record(desk, arrived, "delivered")
    record(desk, failed, "gave_up")
    since, until = (
        desk.one(f"select now() {sign} interval '1 hour'") for sign in ("-", "+")
    )
    asked = {"webhook": hook["id"], "since": since, "until": until}

    first = desk.call("admin", "replay_webhook_events", **asked)
    asked["delivered_too"] = True
    both = desk.call("admin", "replay_webhook_events", **asked)

    assert first == {"replayed": 1}
    assert both == {"replayed": 1}  # the other one is still to be sent
    with refused("PT422", "bad-range"):
        desk.call("admin", "replay_webhook_events", **{**asked, "since": until})


def test_the_log_tells_every_attempt(desk):
    hook = webhook(desk)
    happen(desk)
    [due] = claim(desk)
    record(desk, due, "retry", retry_seconds=0)
    [due] = claim(desk)
    record(desk, due, "gave_up")

    asked = {"webhook": hook["id"], "delivery": due["delivery_id"]}
    log = desk.rows("admin", "list_webhook_attempts", **asked)

    assert [each["attempt"] for each in log] == [1, 2]
    assert log[0]["request"].startswith('{"data": ')
    [failed] = deliveries(desk, hook, state="failed")
    assert (failed["last_status"], failed["due_at"]) == (500, None)
    assert deliveries(desk, hook, state="pending") == []


def test_old_deliveries_are_forgotten(desk):
    hook = webhook(desk)
    happen(desk, 2)
    [kept, _] = deliveries(desk, hook)
    desk.run(
        "update private.webhook_deliveries set created_at = now() - interval '31 days'"
        " where id <> %s",
        kept["id"],
    )

    assert desk.call(WORKER, "delete_old_webhook_deliveries") == 1
    assert [each["id"] for each in deliveries(desk, hook)] == [kept["id"]]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com",
        "https://user:pass@hooks.example.com",  # pragma: allowlist secret
        "ftp://hooks.example.com",
        "https://",
        "http://127.0.0.1@hooks.example.com",
    ],
)
def test_an_url_that_may_not_be_is_refused(desk, url):
    with refused("23514"):
        desk.call("admin", "create_webhook", url=url)


@pytest.mark.parametrize("who", ["customer", "agent", "lead", ANYBODY])
@pytest.mark.parametrize(
    ("function", "asked"),
    [
        ("list_webhooks", ()),
        ("create_webhook", ("url",)),
        ("get_webhook", ("webhook",)),
        ("change_webhook", ("webhook", "changes")),
        ("rotate_webhook_secret", ("webhook",)),
        ("delete_webhook", ("webhook",)),
        ("ping_webhook", ("webhook",)),
        ("list_webhook_deliveries", ("webhook",)),
        ("list_webhook_attempts", ("webhook", "delivery")),
        ("replay_webhook_delivery", ("webhook", "delivery")),
        ("replay_webhook_events", ("webhook", "since")),
    ],
)
def test_only_who_manages_webhooks_has_to_do_with_them(desk, who, function, asked):
    hook = webhook(desk)
    values = {
        "url": URL,
        "webhook": hook["id"],
        "changes": {"paused": True},
        "delivery": uuid4(),
        "since": "2026-11-01",
    }

    with refused("42501" if who == ANYBODY else "PT403"):
        desk.call(who, function, **{name: values[name] for name in asked})


def test_a_claim_reads_what_is_due_and_not_the_log(desk):
    hook = webhook(desk)
    desk.run(
        "insert into private.webhook_deliveries"
        " (endpoint_id, event_id, type, payload, delivered_at)"
        " select %s, gen_random_uuid(), 'WEBHOOK_PING', '{}', now()"
        " from generate_series(1, 5000)",
        hook["id"],
    )
    desk.run("analyze private.webhook_deliveries")
    plan = desk.run(
        "explain select id from private.webhook_deliveries"
        " where endpoint_id = %s and state = 'pending' and due_at <= now()"
        " order by due_at limit 8 for update skip locked",
        hook["id"],
    )

    assert "webhook_deliveries_due" in str(list(plan))
