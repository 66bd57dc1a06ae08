"""What a search finds, in which order, page by page."""

import pytest

from .acting import Json, refused
from .arrange import define_field, insert_tickets, move_to_queue
from .personas import email_of, id_of
from .searching import numbers, read_all, rebuild, search

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(db):
    ticket = db.create_ticket(
        subject="Printer on fire",
        body="The café on the third floor was evacuated. Model INV-2026-0042.",
        tags=["hot-line"],
        data={"impact": "Whole building", "boxes": 4711},
    )
    db.comment("agent", ticket, "Buckets are arriving, bring your own water.")
    return ticket


@pytest.mark.parametrize(
    "q",
    [
        "printer",
        "PRINTERS fire",  # other forms, in any letter case
        "water printer",  # one word here, the other there
        "evacuating",
        "cafe",
        "CAFÉ",
        "evac",  # the beginning of the last word
        "third flo",
        '"third floor"',
        "INV-2026-0042",
        "building",
        "4711",
        "hot-line",
        "customer sharing",  # names of requester and organization
        "toner or water",
        "printer -toner",
        "prnter",
        "evacuatde cafe",
    ],
)
@pytest.mark.parametrize("who", ["customer", "agent"])
def test_words_find_a_ticket_in_any_form(db, ticket, who, q):
    db.create_ticket("stranger", subject="Something else")

    assert numbers(db, who, q) == [ticket["number"]]


@pytest.mark.parametrize(
    "q",
    [
        '"floor third"',
        "printer toner",
        "printer -water",
        "the",
        "!!!",
        "\U0001f600",
        "xyzzy",
        "printer -café",
    ],
)
def test_what_is_not_there_finds_nothing(db, ticket, q):
    assert search(db, "agent", q) == {"items": [], "next": None, "corrected": False}


@pytest.mark.parametrize("q", ["-printer", "printer or -fire", "", "  ", "x" * 201])
def test_a_search_for_nothing_is_refused(db, ticket, q):
    with refused("PT422", "invalid"):
        search(db, "agent", q)


