"""Following: who hears of a ticket, and who sees it by that alone."""

import pytest

from .acting import ANON, Json, refused
from .notifying import claim_emails, make_emails_due, notified, process_events
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow
STAFF = {"agent", "neighbour", "lead", "admin"}
SEE = {"customer", "colleague", *STAFF}


@pytest.fixture
def ticket(db):
    made = db.create_ticket()
    db.note(made, "agent", "Not for outside.")
    return made


def follow(db, who, ticket, person="me"):
    person = person if person == "me" else str(id_of(person))
    return db.call(who, "add_follower", ticket=ticket["id"], person=person)


def unfollow(db, who, ticket, person="me"):
    person = person if person == "me" else str(id_of(person))
    return db.call(who, "remove_follower", ticket=ticket["id"], person=person)


def names(db, who, ticket):
    return {
        each["name"] for each in db.items(who, "list_followers", ticket=ticket["id"])
    }


@pytest.mark.parametrize("who", PEOPLE)
def test_staff_who_answer_let_others_follow(db, ticket, who):
    if who in STAFF:
        assert follow(db, who, ticket, "stranger")["sees_by_following"]
    elif who in SEE:
        with refused("PT403", "denied"):
            follow(db, who, ticket, "stranger")
    else:
        with refused("PT404", "not-found"):
            follow(db, who, ticket, "stranger")
    with refused("42501"):
        follow(db, ANON, ticket)


@pytest.mark.parametrize("who", PEOPLE)
def test_whoever_sees_a_ticket_may_follow_it_and_no_one_else(db, ticket, who):
    if who in SEE:
        follower = follow(db, who, ticket)
        assert (follower["name"], follower["sees_by_following"]) == (who.title(), False)
        assert who.title() in names(db, who, ticket)
        assert unfollow(db, who, ticket)["since"] is None
    else:
        for act in (follow, unfollow):
            with refused("PT404", "not-found"):
                act(db, who, ticket)


def test_a_follower_from_outside_sees_what_is_public_of_one_ticket(db, ticket):
    other = db.create_ticket()
    follow(db, "agent", ticket, "stranger")

    shown = db.call("stranger", "get_ticket", ticket=ticket["id"])

    assert shown["requester"]["name"] == "Customer"
    bodies = {each["body"] for each in db.items("stranger", "list_comments",
                                                ticket=ticket["id"])}  # fmt: skip
    assert bodies == {"It is broken."}
    events = db.items("stranger", "list_ticket_events", ticket=ticket["id"])
    assert [each["seq"] for each in events] == [1, 2]
    assert events[1]["after"]["person_name"] == "Stranger"
    mine = db.items("stranger", "list_my_tickets")
    assert [each["id"] for each in mine] == [ticket["id"]]
    topics = db.rows("stranger", "list_topics", ticket=ticket["id"])
    assert not any(each["internal"] for each in topics)
    with refused("PT404"):
        db.call("stranger", "get_ticket", ticket=other["id"])
    assert db.read("stranger", "select id::text from public.tickets") == [ticket["id"]]
    with refused("PT403"):
        db.note(ticket, "stranger")
    with refused("PT403"):
        db.set_status(ticket, "open", "stranger")
    assert db.comment("stranger", ticket)["by_staff"] is False


SUPPLIER = "parts@supplier.example"


def copy_to(db, who, ticket, email=SUPPLIER):
    return db.call(who, "add_follower_by_email", ticket=ticket["id"], email=email)


@pytest.mark.parametrize("who", PEOPLE)
def test_staff_who_answer_let_an_address_follow(db, ticket, who):
    if who in STAFF:
        follower = copy_to(db, who, ticket, "Parts@Supplier.example")
        assert (follower["name"], follower["sees_by_following"]) == ("parts", True)
        assert copy_to(db, who, ticket) == follower
    else:
        with refused("PT403" if who in SEE else "PT404"):
            copy_to(db, who, ticket)
    known = db.scalar("select count(*) from public.people where email = %s", SUPPLIER)
    assert known == (1 if who in STAFF else 0)


def test_an_address_that_follows_gets_mail_of_what_is_public_and_no_account(db, ticket):
    process_events(db, notify=False)
    person = copy_to(db, "agent", ticket)["person_id"]
    db.note(ticket, "lead")
    db.comment("lead", ticket)
    process_events(db)

    events = db.execute(
        "select events.type, events.is_internal from private.emails"
        " join private.email_events on email_id = emails.id"
        " join public.ticket_events as events on events.id = event_id"
        " where person_id = %s order by events.seq",
        person,
    ).fetchall()
    assert ("TICKET_COMMENTED", False) in events
    assert not any(internal for _, internal in events)
    assert db.scalar("select private.can_sign_in(%s)", person) is False
    make_emails_due(db)
    [content] = [each for each in claim_emails(db) if each["person_id"] == person]
    assert (content["address"], content["name"]) == (SUPPLIER, "parts")


def test_who_is_known_by_an_address_follows_as_that_person(db, ticket):
    db.execute("update public.people set email = %s where id = %s", SUPPLIER,
               id_of("stranger"))  # fmt: skip

    assert copy_to(db, "agent", ticket)["person_id"] == str(id_of("stranger"))

    db.execute("update public.people set deactivated_at = now() where id = %s",
               id_of("stranger"))  # fmt: skip
    with refused("PT422", "not-eligible"):
        copy_to(db, "agent", ticket)


