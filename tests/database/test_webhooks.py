"""Outbound webhooks: delivered once, claimed once, recorded, replayed."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from psycopg import sql

from shared.core.events import parse_event

from .acting import ANON, WORKER, refused
from .arrange import store_webhook_settings
from .webhooks import URL, create_deliveries, create_event, create_webhook, deliveries

pytestmark = pytest.mark.slow
LOG = {"attempted_at": "2026-11-23T09:00:00Z", "milliseconds": 12, "status": 500}


def create_events(db, count=1):
    return [create_event(db) for _ in range(count)]


def claim(db, **arguments):
    return db.rows(WORKER, "claim_webhook_deliveries", **arguments)


def record(db, due, outcome, **arguments):
    return db.call(
        WORKER,
        "record_webhook_attempt",
        delivery=due["delivery_id"],
        attempt=due["attempt"],
        outcome=outcome,
        log=LOG,
        **arguments,
    )


def states(db, hook):
    return [each["state"] for each in deliveries(db, hook)]


def age(db, column, by="91 seconds"):
    column = sql.Identifier(column)
    update = sql.SQL("update private.webhook_deliveries set {0} = {0} - %s::interval")
    db.execute(update.format(column), by)


def test_events_are_delivered_once_to_subscribed_endpoints(db):
    everything = create_webhook(db)
    other = create_webhook(db, event_types=["TICKET_ASSIGNED"])
    ticket = db.create_ticket()
    [event] = db.events(ticket)

    assert create_deliveries(db, event) is True
    assert create_deliveries(db, event) is False

    [delivery] = deliveries(db, everything)
    assert (delivery["event_id"], delivery["seq"], delivery["attempts"]) == (
        event["id"],
        1,
        0,
    )
    assert delivery["payload"]["type"] == "TICKET_CREATED"
    assert parse_event(delivery["payload"]["data"]) == parse_event(event)
    assert deliveries(db, other) == []


def test_earlier_events_are_not_delivered(db):
    ticket = db.create_ticket()
    hook = create_webhook(db)
    db.execute(
        "update private.webhook_endpoints set created_at = now() + interval '1 second'"
    )

    assert create_deliveries(db, db.events(ticket)[0]) is False
    assert deliveries(db, hook) == []


def test_internal_events_are_delivered_if_included_only(db):
    public, internal = create_webhook(db), create_webhook(db, include_internal=True)
    ticket = db.create_ticket()
    db.note(ticket)

    for event in db.events(ticket):
        create_deliveries(db, event)

    assert len(deliveries(db, public)) == 1
    assert len(deliveries(db, internal)) == 2


def test_concurrent_workers_claim_each_delivery_once(connect):
    first = connect()
    create_webhook(first)
    create_webhook(first)
    create_events(first, 20)
    connections = [connect() for _ in range(8)]

    def work(db):
        mine = []
        while batch := claim(db, max_items=3):
            for due in batch:
                mine.append(due["delivery_id"])
                record(db, due, "delivered")
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [each for mine in pool.map(work, connections) for each in mine]

    # Whoever finds others at work may stop; what is left is claimed by the next.
    claimed += work(first)
    assert len(claimed) == len(set(claimed)) == 40
    assert first.scalar("select count(*) from private.webhook_attempts") == 40


def test_workers_with_an_expired_lease_record_no_failure(db):
    hook = create_webhook(db)
    create_events(db)
    [lost] = claim(db)
    assert claim(db) == []

    age(db, "due_at")
    age(db, "leased_until")
    [again] = claim(db)

    assert (lost["delivery_id"], lost["attempt"] + 1) == (
        again["delivery_id"],
        again["attempt"],
    )
    record(db, lost, "gave_up")
    assert states(db, hook) == ["pending"]
    record(db, again, "delivered")
    assert states(db, hook) == ["delivered"]


def test_late_successes_are_recorded(db):
    hook = create_webhook(db)
    create_events(db)
    [lost] = claim(db)
    age(db, "due_at")
    age(db, "leased_until")
    claim(db)

    record(db, lost, "delivered")

    assert states(db, hook) == ["delivered"]


def test_an_endpoint_has_eight_deliveries_in_flight_or_one_while_failing(db):
    slow = create_webhook(db)
    create_events(db, 12)

    batch = claim(db)
    assert len(batch) == 8
    assert claim(db) == []
    record(db, batch[0], "retry", retry_seconds=60)
    assert claim(db) == []
    for due in batch[1:]:
        record(db, due, "retry", retry_seconds=60)
    assert len(claim(db)) == 1
    assert slow["failing_since"] is None


def test_working_endpoints_are_claimed_before_failing_ones(db):
    failing, working = create_webhook(db), create_webhook(db)
    db.execute(
        "update private.webhook_endpoints set failing_since = now() where id = %s",
        failing["id"],
    )
    create_events(db, 2)

    assert {due["endpoint_id"] for due in claim(db, max_items=2)} == {working["id"]}
    assert {due["endpoint_id"] for due in claim(db, max_items=2)} == {failing["id"]}


def test_retries_are_due_after_their_delay(db):
    create_webhook(db)
    create_events(db)
    [due] = claim(db)

    record(db, due, "retry", retry_seconds=60)

    assert claim(db) == []
    age(db, "due_at", "61 seconds")
    assert claim(db)[0]["attempt"] == 2


def test_paused_endpoints_collect_deliveries_until_resumed(db):
    hook = create_webhook(db)
    change = {"webhook": hook["id"], "changes": {"paused": True}}
    assert db.call("admin", "change_webhook", **change)["paused_at"]
    create_events(db, 2)

    assert claim(db) == []

    db.call("admin", "change_webhook", webhook=hook["id"], changes={"paused": False})
    assert len(claim(db)) == 2


def test_three_days_of_failure_disable_an_endpoint(db):
    hook = create_webhook(db)
    create_events(db, 2)
    first, second = claim(db)
    assert record(db, first, "retry") is False
    db.execute(
        "update private.webhook_endpoints"
        " set failing_since = failing_since - interval '73 hours'"
    )

    assert record(db, second, "retry") is True
    missed = create_events(db)
    assert claim(db) == []
    seen = db.call("admin", "get_webhook", webhook=hook["id"])
    assert seen["disabled_reason"] == "failing"
    with refused("PT409", "webhook-disabled"):
        db.call("admin", "ping_webhook", webhook=hook["id"])

    enable = {"webhook": hook["id"], "changes": {"enabled": True}}
    enabled = db.call("admin", "change_webhook", **enable)
    assert (enabled["disabled_at"], enabled["failing_since"]) == (None, None)
    assert len(claim(db)) == 2

    # Events of the meantime had no delivery; a replay of the period finds them.
    replay = {"webhook": hook["id"], "since": "2020-01-01", "until": "2020-01-02"}
    assert db.call("admin", "replay_webhook_events", **replay) == {"replayed": 0}
    since = db.scalar("select now() - interval '1 hour'")
    until = db.scalar("select now() + interval '1 hour'")
    replay = {"webhook": hook["id"], "since": since, "until": until}
    assert db.call("admin", "replay_webhook_events", **replay) == {"replayed": 1}
    delivered = {each["event_id"] for each in deliveries(db, hook)}
    assert {event["id"] for event in missed} < delivered


def test_success_ends_failing_and_gone_disables(db):
    hook = create_webhook(db)
    create_events(db, 3)
    one, two, three = claim(db)

    record(db, one, "retry", retry_seconds=60)
    record(db, two, "delivered")
    seen = db.call("admin", "get_webhook", webhook=hook["id"])
    assert (seen["failing_since"], seen["disabled_at"]) == (None, None)

    assert record(db, three, "gone") is True
    seen = db.call("admin", "get_webhook", webhook=hook["id"])
    assert seen["disabled_reason"] == "gone"


def test_old_secrets_are_valid_for_a_day_and_shown_once(db):
    made = create_webhook(db)
    create_events(db)
    rotated = db.call("admin", "rotate_webhook_secret", webhook=made["id"])

    [due] = claim(db)
    assert due["secrets"] == [rotated["secret"], made["secret"]]
    age(db, "due_at")
    age(db, "leased_until")
    db.execute(
        "update private.webhook_endpoints"
        " set old_secret_ends_at = old_secret_ends_at - interval '1 day'"
    )
    assert claim(db)[0]["secrets"] == [rotated["secret"]]
    shown = [
        db.call("admin", "get_webhook", webhook=made["id"]),
        db.rows("admin", "list_webhooks"),
        deliveries(db, made),
    ]
    assert "whsec_" not in str(shown)


def test_webhook_requests_are_idempotent(db):
    once = create_webhook(db, idempotency_key="k")
    again = create_webhook(db, idempotency_key="k")
    pings = [
        db.call("admin", "ping_webhook", webhook=once["id"], idempotency_key="p")
        for _ in range(2)
    ]

    assert once == again
    assert pings[0] == pings[1]
    assert [each["type"] for each in deliveries(db, once)] == ["WEBHOOK_PING"]


def test_a_delivery_is_replayed_under_the_same_event(db):
    hook = create_webhook(db)
    create_events(db)
    [due] = claim(db)
    record(db, due, "delivered")
    arguments = {"webhook": hook["id"], "delivery": due["delivery_id"]}

    again = db.call("admin", "replay_webhook_delivery", **arguments)

    assert (again["replay"], again["event_id"]) == (1, due["event_id"])
    [second] = claim(db)
    assert (second["delivery_id"], second["body"]) == (again["id"], due["body"])
    with refused("PT404"):
        db.call(
            "admin", "replay_webhook_delivery", **{**arguments, "delivery": uuid4()}
        )


def test_a_period_is_replayed_with_or_without_delivered_events(db):
    hook = create_webhook(db)
    create_events(db, 2)
    arrived, failed = claim(db)
    record(db, arrived, "delivered")
    record(db, failed, "gave_up")
    since, until = (
        db.scalar(f"select now() {sign} interval '1 hour'") for sign in ("-", "+")
    )
    arguments = {"webhook": hook["id"], "since": since, "until": until}

    first = db.call("admin", "replay_webhook_events", **arguments)
    arguments["delivered_too"] = True
    both = db.call("admin", "replay_webhook_events", **arguments)

    assert first == {"replayed": 1}
    assert both == {"replayed": 1}  # the other one is still to be sent
    with refused("PT422", "bad-range"):
        db.call("admin", "replay_webhook_events", **{**arguments, "since": until})


def test_every_attempt_is_logged(db):
    hook = create_webhook(db)
    create_events(db)
    [due] = claim(db)
    record(db, due, "retry", retry_seconds=0)
    [due] = claim(db)
    record(db, due, "gave_up")

    arguments = {"webhook": hook["id"], "delivery": due["delivery_id"]}
    log = db.rows("admin", "list_webhook_attempts", **arguments)

    assert [each["attempt"] for each in log] == [1, 2]
    assert log[0]["request"].startswith('{"data": ')
    [failed] = deliveries(db, hook, state="failed")
    assert (failed["last_status"], failed["due_at"]) == (500, None)
    assert deliveries(db, hook, state="pending") == []


def test_attempts_that_are_never_recorded_follow_the_schedule_and_end(db):
    hook = create_webhook(db)
    create_events(db)
    waits = []
    while claimed := claim(db):
        wait = db.scalar("select due_at - now() from private.webhook_deliveries")
        waits.append(wait.total_seconds())
        assert claimed[0]["attempt"] == len(waits)
        db.execute(
            "update private.webhook_deliveries"
            " set due_at = now(), leased_until = now() - interval '1 second'"
        )

    assert waits[:4] == [90] * 4
    assert waits == [max(90, min(5 * 2**before, 2560)) for before in range(40)]
    [lost] = deliveries(db, hook)
    assert (lost["state"], lost["last_error"]) == ("failed", "No attempt was recorded.")
    assert lost["leased_until"] is None


def test_what_is_asked_for_is_sent_at_once(db):
    store_webhook_settings(db)
    hook = create_webhook(db)
    create_events(db)
    [due] = claim(db)
    record(db, due, "delivered")
    since, until = (
        db.scalar(f"select now() {sign} interval '1 hour'") for sign in ("-", "+")
    )
    time = {"since": since, "until": until, "delivered_too": True}

    for function, arguments in [
        ("ping_webhook", {}),
        ("replay_webhook_delivery", {"delivery": due["delivery_id"]}),
        ("replay_webhook_events", time),
    ]:
        db.execute("delete from net.http_request_queue")
        db.execute("update private.webhook_deliveries set delivered_at = now()")
        db.call("admin", function, webhook=hook["id"], **arguments)

        [body] = db.execute(
            "select convert_from(body, 'utf8')::jsonb from net.http_request_queue"
        ).fetchone()
        assert body == {"job": "webhooks"}, function


def test_old_deliveries_are_deleted(db):
    hook = create_webhook(db)
    create_events(db, 2)
    [kept, _] = deliveries(db, hook)
    db.execute(
        "update private.webhook_deliveries set created_at = now() - interval '31 days'"
        " where id <> %s",
        kept["id"],
    )

    assert db.call(WORKER, "delete_old_webhook_deliveries") == 1
    assert [each["id"] for each in deliveries(db, hook)] == [kept["id"]]


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
def test_invalid_urls_are_refused(db, url):
    with refused("23514"):
        db.call("admin", "create_webhook", url=url)


@pytest.mark.parametrize("who", ["customer", "agent", "lead", ANON])
@pytest.mark.parametrize(
    ("function", "arguments"),
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
def test_webhooks_are_for_their_managers_only(db, who, function, arguments):
    hook = create_webhook(db)
    values = {
        "url": URL,
        "webhook": hook["id"],
        "changes": {"paused": True},
        "delivery": uuid4(),
        "since": "2026-11-01",
    }

    with refused("42501" if who == ANON else "PT403"):
        db.call(who, function, **{name: values[name] for name in arguments})


def test_claims_read_due_deliveries_by_index(db):
    hook = create_webhook(db)
    db.execute(
        "insert into private.webhook_deliveries"
        " (endpoint_id, event_id, type, payload, delivered_at)"
        " select %s, gen_random_uuid(), 'WEBHOOK_PING', '{}', now()"
        " from generate_series(1, 5000)",
        hook["id"],
    )
    db.execute("analyze private.webhook_deliveries")
    plan = db.execute(
        "explain select id from private.webhook_deliveries"
        " where endpoint_id = %s and state = 'pending' and due_at <= now()"
        " order by due_at limit 8 for update skip locked",
        hook["id"],
    )

    assert "webhook_deliveries_due" in str(list(plan))