@pytest.mark.parametrize(
    "q",
    [
        "'", "''", '"', "\\", "a\\", "' | '", "a:*", "a:ABCD", "=a", "'='", "a & | !b",
        "((", "<->", "a <2> b", "%", "_", "a' or true --", "a\tb", "-", "or", "or or",
        "a or", "a or b or", "https://example.com/a?b=1&c='2'|3", "a@b", "@", "x:y",
        "İ ß ﬁ", "\u200b", "e\u0301", "\x02\x03printer\x02", "$1", "%s", "<b>printer",
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", [None, "tickets", "comments"])
def test_no_text_is_more_than_words(db, ticket, q, part):
    for who in ("agent", "customer", "stranger"):
        found = search(db, who, q, part=part)

        assert len(found["items"]) <= (who != "stranger")


@pytest.mark.parametrize("q", ["#{}", "{}", " {} "])
def test_a_number_finds_its_ticket_first(db, ticket, q):
    other = db.create_ticket(body=f"As I said in {ticket['number']}.")

    found = numbers(db, "customer", q.format(ticket["number"]))

    assert found == [ticket["number"], other["number"]]


@pytest.mark.parametrize("q", ["customer@example.com", "customer@ex", "@example.com"])
def test_an_address_finds_what_its_person_requested_for_who_may_know_it(db, ticket, q):
    assert email_of("customer") == "customer@example.com"
    for who in ("agent", "admin"):
        assert numbers(db, who, q) == [ticket["number"]]
    for who in ("customer", "colleague"):
        assert numbers(db, who, q) == []


def test_the_best_match_comes_first(db):
    once = db.create_ticket(body="It smells of smoke.")
    often = db.create_ticket(body="Smoke, more smoke, and nothing but smoke.")
    named = db.create_ticket(subject="Smoke")

    found = search(db, "agent", "smoke")["items"]

    best_first = [named["number"], often["number"], once["number"]]
    assert [each["number"] for each in found] == best_first
    ranks = [each["rank"] for each in found]
    assert ranks == sorted(ranks, reverse=True)


def test_highlights_are_pieces_of_plain_text(db):
    ticket = db.create_ticket(
        subject="A <b>printer</b>",
        body="<img onerror=x> printers & \x02more\x03",
        data={"impact": "printer room"},
    )
    db.note(ticket, body="The printer is leased.")

    [found] = search(db, "agent", "printer")["items"]

    places = [(each["place"], each.get("field")) for each in found["highlights"]]
    assert places == [
        ("subject", None), ("field", "impact"), ("comment", None), ("comment", None)
    ]  # fmt: skip
    for each in found["highlights"]:
        matching = [piece["text"] for piece in each["pieces"] if piece["match"]]
        assert matching in (["printer"], ["printers"])
        assert "\x02" not in str(each)
    note = found["highlights"][2]
    assert (note["visibility"], note["position"]) == ("internal", 2)
    assert found["matches"] == {"replies": 1, "notes": 1}


def test_tickets_or_comments_are_looked_at_alone(db, ticket):
    assert numbers(db, "customer", "fire", part="tickets") == [ticket["number"]]
    assert search(db, "customer", "fire", part="comments")["items"] == []
    assert numbers(db, "customer", "water", part="tickets") == []
    [found] = search(db, "customer", "water", part="comments")["items"]

    assert found["body"].startswith("Buckets")
    assert found["ticket"] == {
        "number": ticket["number"], "subject": "Printer on fire"
    }  # fmt: skip
    assert (found["ticket_id"], found["position"]) == (ticket["id"], 2)
    with refused("PT422", "invalid"):
        search(db, "customer", "water", part="notes")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"filters": {"statuses": ["open"]}}, True),
        ({"filters": {"status_categories": ["new"]}}, False),
        ({"filters": {"assignee": "me"}}, True),
        ({"filters": {"assignee": "none"}}, False),
        ({"filters": {"requester": str(id_of("customer"))}}, True),
        ({"filters": {"requester": str(id_of("stranger"))}}, False),
        ({"filters": {"organization": str(id_of("Sharing"))}}, True),
        ({"filters": {"tags": ["HOT-line"]}}, True),
        ({"filters": {"tags": ["cold"]}}, False),
        ({"filters": {"updated_after": "PT1H"}}, True),
        ({"filters": {"updated_before": "PT1H"}}, False),
        ({"filters": {"fields": {"boxes": {"from": 4711}}}}, True),
        ({"filters": {"fields": {"boxes": [1]}}}, False),
        ({"queue": "support"}, True),
        ({"queue": "billing"}, False),
        ({"queue": "nowhere"}, False),
    ],
)
def test_filters_of_lists_narrow_a_search(db, ticket, options, found):
    define_field(db, "boxes", "integer", filterable=True)
    db.execute("delete from private.field_fills")
    db.execute("select private.write_field_values(tickets) from public.tickets")
    db.assign(ticket, "agent")

    assert numbers(db, "agent", "printer", **options) == [ticket["number"]] * found


def test_all_that_matches_is_found_on_some_page(db):
    insert_tickets(db, 230)
    insert_tickets(db, 230, "billing", "stranger")
    insert_tickets(db, 30, "support", "agent")
    db.execute("update public.tickets set subject = 'Lamp' where mod(number, 3) = 0")
    lamps = db.execute(
        "select number, queue_id, requester_id from public.tickets"
        " where subject = 'Lamp'"
    ).fetchall()
    support, billing = id_of("support"), id_of("billing")
    sees = {
        "agent": lambda queue, who: queue == support or who == id_of("agent"),
        "biller": lambda queue, _: queue == billing,
        "admin": lambda *_: True,
        "customer": lambda _, who: who == id_of("customer"),
    }

    for (who, may_see), size in zip(sees.items(), (7, 100, 20, 20), strict=True):
        expected = {number for number, *of in lamps if may_see(*of)}
        items, pages = read_all(db, who, "lamp", page_size=size)
        found = [each["number"] for each in items]
        assert len(found) == len(set(found))
        assert set(found) == expected
        assert pages >= len(expected) // size


