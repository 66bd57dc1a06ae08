"""Texts, tags and ids: the database and the models have the same rules."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.core.types import LongText, SingleLine
from shared.core.types.texts import BREAKING, INVISIBLE

from .acting import refused
from .personas import id_of

pytestmark = pytest.mark.slow
LINE, TEXT = TypeAdapter(SingleLine), TypeAdapter(LongText)
CLASSES = "select pg_get_functiondef(%s::regproc)"
# Often what is special, and never what PostgreSQL cannot store.
SPECIAL = st.sampled_from(
    "\n\r\t\x0b\x0c\x1b\x7f\x85\x9b\xa0\xad\u034f\u061c\u115f\u180e\u200b\u200d\u200e\u200f"
    "\u2028\u2029\u202a\u202e\u2060\u2066\u2069\u2800\u3000\u3164\ufe0f\ufeff\uffa0"
    "\U000e0041 aé😀"
)
TEXTS = st.text(SPECIAL | st.characters(exclude_categories=["Cs"], min_codepoint=1))


def accepts(adapter, text):
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


def test_the_character_classes_are_those_of_the_models(db):
    visible, unbroken = (
        "".join(db.scalar(CLASSES, f"private.{name}").split("'::text || '"))
        for name in ("is_visible", "is_unbroken")
    )
    assert f"[^{INVISIBLE}]" in visible.replace("'\n", "").replace("        '", "")
    assert f"[{BREAKING}]" in unbroken


def test_the_database_and_the_model_take_the_same_lines(db):
    @settings(max_examples=300)
    @given(TEXTS)
    @example("\u200b\u200d\ufeff")
    @example("a\u2028b")
    @example("\U0001f468\u200d\U0001f469\u200d\U0001f467")
    def agree(text):
        line = text.strip()

        stored = db.scalar("select private.is_single_line(%s)", line)

        assert stored == bool(line and accepts(LINE, line))

    agree()


def test_the_database_and_the_model_take_the_same_long_texts(db):
    @settings(max_examples=300)
    @given(TEXTS)
    def agree(text):
        assert db.scalar("select private.is_visible(%s)", text) == accepts(TEXT, text)

    agree()


@given(TEXTS)
def test_a_line_shows_something_and_nothing_but_itself(text):
    if not accepts(LINE, text) or not (line := LINE.validate_python(text)):
        return

    assert len(line.splitlines()) == 1
    assert all(unicodedata.category(each) != "Cc" for each in line)
    assert not any(unicodedata.bidirectional(each) in BIDI for each in line)


BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  code\n    more", "  code\n    more"),
        ("\n \n\r\n  code\n\n", "  code"),
        ("\tcode", "\tcode"),
        ("a \n b \n", "a \n b"),
    ],
)
def test_a_long_text_keeps_its_indentation(given, kept):
    assert TEXT.validate_python(given) == kept


def test_nobody_is_refused_for_the_name_they_sign_up_with(db):
    @given(TEXTS)
    def is_a_line(name):
        called = db.scalar("select private.as_single_line(%s, 'Somebody')", name)

        assert db.scalar("select private.is_single_line(%s)", called)

    is_a_line()


# Tags and skills ------------------------------------------------------------

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        (["VIP", "vip", "Vip"], ["VIP"]),
        ([DECOMPOSED, COMPOSED, "CAF\u00c9"], [DECOMPOSED]),
        (["b", "a", "B", "A"], ["b", "a"]),
    ],
)
def test_a_tag_stands_once_as_first_written(db, tags, kept):
    ticket = db.create_ticket(tags=tags)

    again = db.call(
        "agent", "update_ticket", ticket=ticket["id"], changes={"tags": tags[::-1]}
    )

    assert ticket["tags"] == kept
    assert sorted(again["tags"]) == sorted(kept)


@pytest.mark.parametrize("tag", ["vip", "VIP", "vIp"])
def test_tags_are_found_in_any_case(db, tag):
    ticket = db.create_ticket(tags=["Vip", COMPOSED])

    found = db.list_queue(tags=[tag, DECOMPOSED.upper()])["items"]

    assert [each["id"] for each in found] == [ticket["id"]]


def test_the_same_tags_in_another_case_are_no_change(db):
    ticket = db.create_ticket(tags=["Vip"])

    same = db.call(
        "agent", "update_ticket", ticket=ticket["id"], changes={"tags": ["VIP"]}
    )

    assert same["version"] == ticket["version"]


def test_no_writer_stores_a_tag_twice(db):
    ticket = db.create_ticket()

    for column in ("tags", "skills"):
        with refused("23514"):
            db.execute(
                f"update public.tickets set {column} = '{{a,A}}' where id = %s",  # noqa: S608
                ticket["id"],
            )


def test_the_skills_of_an_agent_fit_in_any_case(db):
    for skills in (["SAP", "sap", DECOMPOSED],):
        db.call(
            "lead",
            "change_agent",
            agent=str(id_of("agent")),
            changes={"skills": skills},
        )
    skilled = db.call("lead", "get_agent", agent=str(id_of("agent")))["skills"]
    suits = (
        "select private.is_suitable(tickets, agents, true)"
        " from public.tickets, public.agents where agents.person_id = %s"
    )
    ticket = db.create_ticket()
    changes = {"skills": ["Sap", COMPOSED]}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    assert sorted(map(str.lower, skilled)) == sorted(["sap", DECOMPOSED])
    assert db.scalar(suits, id_of("agent")) is True


# Ids ------------------------------------------------------------------------


def test_the_key_of_a_queue_is_no_id(db):
    key = "a" + str(id_of("billing"))[1:]

    with refused("23514"):
        db.call("admin", "create_queue", key=key, name="An id")


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_a_queue_is_found_by_its_id_in_any_case(db, change):
    ref = change(str(id_of("support")))

    assert db.create_ticket(queue=ref)["queue_id"] == str(id_of("support"))
    assert db.list_queue("agent", ref)["items"]
    assert db.call("lead", "change_queue", queue=ref, changes={})["key"] == "support"


def test_a_row_that_cannot_be_read_is_refused_by_the_table(db):
    with refused("PT422"):
        db.execute(
            "insert into public.views (owner_id, name, conditions)"
            """ values (%s, 'V', '{"created_after": "yesterday"}')""",
            id_of("agent"),
        )
