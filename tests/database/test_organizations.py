"""Organizations: who sees and manages them, their domains, and moving between them."""

import psycopg
import pytest

from .acting import Json, refused
from .personas import PEOPLE, id_of, sign_up

pytestmark = pytest.mark.slow
STAFF = {"agent", "neighbour", "biller", "lead", "admin"}
SECRET = "Pays late."
SHARING, SILENT = str(id_of("Sharing")), str(id_of("Silent"))


def change(db, organization=SHARING, /, who="admin", **changes):
    arguments = {"organization": organization, "changes": changes}
    return db.call(who, "change_organization", **arguments)


def delete(db, organization):
    return db.call("admin", "delete_organization", organization=organization)


def join(db, who, email):
    """Confirm an address of somebody, as the link of an account does."""
    joined = db.scalar("select private.join_organization(%s, %s)", id_of(who), email)
    return joined and str(joined)


def move(db, who, organization):
    db.execute("select private.move_person(%s, %s)", id_of(who), organization)


def organization_of(db, who):
    query = "select organization_id::text from public.people where id = %s"
    return db.scalar(query, id_of(who))


def let_tickets_move(db):
    db.execute("update private.settings set organization_moves_tickets = true")


# Who sees what ---------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_staff_see_all_of_each_organization_and_others_the_name_of_their_own(db, who):
    change(db, notes=SECRET, domains=["sharing.example"])
    own = organization_of(db, who)

    listed = db.items(who, "list_organizations")

    if who in STAFF:
        assert [each["name"] for each in listed] == ["Sharing", "Silent"]
        assert listed[0]["notes"] == SECRET
        assert listed[0] == db.call(who, "get_organization", organization=SHARING)
    else:
        assert listed == ([{"id": SHARING, "name": "Sharing"}] if own else [])
        for organization in {SHARING, SILENT} - {own}:
            with refused("PT404", "not-found"):
                db.call(who, "get_organization", organization=organization)
        # Nor by looking for what it does not show.
        for hidden in ("sharing.example", "Silent"):
            assert db.items(who, "list_organizations", search=hidden) == []
        if own:
            shown = db.call(who, "get_organization", organization=own)
            assert shown == listed[0]
    assert db.read(who, "select notes from public.organizations order by name") == (
        [SECRET, ""] if who in STAFF else []
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_people_of_an_organization_are_listed_to_who_reads_people(db, who):
    def members(**page):
        return db.call(who, "list_organization_members", organization=SHARING, **page)

    if who in STAFF:
        first = members(page_size=1)
        rest = members(page_size=1, after=Json(first["next"]))
        names = [each["name"] for page in (first, rest) for each in page["items"]]
        assert (names, rest["next"]) == (["Colleague", "Customer"], None)
        return
    with refused("PT403" if organization_of(db, who) else "PT404"):
        members()


@pytest.mark.parametrize("who", PEOPLE)
def test_leads_and_administrators_manage_organizations(db, who):
    calls = [
        ("create_organization", {"name": "Third"}),
        ("change_organization", {"organization": SILENT, "changes": {"notes": "N"}}),
        ("delete_organization", {"organization": SILENT}),
    ]

    for function, arguments in calls:
        if who in ("lead", "admin"):
            assert db.call(who, function, **arguments)["id"]
        else:
            with refused("PT403", "denied"):
                db.call(who, function, **arguments)


def test_organizations_are_found_by_parts_of_names_and_domains_page_by_page(db):
    change(db, SILENT, domains=["quiet.example"])
    for number in range(3):
        db.call("lead", "create_organization", name=f"Inc. {number}")

    def find(search, **page):
        return db.call("agent", "list_organizations", search=search, **page)

    first = find("inc.", page_size=2)
    rest = find("inc.", page_size=2, after=Json(first["next"]))

    pages = [[each["name"] for each in page["items"]] for page in (first, rest)]
    assert (pages, rest["next"]) == ([["Inc. 0", "Inc. 1"], ["Inc. 2"]], None)
    assert [each["name"] for each in find("QUIET.")["items"]] == ["Silent"]
    assert find("%")["items"] == []


# Changing --------------------------------------------------------------------


def test_a_change_is_of_what_is_named_and_of_a_version(db):
    first = db.call("lead", "create_organization", name="Third", domains=["a.example"])
    assert first["domains"] == ["a.example"]
    second = change(db, first["id"], domains=["b.example", "a.example"])
    third = change(db, first["id"], shares_tickets=True, notes=SECRET)

    assert [each["version"] for each in (first, second, third)] == [1, 2, 3]
    assert third["domains"] == ["a.example", "b.example"]
    assert (third["name"], third["shares_tickets"]) == ("Third", True)
    for same in ({}, {"notes": SECRET}, {"domains": ["B.EXAMPLE", "a.example"]}):
        assert change(db, first["id"], **same) == third
    for function, more in (
        ("change_organization", {"changes": {"name": "Fourth"}}),
        ("delete_organization", {}),
    ):
        with refused("PT412", "stale"):
            db.call("lead", function, organization=first["id"], expected_version=2,
                    **more)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "slug"),
    [
        ({"name": "Sharing"}, "PT409", "name-taken"),
        ({"name": ""}, "23514", None),
        ({"name": "two\nlines"}, "23514", None),
        ({"name": "x" * 121}, "23514", None),
        ({"notes": "x" * 10_001}, "23514", None),
        ({"domains": ["taken.example"]}, "PT409", "domain-taken"),
        ({"domains": [f"d{n}.example" for n in range(101)]}, "PT422", "invalid"),
        *(
            ({"domains": ["fine.example", wrong]}, "PT422", "invalid-domain")
            for wrong in (
                "", "@", "com", "localhost", "a..example", ".example", "-a.example",
                "a-.example", "a_b.example", "a b.example", "a.example/x", "a@b.c",
                "192.0.2.1", "b\u00fccher.example", "x" * 64 + ".example",
                "x." * 125 + "example", "*.example.com", "a.example:25", "a.b\n.c",
            )
        ),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
def test_what_no_organization_has_is_refused(db, given, code, slug):
    change(db, SILENT, domains=["taken.example"])

    with refused(code, slug):
        db.call("lead", "create_organization", **{"name": "Third", **given})
    with refused(code, slug):
        change(db, SILENT if "name" in given else SHARING, **given)


@pytest.mark.parametrize(
    "written",
    [
        "Mail.Example",
        "  mail.example ",
        "@mail.example",
        "mail.example.",
        "MAIL.EXAMPLE",
    ],
)
def test_domains_are_stored_and_compared_in_one_form(db, written):
    assert change(db, domains=[written, "mail.example"])["domains"] == ["mail.example"]

    with refused("PT409", "domain-taken"):
        change(db, SILENT, domains=[written])


def test_a_domain_that_is_given_up_is_free_for_another(db):
    change(db, domains=["one.example", "two.example"])

    assert change(db, domains=["two.example"])["domains"] == ["two.example"]
    assert change(db, SILENT, domains=["one.example"])["domains"] == ["one.example"]
    delete(db, SILENT)
    assert change(db, domains=["one.example"])["domains"] == ["one.example"]


def test_of_two_organizations_one_gets_a_domain(connect):
    first, second, watch = connect(), connect(), connect()

    with first.blocking(change, second, SILENT, domains=["one.example"]) as late:
        change(first, SHARING, domains=["one.example"])
    with refused("PT409", "domain-taken"):
        late.result(30)
    assert change(watch, SILENT)["domains"] == []


# Joining and moving ----------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "joins"),
    [
        ("new@mail.example", True),
        ("New@Mail.Example", True),
        ('"odd@mail.example"@mail.example', True),
        ("new@sub.mail.example", False),
        ("new@notmail.example", False),
        ("mail.example@other.example", False),
        ("mail.example", False),
        ("", False),
        (None, False),
    ],
)
def test_a_confirmed_address_of_a_domain_joins_its_organization(db, email, joins):
    change(db, domains=["mail.example"])

    expected = SHARING if joins else None
    assert join(db, "stranger", email) == expected
    assert organization_of(db, "stranger") == expected


