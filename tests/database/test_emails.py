"""Mail waits, is coalesced, is taken by one worker at a time, and ends."""

import threading

import pytest

from .cast import PEOPLE, id_of
from .desk import WORKER, refused
from .told import (
    assigned_ticket,
    claim,
    mail_is_due,
    one_mail_due,
    settle,
    told,
)

pytestmark = pytest.mark.slow
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ticket(desk):
    return assigned_ticket(desk)


def test_a_burst_of_twenty_events_is_one_mail(desk, ticket):
    for number in range(20):
        desk.say("agent", ticket, f"Part {number}.")
        settle(desk)

    assert claim(desk) == []  # it waits for more
    mail_is_due(desk)
    [mail] = claim(desk)
    assert mail["address"] == "customer@example.com"
    assert [each["words"] for each in mail["happened"]] == [
        f"Part {number}." for number in range(20)
    ]


def test_mail_waits_from_its_first_event_on(desk, ticket):
    desk.say("agent", ticket)
    settle(desk)
    due = desk.one("select due_at from private.emails")

    desk.say("agent", ticket)
    settle(desk)

    assert desk.one("select due_at from private.emails") == due
    assert desk.one(
        "select due_at - created_at = email_delay from private.emails, private.settings"
    )


def test_what_happens_after_a_mail_was_taken_is_another_mail(desk, ticket):
    one_mail_due(desk, ticket)
    [first] = claim(desk)

    desk.say("agent", ticket, "And more.")
    settle(desk)
    desk.run("update private.emails set due_at = now() where claimed_at is null")
    [second] = claim(desk)

    assert first["id"] != second["id"]
    assert [each["words"] for each in second["happened"]] == ["And more."]


def test_a_note_is_mailed_without_its_words(desk, ticket):
    desk.note(ticket, "lead", "He is angry.")
    settle(desk)
    mail_is_due(desk)

    [mail] = claim(desk)

    assert mail["person_id"] == str(id_of("agent"))
    assert mail["happened"][0]["words"] is None


def test_rights_are_asked_again_when_mail_is_taken(desk, ticket):
    desk.note(ticket, "lead")
    desk.say("customer", ticket, "Hello?")
    settle(desk)
    mail_is_due(desk)
    desk.run(
        "delete from public.role_permissions"
        " where role = 'agent' and permission = 'tickets.note'"
    )

    mails = {mail["person_id"]: mail for mail in claim(desk)}

    told = mails[str(id_of("agent"))]["happened"]
    assert [each["words"] for each in told] == ["Hello?"]


def test_mail_with_nothing_left_to_tell_is_dropped(desk, ticket):
    desk.say("customer", ticket)
    settle(desk)
    mail_is_due(desk)
    desk.run("delete from public.queue_members where person_id = %s", id_of("agent"))

    assert claim(desk) == []
    assert desk.one("select last_error from private.emails") == "nothing to tell"
    assert desk.one("select gave_up_at is not null from private.emails")


def test_mail_to_somebody_who_sees_nothing_is_dropped(desk, ticket):
    one_mail_due(desk, ticket)
    desk.run("update private.emails set person_id = %s", id_of("stranger"))

    assert claim(desk) == []


def test_a_customer_reads_labels_and_names_made_for_customers(desk, ticket):
    desk.call("agent", "update_ticket_status", ticket=ticket["id"], status="open")
    desk.say("colleague", ticket)
    settle(desk)
    mail_is_due(desk)

    mails = {mail["person_id"]: mail for mail in claim(desk)}
    customer, agent = mails[str(id_of("customer"))], mails[str(id_of("agent"))]

    assert customer["statuses"]["on_hold"] == "In progress"
    assert agent["statuses"]["on_hold"] == "On hold"
    assert customer["names"] == {
        str(id_of("agent")): "Agent",
        str(id_of("colleague")): "Colleague",
    }


def test_a_name_that_a_reader_may_not_know_stays_out(desk, ticket):
    desk.run("update public.organizations set shares_tickets = false")
    desk.run(
        "insert into public.queue_members (queue_id, person_id)"
        " select queue_id, %s from public.tickets where id = %s",
        id_of("stranger"),
        ticket["id"],
    )
    desk.run("delete from public.role_permissions where permission = 'people.read'")
    desk.run(
        "insert into public.person_roles (person_id, role) values (%s, 'agent')",
        id_of("stranger"),
    )
    desk.say("customer", ticket)
    settle(desk)
    mail_is_due(desk)

    [mail] = claim(desk)

    assert mail["person_id"] == str(id_of("agent"))
    assert mail["names"] == {}


