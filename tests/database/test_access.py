"""Who can see a ticket and why, compared with what everybody really gets."""

from itertools import product

import pytest
from psycopg.types.json import Jsonb

from .acting import ANON, ignoring, refused
from .arrange import revoke_permission, revoke_role
from .personas import PEOPLE, grant, id_of, user_of

pytestmark = pytest.mark.slow
RULES = ("requester", "organization", "queue_member", "all_queues", "follower")


def explain(db, ticket, who="admin", **options):
    return db.items(who, "explain_access", ticket=ticket["id"], **options)


def access_of(db, ticket, person):
    [access] = explain(db, ticket, person=id_of(person))
    return access


def rules_of(db, ticket, person):
    rules = access_of(db, ticket, person)["rules"]
    assert [each["rule"] for each in rules] == list(RULES)
    return {each["rule"] for each in rules if each["applies"]}


def gets(db, who, function, ticket):
    with ignoring("PT401", "PT404"):
        return db.call(who, function, ticket=ticket["id"])
    return None


def reads_note(db, who, ticket):
    page = gets(db, who, "list_comments", ticket)
    return page is not None and "Psst." in str(page)


def ban(db, who):
    db.execute(
        "update auth.users set banned_until = 'infinity' where id = %s", user_of(who)
    )


def share(db, shares):
    db.execute("update public.organizations set shares_tickets = %s", shares)


# What changes who may see something; each rule is on and off in some of them.
CHANGES = {
    "as it is": lambda db: None,
    "not shared": lambda db: share(db, shares=False),
    "banned agent": lambda db: ban(db, "agent"),
    "banned customer": lambda db: ban(db, "customer"),
    "no reading": lambda db: revoke_permission(db, "tickets.read"),
    "no reading of all": lambda db: revoke_permission(db, "tickets.read_all"),
    "no notes": lambda db: revoke_permission(db, "tickets.note", "agent"),
    "no agent": lambda db: revoke_role(db, "agent"),
    "an admin in the queue": lambda db: db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("support"),
        id_of("admin"),
    ),
    "followers": lambda db: [
        db.call("admin", "add_follower", ticket=ticket, person=str(id_of(name)))
        for ticket, name in zip(
            (id_ for (id_,) in db.execute("select id::text from public.tickets")),
            ("stranger", "customer", "colleague"),
            strict=True,
        )
    ],
    "a customer who leads": lambda db: grant(db.connection, "stranger", "lead"),
    "an agent of the organization": lambda db: db.execute(
        "update public.people set organization_id = %s where id = any (%s)",
        id_of("Sharing"),
        [id_of("biller"), id_of("stranger")],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_explanations_are_what_everybody_really_gets(db, change):
    tickets = [
        db.create_ticket("customer"),
        db.create_ticket("stranger", queue="billing"),
        db.create_ticket("agent", queue="billing"),
    ]
    for ticket in tickets:
        db.comment("admin", ticket, "Psst.", visibility="internal")
    CHANGES[change](db)
    grant(db.connection, "lead", "admin")  # who asks, whatever the change
    if change == "no reading of all":
        tickets = tickets[:1]

    for ticket in tickets:
        seen = {name for name in PEOPLE if gets(db, name, "get_ticket", ticket)}
        noted = {name for name in PEOPLE if reads_note(db, name, ticket)}
        listed = explain(db, ticket, "lead")

        names = [each["person"]["name"].lower() for each in listed]
        assert names == sorted(seen)
        assert all(each["can_see"] for each in listed)
        for name in PEOPLE:
            [access] = explain(db, ticket, "lead", person=str(id_of(name)))
            applied = [each["rule"] for each in access["rules"] if each["applies"]]
            assert access["can_see"] is (name in seen), name
            assert access["reads_notes"] is (name in noted), name
            assert access["can_see"] is (bool(applied) and access["can_sign_in"]), name
            assert (access in listed) is (name in seen)
            assert all(each["explanation"] for each in access["rules"])


@pytest.mark.parametrize(
    ("person", "rules"),
    [
        ("customer", {"requester", "organization"}),
        ("colleague", {"organization"}),
        ("stranger", set()),
        ("agent", {"queue_member"}),
        ("biller", set()),
        ("admin", {"all_queues"}),
    ],
)
def test_rules_are_named(db, person, rules):
    assert rules_of(db, db.create_ticket(), person) == rules


def test_explanations_say_why_not(db):
    ticket = db.create_ticket()

    def why(person, rule):
        rules = access_of(db, ticket, person)["rules"]
        return next(each["explanation"] for each in rules if each["rule"] == rule)

    assert why("biller", "queue_member") == (
        "Has tickets.read, but is no member of the queue."
    )
    assert why("stranger", "requester") == "Did not request it."
    share(db, shares=False)
    assert "do not see one another's" in why("colleague", "organization")
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("support"),
        id_of("stranger"),
    )
    assert why("stranger", "queue_member") == (
        "Is a member of the queue, but does not have tickets.read."
    )
    ban(db, "customer")
    access = access_of(db, ticket, "customer")
    assert (access["can_see"], access["can_sign_in"]) == (False, False)


def test_pages_hold_everybody_once_by_name(db):
    ticket = db.create_ticket()
    db.execute("update public.people set name = 'Same'")

    listed, after = [], {}
    while after is not None:
        page = db.call(
            "admin", "explain_access", ticket=ticket["id"], page_size=2, **after
        )
        listed += [each["person"]["id"] for each in page["items"]]
        after = page["next"] and {"after": Jsonb(page["next"])}

    assert listed == sorted({str(id_of(name)) for name in PEOPLE} - {
        str(id_of(name)) for name in ("stranger", "biller")
    })  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_staff_of_the_queue_may_ask(db, who):
    ticket = db.create_ticket()

    if who in ("agent", "neighbour", "lead", "admin"):
        assert explain(db, ticket, who)
    else:
        with refused("PT403" if who in ("customer", "colleague") else "PT404"):
            explain(db, ticket, who)


def test_who_requests_in_another_queue_may_not_ask(db):
    ticket = db.create_ticket("agent", queue="billing")

    with refused("PT403", "denied"):
        explain(db, ticket, "agent")
    with refused("42501"):
        explain(db, ticket, ANON)
    for missing, person in product((ticket, {"id": "nope"}), ("unknown",)):
        with refused("PT404", "not-found"):
            explain(db, missing, person=id_of(person))
