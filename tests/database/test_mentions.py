"""Mentions in notes: whom @ and a name names, and who hears of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .notifying import notified, process_events
from .personas import id_of

pytestmark = pytest.mark.slow
READERS = {"Agent": "agent", "Neighbour": "neighbour", "Lead": "lead", "Admin": "admin"}
LONGER = "Lead Of All"  # the name of neighbour, in some tests
NOBODY = ["Customer", "Colleague", "Stranger", "Biller", "Nobody", "attic"]


@pytest.fixture
def ticket(db):
    made = db.create_ticket()
    process_events(db, notify=False)
    return made


def rename(db, who, name):
    db.execute("update public.people set name = %s where id = %s", name, id_of(who))


def named(db, body, queue="support"):
    """Return the people and queues that a note names."""
    row = db.execute(
        "select people::text[], queues::text[] from private.find_mentions(%s, %s)",
        body,
        id_of(queue),
    ).fetchone()
    return tuple(set(each) for each in row)


def ids(*names):
    return {str(id_of(name)) for name in names}


@pytest.mark.parametrize(
    ("body", "people", "queues"),
    [
        ("@Agent", {"agent"}, set()),
        ("Please, @agent!", {"agent"}, set()),
        ("(@AGENT, @Lead)", {"agent", "lead"}, set()),
        ("See:\n@Agent\n@Agent", {"agent"}, set()),
        ("@Agent's", {"agent"}, set()),
        ("@Agent- and @Lead.", {"agent", "lead"}, set()),
        ("@support", set(), {"support"}),
        ("@billing, @Support: look", set(), {"billing", "support"}),
        ("@Agents", set(), set()),
        ("@Agent_1", set(), set()),
        ("@support-team", set(), set()),
        ("me@Agent", set(), set()),
        ("a.@Agent", set(), set()),
        ("@@Agent", set(), set()),
        ("@ Agent", set(), set()),
        ("Agent", set(), set()),
        ("", set(), set()),
        ("@Lead Of All", {"neighbour"}, set()),
        ("@Lead Of Some", {"lead"}, set()),
        ("@Twin", {"agent2", "admin"}, set()),
    ],
)
def test_a_name_is_a_whole_one_and_the_longest(db, body, people, queues):
    if "Of" in body:
        rename(db, "neighbour", LONGER)
    if "Twin" in body:
        rename(db, "agent", "Twin")
        rename(db, "admin", "Twin")
        people = {"agent", "admin"}

    assert named(db, body) == (ids(*people), ids(*queues))


@pytest.mark.parametrize("name", NOBODY)
def test_only_readers_of_the_note_and_live_queues_are_named(db, name):
    assert named(db, f"@{name}") == (set(), set())


def test_the_first_fifty_places_count(db):
    assert named(db, "@nobody " * 49 + "@Agent") == (ids("agent"), set())
    assert named(db, "@nobody " * 50 + "@Agent") == (set(), set())


WORDS = st.text(alphabet="ab _-.,:\n'é9", max_size=8)
PARTS = st.lists(st.tuples(WORDS, st.sampled_from([*READERS, *NOBODY, "support"])))
LETTERS = set("ab_é9")


def expected(parts, end):
    """Whom a note names by the syntax as it is stated, part by part."""
    texts = [before for before, _ in parts] + [end]
    people, queues = set(), set()
    for place, (before, name) in enumerate(parts[:50]):
        # The part before ends with the name of the mention before it.
        ahead = before or (parts[place - 1][1] if place else " ")
        after = texts[place + 1]
        starts = ahead[-1] not in LETTERS | {".", "-"} and not ahead[-1].isalnum()
        begins = after[:1] in LETTERS or (after[:1] == "-" and after[1:2] in LETTERS)
        if starts and not (begins and after):
            if name in READERS:
                people.add(str(id_of(READERS[name])))
            elif name == "support":
                queues.add(str(id_of(name)))
    return people, queues


@given(parts=PARTS, end=WORDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_note_names_whom_the_syntax_says(db, parts, end):
    body = "".join(f"{before}@{name}" for before, name in parts) + end

    assert named(db, body) == expected(parts, end)


@given(body=st.text(max_size=200).filter(lambda text: "\0" not in text))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for_names(db, body):
    if "@" not in body:
        assert named(db, body) == (set(), set())
    assert named(db, f"{body}\n@Agent")[0] >= (
        ids("agent") if body.count("@") < 50 else set()
    )


def test_whoever_a_note_names_hears_of_it_once_and_others_of_the_note(db, ticket):
    db.assign(ticket, "agent")
    db.note(ticket, "lead")  # follows from now on
    process_events(db, notify=False)

    note = db.note(ticket, "neighbour", "@Agent and @Customer, look.")
    process_events(db)

    assert note["mentioned_people"] == [str(id_of("agent"))]
    assert notified(db, "agent") == ["TICKET_MENTIONED"]
    assert notified(db, "lead") == ["TICKET_COMMENTED"]
    assert notified(db, "customer") == notified(db, "neighbour") == []
    [event] = [each for each in db.events(ticket) if each["type"] == "TICKET_MENTIONED"]
    assert event["is_internal"]
    assert event["after"]["people"] == [str(id_of("agent"))]
    assert event["after"]["comment_id"] == note["id"]


def test_of_a_queue_those_hear_who_may_read_the_note(db, ticket):
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("billing"),
        id_of("lead"),
    )

    note = db.note(ticket, "agent", "One for @billing?")
    process_events(db)

    assert note["mentioned_queues"] == [str(id_of("billing"))]
    assert notified(db, "lead") == ["TICKET_MENTIONED"]  # of both queues
    assert notified(db, "biller") == notified(db, "neighbour") == []


def test_who_no_longer_reads_notes_does_not_hear_that_one_named_them(db, ticket):
    db.note(ticket, "agent", "@Neighbour?")
    db.execute(
        "delete from public.queue_members where person_id = %s", id_of("neighbour")
    )
    process_events(db)

    assert notified(db, "neighbour") == []


def test_a_public_reply_names_nobody(db, ticket):
    reply = db.comment("agent", ticket, "@Lead @support, look.")
    process_events(db)

    assert (reply["mentioned_people"], reply["mentioned_queues"]) == ([], [])
    assert "TICKET_MENTIONED" not in db.event_types(ticket)
    assert notified(db, "lead") == []