@pytest.mark.parametrize("by", ["agent", "stranger"])
def test_who_follows_no_more_sees_no_more(db, ticket, by):
    follow(db, "agent", ticket, "stranger")
    [topic] = {
        each["topic"]
        for each in db.rows("stranger", "list_topics", ticket=ticket["id"])
        if each["kind"] == "ticket"
    }

    unfollow(db, by, ticket, "stranger" if by == "agent" else "me")

    with refused("PT404"):
        db.call("stranger", "get_ticket", ticket=ticket["id"])
    assert db.items("stranger", "list_my_tickets") == []
    now = {each["topic"] for each in db.rows("agent", "list_topics",
                                             ticket=ticket["id"])}  # fmt: skip
    assert topic not in now
    joined = "select private.may_join_topic(%s)"
    assert db.read("stranger", joined, topic) == [False]
    seeing = "select count(*) from private.people_who_see(tickets, %s)"
    found = db.scalar(
        f"select ({seeing}) from public.tickets where id = %s",  # noqa: S608
        [id_of("stranger")],
        ticket["id"],
    )
    assert found == 0


def test_a_right_that_ends_is_not_replaced_by_following(db, ticket):
    follow(db, "lead", ticket, "neighbour")
    db.execute(
        "delete from public.queue_members where person_id = %s", id_of("neighbour")
    )

    with refused("PT404"):
        db.call("neighbour", "get_ticket", ticket=ticket["id"])
    assert follow(db, "lead", ticket, "neighbour")["sees_by_following"]
    assert db.call("neighbour", "get_ticket", ticket=ticket["id"])["id"] == ticket["id"]


def test_others_do_not_learn_who_follows_inside(db, ticket):
    follow(db, "agent", ticket, "stranger")
    follow(db, "colleague", ticket)

    assert names(db, "lead", ticket) == {"Agent", "Stranger", "Colleague"}
    assert names(db, "customer", ticket) == {"Stranger"}
    assert names(db, "colleague", ticket) == {"Stranger", "Colleague"}
    assert names(db, "stranger", ticket) == {"Stranger"}
    public = [each["type"] for each in db.items("customer", "list_ticket_events",
                                                ticket=ticket["id"])]  # fmt: skip
    assert public == ["TICKET_CREATED", "TICKET_FOLLOWER_ADDED"]


def test_following_twice_is_following_once(db, ticket):
    first = follow(db, "agent", ticket, "stranger")

    assert follow(db, "lead", ticket, "stranger") == first
    assert unfollow(db, "lead", ticket, "stranger") == {
        "person_id": str(id_of("stranger")),
        "name": "Stranger",
        "since": None,
        "sees_by_following": False,
    }
    unfollow(db, "lead", ticket, "stranger")
    types = db.event_types(ticket)
    assert types[2:] == ["TICKET_FOLLOWER_ADDED", "TICKET_FOLLOWER_REMOVED"]


def test_who_is_made_to_follow_hears_of_it_and_then_of_what_is_public(db, ticket):
    process_events(db, notify=False)
    follow(db, "agent", ticket, "stranger")
    db.note(ticket, "lead")
    db.comment("lead", ticket)
    process_events(db)

    assert notified(db, "stranger")[:2] == ["TICKET_FOLLOWER_ADDED", "TICKET_COMMENTED"]
    assert "TICKET_FOLLOWER_ADDED" not in notified(db, "customer")


def test_an_unknown_person_cannot_follow(db, ticket):
    with refused("PT404", "not-found"):
        follow(db, "agent", ticket, "unknown")


def test_fifty_people_at_most_see_a_ticket_by_following(db, ticket):
    db.execute(
        "with new as (insert into auth.users (id, email) select gen_random_uuid(),"
        " 'f' || n || '@example.com' from generate_series(1, 50) as n returning id)"
        " select count(*) from new"
    )
    db.execute(
        "insert into public.ticket_followers (person_id, ticket_id, grants_access)"
        " select id, %s, true from auth.users where email like 'f%%@example.com'",
        ticket["id"],
    )

    with refused("PT409", "too-many-followers"):
        follow(db, "agent", ticket, "stranger")
    assert follow(db, "agent", ticket, "neighbour")["sees_by_following"] is False


def test_followers_are_listed_page_by_page(db, ticket):
    for who in ("stranger", "biller"):
        follow(db, "agent", ticket, who)
    pages, after = [], None
    while True:
        page = db.call(
            "lead", "list_followers", ticket=ticket["id"], page_size=1, after=after
        )
        pages += [each["person_id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = Json(page["next"])

    people = [str(id_of(who)) for who in ("agent", "stranger", "biller")]
    assert sorted(pages) == sorted(people)


def test_who_sees_by_following_reads_it_in_the_feed(db, ticket):
    follow(db, "agent", ticket, "stranger")

    visible = db.read("stranger", "select private.visible_tickets_if_few()::text[]")

    assert visible == [[ticket["id"]]]