def test_who_belongs_somewhere_does_not_change_by_an_address(db):
    change(db, SILENT, domains=["mail.example"])

    assert join(db, "customer", "c@mail.example") is None
    assert join(db, "unknown", "u@mail.example") is None
    assert organization_of(db, "customer") == SHARING


def tickets_of_all_times(db):
    """Open one before the customer belonged anywhere, and a closed one since."""
    move(db, "customer", None)
    oldest = db.create_ticket()
    move(db, "customer", SHARING)
    return [oldest, db.create_ticket(), db.create_ticket_in("closed")]


def test_who_moves_requests_for_their_new_organization_from_then_on(db):
    old = tickets_of_all_times(db)

    move(db, "customer", SILENT)

    held = [db.reload(ticket)["organization_id"] for ticket in old]
    assert held == [None, SHARING, SHARING]
    assert db.create_ticket()["organization_id"] == SILENT
    # Colleagues of before still see what was theirs, and nothing newer.
    seen = db.call("colleague", "get_ticket", ticket=old[1]["id"])
    assert seen["organization"] == {"name": "Sharing"}
    with refused("PT404"):
        db.call("colleague", "get_ticket", ticket=db.create_ticket()["id"])


def test_one_setting_takes_all_their_tickets_along(db):
    old = tickets_of_all_times(db)
    theirs = db.create_ticket("colleague")
    let_tickets_move(db)
    change(db, SILENT, shares_tickets=True)
    move(db, "stranger", SILENT)

    move(db, "customer", SILENT)

    moved = [db.reload(ticket) for ticket in old]
    assert {each["organization_id"] for each in moved} == {SILENT}
    assert moved[2]["status"] == "closed"
    assert db.reload(theirs)["organization_id"] == SHARING
    for ticket in old:
        assert db.call("stranger", "get_ticket", ticket=ticket["id"])["id"]
        with refused("PT404"):
            db.call("colleague", "get_ticket", ticket=ticket["id"])
    again = [each["version"] for each in moved]
    move(db, "customer", SILENT)
    assert [db.reload(ticket)["version"] for ticket in old] == again


