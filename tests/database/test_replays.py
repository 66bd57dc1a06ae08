"""Requests sent again with their idempotency key: by the same person, and by others."""

import pytest
from psycopg import sql

from tests.commands import REPLAYS

from .acting import ActingConnection, refused
from .personas import id_of

pytestmark = pytest.mark.slow

KEY = {"idempotency_key": "a-key"}
# Keys are kept longer than effects, and the differences of a queue fold by chance.
NOT_COUNTED = ("idempotency_keys", "command_counts", "queue_counts")
WITH_A_KEY = """
select array_agg(proname) from pg_proc
where pronamespace = 'api'::regnamespace and 'idempotency_key' = any (proargnames)
"""


def count_rows(db: ActingConnection) -> int:
    """Count the rows of every table that only a change of the desk adds to."""
    tables = db.execute(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'private') and tablename <> all (%s)",
        list(NOT_COUNTED),
    ).fetchall()
    counts = [
        sql.SQL("(select count(*) from {})").format(sql.Identifier(*table))
        for table in tables
    ]
    query = sql.SQL("select ") + sql.SQL(" + ").join(counts)
    [(rows,)] = db.execute(query)
    return int(rows)


def send(db, request, who, arguments):
    return db.rows(who, request.command, **arguments, **KEY)


def test_every_command_with_a_key_is_listed(db):
    listed = {request.command for request in REPLAYS}

    assert listed == set(db.scalar(WITH_A_KEY))


@pytest.mark.parametrize("request_", REPLAYS, ids=lambda each: each.command)
def test_each_person_gets_their_own_first_response_again(db, request_):
    first, second = request_.who
    arguments = {who: request_.prepare(db, who) for who in request_.who}

    responses = {
        who: send(db, request_, who, arguments[who]) for who in (first, second)
    }
    before = count_rows(db)
    again = {who: send(db, request_, who, arguments[who]) for who in (first, second)}

    assert again == responses
    assert count_rows(db) == before


@pytest.mark.parametrize("request_", REPLAYS, ids=lambda each: each.command)
def test_the_same_request_of_two_people_is_carried_out_for_both(db, request_):
    first, second = request_.who
    arguments = {who: request_.prepare(db, who) for who in request_.who}
    rows = [count_rows(db)]

    for who in (first, second):
        send(db, request_, who, arguments[who])
        rows.append(count_rows(db))

    assert rows[1] - rows[0] == rows[2] - rows[1]
    keys = db.execute("select person_id from private.idempotency_keys").fetchall()
    assert {who for (who,) in keys} == {id_of(first), id_of(second)}


@pytest.mark.parametrize(
    ("request_", "loss"),
    [(each, loss) for each in REPLAYS for loss in each.losses],
    ids=lambda each: getattr(each, "command", each),
)
def test_responses_are_given_again_only_to_who_may_see_them_today(db, request_, loss):
    who, _ = request_.who
    arguments = request_.prepare(db, who)
    response = send(db, request_, who, arguments)
    assert send(db, request_, who, arguments) == response

    lose, code = request_.losses[loss]
    lose(db)
    left = count_rows(db)

    with refused(code):
        send(db, request_, who, arguments)
    assert count_rows(db) == left


def test_a_claim_is_given_again_to_who_still_sees_the_ticket_in_another_way(db):
    [request] = [each for each in REPLAYS if each.command == "claim_next_ticket"]
    arguments = request.prepare(db, "agent")
    [claimed] = send(db, request, "agent", arguments)
    db.execute("delete from public.queue_members where person_id = %s", id_of("agent"))
    db.execute(
        "update public.people set organization_id ="
        " (select organization_id from public.people where id = %s) where id = %s",
        id_of("customer"),
        id_of("agent"),
    )

    [again] = send(db, request, "agent", arguments)

    assert again["id"] == claimed["id"]


def test_no_words_of_a_comment_are_stored_with_its_key(db):
    ticket = db.create_ticket()
    db.comment("agent", ticket, "Only once.", **KEY)

    stored = db.scalar("select response::text from private.idempotency_keys")

    assert "Only once." not in stored
