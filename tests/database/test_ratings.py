"""Satisfaction: requesters rate solved tickets, signed in or by a link."""

import pytest

from .acting import ANON, WORKER, refused

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(db):
    return db.create_ticket_in("solved")


def rate(db, ticket, score="good", who="customer", **more):
    return db.call(who, "rate_ticket", ticket=ticket["id"], score=score, **more)


def by_link(db, token, score="good", **more):
    return db.call(ANON, "rate_by_link", token=token, score=score, **more)


def seen(db, ticket, who):
    return db.call(who, "get_ticket", ticket=ticket["id"]).get("rating")


def rated(db, ticket):
    return [each for each in db.events(ticket) if each["type"] == "TICKET_RATED"]


def mailed_token(db, ticket, person="customer"):
    """Return the token in the email about the solving, as the worker reads it."""
    db.execute("update private.settings set email_delay = '0'")
    for event in db.events(ticket):
        db.call(WORKER, "notify_people", event=event["id"])
    emails = db.rows(WORKER, "claim_emails", max_items=20)
    tokens = {
        each["address"].split("@")[0]: each.get("rating_token") for each in emails
    }
    assert [who for who, token in tokens.items() if token] in ([], ["customer"])
    return tokens.get(person)


def test_requesters_rate_and_staff_see_it(db, ticket):
    assert seen(db, ticket, "customer")["score"] is None

    given = rate(db, ticket, "bad", comment="Slow.")

    assert (given["score"], given["comment"]) == ("bad", "Slow.")
    for who in ("customer", "agent", "lead", "admin"):
        assert seen(db, ticket, who) == given
    assert seen(db, ticket, "colleague") is None
    [event] = rated(db, ticket)
    assert event["is_internal"]
    assert event["after"]["person_name"] == "Customer"


def test_a_rating_is_changed_and_never_given_twice(db, ticket):
    rate(db, ticket, "bad", comment="Slow.")
    rate(db, ticket, "bad", comment="Slow.")
    rate(db, ticket, "good")

    [first, second] = rated(db, ticket)
    assert first["before"] is None
    assert (second["before"]["score"], second["after"]["score"]) == ("bad", "good")
    assert db.scalar("select count(*) from private.ratings") == 1


@pytest.mark.parametrize(
    ("who", "code"),
    [("colleague", "PT403"), ("agent", "PT403"), ("admin", "PT403"),
     ("stranger", "PT404")],
)  # fmt: skip
def test_nobody_else_rates(db, ticket, who, code):
    with refused(code):
        rate(db, ticket, who=who)


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_only_what_is_solved_is_rated(db, category):
    with refused("PT409", "rating-closed"):
        rate(db, db.create_ticket_in(category))


def test_a_rating_is_fixed_after_its_time_or_switched_off(db, ticket):
    rate(db, ticket, "good")
    token = mailed_token(db, ticket)
    db.close(ticket)  # 29 days later

    for attempt in (lambda: rate(db, ticket, "bad"), lambda: by_link(db, token, "bad")):
        with refused("PT409", "rating-closed"):
            attempt()
    db.execute("update private.settings set rating_open_for = '30 days'")
    assert rate(db, ticket, "bad")["score"] == "bad"
    db.execute("update private.settings set ratings_enabled = false")
    with refused("PT409", "rating-closed"):
        rate(db, ticket, "good")


@pytest.mark.parametrize("score", ["", "great", None])
def test_a_score_is_good_or_bad(db, ticket, score):
    with refused("PT422", "invalid"):
        rate(db, ticket, score)


def test_the_link_in_the_email_rates_without_signing_in(db, ticket):
    token = mailed_token(db, ticket)

    by_link(db, token, "bad", comment="Slow.")
    by_link(db, token, "bad", comment="Slow.")

    [event] = rated(db, ticket)
    assert (event["actor_id"], event["after"]["person_name"]) == (None, "Customer")
    assert seen(db, ticket, "agent")["score"] == "bad"
    kept = db.scalar("select encode(token_hash, 'hex') from private.rating_links")
    assert kept != token
    for wrong in (token[:-1], token.upper(), "", kept, "0" * 64):
        with refused("PT404", "not-found"):
            by_link(db, wrong)


@pytest.mark.parametrize("why", ["off", "reopened"])
def test_nobody_is_asked_in_vain(db, ticket, why):
    if why == "off":
        db.execute("update private.settings set ratings_enabled = false")
    else:
        db.set_status(ticket, "open")

    assert mailed_token(db, ticket) is None


def test_a_redaction_reaches_the_words(db, ticket):
    rate(db, ticket, "bad", comment="My word is hunter2.")

    arguments = {"ticket": ticket["id"], "redacted_text": "hunter2"}
    done = db.call("lead", "redact_ticket", **arguments)

    assert done["places"] == 2
    assert "hunter2" not in str((rated(db, ticket), seen(db, ticket, "customer")))