@pytest.mark.parametrize("column", ["subject", "queue_id", "assignee_id"])
def test_a_closed_ticket_that_moves_changes_in_nothing_else(db, column):
    ticket = db.create_ticket_in("closed")
    values = {"subject": "Other", "queue_id": id_of("billing"), "assignee_id": None}

    with refused("PT409", "ticket-closed"):
        db.execute(
            f"update public.tickets set organization_id = null, {column} = %s"  # noqa: S608
            " where id = %s",
            values[column],
            ticket["id"],
        )


@pytest.mark.parametrize("takes_tickets", [False, True])
def test_a_ticket_opened_during_a_move_is_of_the_time_before_or_after(
    connect, takes_tickets
):
    first, second, watch = connect(), connect(), connect()
    if takes_tickets:
        let_tickets_move(watch)

    with first.blocking(second.create_ticket) as late:
        move(first, "customer", SILENT)
    assert late.result(30)["organization_id"] == SILENT
    with first.blocking(move, second, "customer", SHARING) as moved:
        ticket = first.create_ticket()
    moved.result(30)

    expected = SHARING if takes_tickets else SILENT
    assert watch.reload(ticket)["organization_id"] == expected


# Deleting --------------------------------------------------------------------


def test_an_organization_is_deleted_when_its_people_and_tickets_have_moved(db):
    ticket = db.create_ticket_in("closed")
    sign_up(db.connection, "former")
    move(db, "former", SHARING)
    db.create_ticket("former")
    move(db, "former", None)

    with pytest.raises(psycopg.Error, match="organization-in-use") as refusal:
        delete(db, SHARING)
    said = refusal.value.diag.message_detail
    assert "people (2) and tickets (2)" in said
    assert "PATCH /v1/people/{id}" in said
    for who in ("customer", "colleague"):
        move(db, who, None)
    with refused("PT409", "organization-in-use"):
        delete(db, SHARING)

    # The way out that it names.
    let_tickets_move(db)
    for who in ("customer", "former"):
        move(db, who, SILENT)

    assert delete(db, SHARING)["name"] == "Sharing"
    assert db.reload(ticket)["organization_id"] == SILENT
    with refused("PT404", "not-found"):
        delete(db, SHARING)


@pytest.mark.parametrize("comes", ["person", "ticket"])
def test_an_organization_is_not_deleted_under_who_comes_to_it(connect, comes):
    first, second = connect(), connect()
    if comes == "ticket":
        move(first, "stranger", SILENT)

    with first.blocking(delete, second, SILENT) as late:
        if comes == "person":
            move(first, "stranger", SILENT)
        else:
            first.create_ticket("stranger")
            move(first, "stranger", None)
    with refused("PT409", "organization-in-use"):
        late.result(30)