def test_a_lost_worker_loses_its_mail_and_its_say(desk, ticket):
    one_mail_due(desk, ticket)
    [lost] = claim(desk)
    assert claim(desk) == []  # it is somebody's
    mail_is_due(desk)  # the lease is over
    [taken] = claim(desk)

    assert (lost["attempt"], taken["attempt"]) == (1, 2)
    failed = {"email": lost["id"], "attempt": 1, "error": "late", "permanent": True}
    assert desk.call(WORKER, "record_email_failure", **failed) is False
    assert desk.one("select gave_up_at from private.emails") is None
    desk.call(WORKER, "record_email_sent", email=taken["id"])
    mail_is_due(desk)
    assert claim(desk) == []


def test_mail_is_put_off_twice_as_long_each_time_and_given_up(desk, ticket):
    one_mail_due(desk, ticket)
    waits = []
    for attempt in range(1, 11):
        [mail] = claim(desk)
        failed = {"email": mail["id"], "attempt": attempt, "error": "Throttled"}
        gave_up = desk.call(WORKER, "record_email_failure", **failed)
        assert gave_up is (attempt == 10)
        query = (
            "select extract(epoch from due_at - now())::int / 60 from private.emails"
        )
        waits.append(desk.one(query))
        mail_is_due(desk)

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert claim(desk) == []


def test_mail_that_kills_its_worker_ends_too(desk, ticket):
    one_mail_due(desk, ticket)
    for _ in range(10):
        assert len(claim(desk)) == 1
        mail_is_due(desk)

    assert claim(desk) == []
    assert desk.one("select last_error from private.emails") == "lost"


def test_a_batch_is_bounded(desk):
    for _ in range(5):
        one_mail_due(desk, assigned_ticket(desk))

    assert len(claim(desk, max_items=3)) == 3
    assert len(claim(desk, max_items=3)) == 2


def together(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_eight_workers_never_hold_the_same_mail(office):
    desk = office()
    for _ in range(40):
        one_mail_due(desk, assigned_ticket(desk))
    desks = [office() for _ in range(8)]
    start, taken = threading.Barrier(8), [[] for _ in desks]

    def work(number):
        start.wait()
        while batch := claim(desks[number], max_items=3):
            taken[number] += [mail["id"] for mail in batch]

    workers = [threading.Thread(target=work, args=[number]) for number in range(8)]
    together(workers)

    everything = [mail for batch in taken for mail in batch]
    assert len(everything) == len(set(everything)) == 40


def events_of(mails):
    return [each["event"]["id"] for mail in mails for each in mail["happened"]]


def test_events_that_come_while_mail_is_taken_are_not_lost(office):
    desk = office()
    ticket = assigned_ticket(desk)
    desk.run("update private.settings set email_delay = '0'")
    for _ in range(30):
        desk.say("agent", ticket)
    events = [row[0] for row in desk.run("select event_id from private.outbox")]
    sent, done = [], threading.Event()

    def send(worker):
        while not done.is_set():
            sent.extend(claim(worker))

    def tell(worker, mine):
        for event in mine:
            worker.call(WORKER, "notify_people", event=event)

    sender = threading.Thread(target=send, args=[office()])
    tellers = [
        threading.Thread(target=tell, args=[office(), events[part::3]])
        for part in range(3)
    ]
    sender.start()
    together(tellers)
    done.set()
    sender.join()

    assert sorted(events_of(sent + claim(desk))) == sorted(map(str, events))


def test_old_mail_and_what_was_read_long_ago_is_forgotten(desk, ticket):
    one_mail_due(desk, ticket)
    desk.say("agent", ticket)
    settle(desk)
    [mail] = claim(desk)
    desk.call(WORKER, "record_email_sent", email=mail["id"])
    old = "now() - interval '91 days'"
    desk.run(f"update private.emails set created_at = {old}")  # noqa: S608
    first = desk.one("select id from public.notifications limit 1")
    desk.run(
        f"update public.notifications set read_at = {old} where id = %s",  # noqa: S608
        first,
    )

    assert desk.call(WORKER, "delete_old_notifications") == 2
    assert desk.call(WORKER, "delete_old_notifications") == 0
    assert len(told(desk, "customer")) == 1


@pytest.mark.parametrize("who", PEOPLE)
def test_mail_is_the_workers_alone(desk, who):
    for function in ("claim_emails", "delete_old_notifications"):
        with refused("42501"):
            desk.rows(who, function)
    with refused("42501"):
        desk.rows(who, "record_email_sent", email=NOBODY)