def test_comments_are_found_page_by_page(db, ticket):
    for number in range(8):
        db.comment("agent", ticket, f"Bucket {number} of water.")
    db.note(ticket, body="A note about water.")

    for who, count in (("customer", 9), ("agent", 10)):
        items, _ = read_all(db, who, "water", part="comments", page_size=3)
        places = [each["position"] for each in items]
        assert len(items) == count
        assert places == sorted(set(places), reverse=True)


def test_a_page_goes_on_from_its_block_whatever_is_opened_meanwhile(db):
    insert_tickets(db, 5)
    first = search(db, "customer", "many", page_size=3)
    insert_tickets(db, 5)

    second = search(db, "customer", "many", page_size=3, after=Json(first["next"]))

    assert len(second["items"]) == 2
    assert second["next"] is None


def test_what_changes_is_found_as_it_is(db, ticket):
    db.call("agent", "update_ticket", ticket=ticket["id"], changes={
        "subject": "Ladder", "tags": ["wood"], "data": {"impact": "Cellar"},
    })  # fmt: skip

    assert numbers(db, "agent", "printer") == []
    assert numbers(db, "agent", "ladder wood cellar water") == [ticket["number"]]
    move_to_queue(db, ticket, "billing")
    assert numbers(db, "agent", "ladder") == []
    assert numbers(db, "biller", "ladder") == [ticket["number"]]


def test_of_a_very_long_conversation_the_newest_part_is_searched(db, ticket):
    filler = " ".join(f"word{number}" for number in range(4_500))
    for number in range(8):
        db.comment("agent", ticket, f"mark{number} {filler}")

    assert numbers(db, "customer", "mark7") == [ticket["number"]]
    assert numbers(db, "customer", "mark0") == []
    assert numbers(db, "customer", "printer") == [ticket["number"]]


def test_names_that_change_are_written_anew(db, ticket):
    db.execute(
        "update public.people set name = 'Zenobia', email = 'zeno@new.example'"
        " where id = %s",
        id_of("customer"),
    )
    db.execute("update public.organizations set name = 'Acme' where name = 'Sharing'")

    assert rebuild(db) > 0

    assert numbers(db, "agent", "zenobia acme") == [ticket["number"]]
    assert numbers(db, "agent", "zeno@new.example") == [ticket["number"]]
    assert numbers(db, "agent", "sharing") == []


def test_another_language_knows_other_forms_of_words(db):
    ticket = db.create_ticket(body="Die Häuser brennen.")
    insert_tickets(db, 5)
    assert numbers(db, "customer", "haus brennt") == []

    db.call("admin", "change_settings", changes={"search_language": "de"})
    chunks = rebuild(db, max_items=2)

    assert chunks > 3
    assert numbers(db, "customer", "haus brennt") == [ticket["number"]]
    assert numbers(db, "customer", "brennen hauser") == [ticket["number"]]


def test_a_rebuild_waits_for_who_does_not_know_of_the_change(connect):
    db, other = connect(), connect()
    with other.connection.transaction():
        other.execute("select pg_current_xact_id()")
        db.call("admin", "change_settings", changes={"search_language": "und"})
        assert db.call("service_role", "rebuild_search") == {"finished": False}
        assert db.call("service_role", "rebuild_search") is None
        assert "search" not in db.rows("service_role", "due_jobs")

    assert "search" in db.rows("service_role", "due_jobs")
    assert db.call("service_role", "rebuild_search") == {"finished": True}
    assert db.call("service_role", "rebuild_search") is None


@pytest.mark.parametrize(
    ("call", "search_for", "found"),
    [
        ("list_people", "CUSTOM", ["Customer"]),
        ("list_people", "neighbuor", ["Neighbour"]),
        ("list_people", "neighbour@example", ["Neighbour"]),
        ("list_people", "%", []),
        ("list_people", "_", []),
        ("list_organizations", "shar", ["Sharing"]),
        ("list_organizations", "sharring", ["Sharing"]),
        ("list_organizations", "xyzzy", []),
    ],
)
def test_names_are_found_by_a_part_or_misspelled(db, call, search_for, found):
    items = db.items("admin", call, search=search_for)

    assert [each["name"] for each in items] == found
