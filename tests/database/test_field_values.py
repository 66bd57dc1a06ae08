"""What custom fields take: Python and the database say the same of any value."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.numbers import mark_numbers
from shared.core.types import TicketType
from shared.fields import Field, FieldType, Pattern, field_problems

from .personas import id_of

ANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
LONG = st.sampled_from(
    ["x" * 200, "é" * 201, "\U0001f600" * 4000, "a" * 4001, "\u200b"]
)
OPTION = st.sampled_from(["red", "Red", "dark blue", "größe", "1", "true"])
DIGITS = st.text("0123456789", min_size=1, max_size=34).map(
    lambda d: d.lstrip("0") or "0"
)
NUMBERS = st.builds(
    lambda sign, whole, part, power: sign + whole + part + power,
    st.sampled_from(["", "-"]),
    DIGITS,
    st.one_of(
        st.just(""), st.text("0123456789", min_size=1, max_size=33).map(".{}".format)
    ),
    st.sampled_from(["", "", "", "e2", "E-3", "e30", "e-31", "e300"]),
)
DATES = st.one_of(
    st.dates().map(str),
    st.sampled_from(["2026-02-30", "2028-02-29", "0000-01-01", "2026-1-1", "infinity"]),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\n?\Z"),
)
CLASSES = st.sampled_from(["[A-Z]", "[0-9]", "[a-f0-9_]", "[xyz]", "[A-Za-z0-9_]"])
ATOMS = st.one_of(
    CLASSES,
    st.sampled_from([*"aZ7 _/:,#@=-"]),
    st.sampled_from([*"].+*?(){}|^$\\/-["]).map("\\{}".format),
)
QUANTIFIERS = st.sampled_from(["", "", "?", "{2}", "{0,3}", "{1,12}", "{0}", "{10,99}"])
PATTERNS = st.lists(
    st.builds(str.__add__, ATOMS, QUANTIFIERS), min_size=1, max_size=8
).map("".join)
NEARLY = st.one_of(
    PATTERNS,
    st.text("[]{}()\\a-zZ09.,*+?^$|_ é", max_size=14),
    st.sampled_from(
        [
            "[z-a]",
            "a{3,2}",
            "a{100}",
            "a{1",
            "[^a]",
            "\\d",
            "(a)",
            "a" * 101,
            "",
            "[a-]",
            "a{0,1}?",
            "a??",
            "[[:alpha:]]",
            "***:a",
            "[9-0]",
            "a\n",
        ]
    ),
)
PEOPLE = [str(id_of(name)) for name in ("customer", "agent")]
PERSONS = st.one_of(
    st.sampled_from(
        [
            *PEOPLE,
            PEOPLE[0].upper(),
            PEOPLE[0][:-1],
            "{" + PEOPLE[0] + "}",
            PEOPLE[0].replace("-", ""),
        ]
    ),
    TEXT,
)


def quoted(texts):
    return texts.map(json.dumps)


OWN = {
    FieldType.TEXT: quoted(st.one_of(TEXT, LONG)),
    FieldType.NUMBER: NUMBERS,
    FieldType.INTEGER: NUMBERS,
    FieldType.DATE: quoted(DATES),
    FieldType.BOOLEAN: st.sampled_from(["true", "false", "0", "1", '"true"']),
    FieldType.CHOICE: quoted(OPTION),
    FieldType.CHOICES: st.lists(quoted(OPTION), max_size=5).map(
        lambda each: f"[{', '.join(each)}]"
    ),
    FieldType.PERSON: quoted(PERSONS),
}
OTHER = st.one_of(
    *OWN.values(),
    st.sampled_from(
        [
            "null",
            "{}",
            "[]",
            '["red", 1]',
            "[null]",
            '""',
            '" "',
            '"2026-12-01"',
            "-0",
            "1e400",
        ]
    ),
)


@st.composite
def definitions(draw, kind):
    lists = kind in (FieldType.CHOICE, FieldType.CHOICES)
    return Field(
        key="it",
        type=kind,
        label="It",
        customer_label="It",
        ticket_types=["question"],
        options=draw(st.lists(OPTION, min_size=1, unique=True)) if lists else [],
        pattern=draw(PATTERNS) if kind is FieldType.PATTERN else None,
        required_to_create=draw(st.booleans()),
        required_to_solve=False,
        visible_to="customers",
        editable_by="customers",
        filterable=False,
        active=draw(st.sampled_from([True, True, True, False])),
        position=0,
        version=1,
        created_at=datetime.now(UTC),
        updated_at=datetime.now(UTC),
    )


@st.composite
def cases(draw):
    """A definition, and values as JSON that it may take."""
    field = draw(definitions(draw(st.sampled_from(list(FieldType)))))
    own = OWN.get(field.type)
    if field.type is FieldType.PATTERN:
        with_pattern = st.from_regex(rf"\A(?:{field.pattern})\n?\Z").filter(
            lambda text: "\0" not in text
        )
        own = quoted(st.one_of(with_pattern, TEXT))
    return field, draw(st.lists(st.one_of(own, own, OTHER), min_size=1, max_size=12))


def problems_in_database(db, field, values):
    """Return what the database says of each value in a new ticket."""
    columns = (
        "key",
        "type",
        "ticket_types",
        "options",
        "pattern",
        "required_to_create",
        "active",
    )
    row = field.model_dump(mode="json")
    db.execute(
        "insert into private.fields (agent_label, customer_label, key, type,"
        " ticket_types, options, pattern, required_to_create, active)"
        " values ('It', 'It', %s, %s, %s::public.ticket_type[], %s, %s, %s, %s)",
        *(row[column] for column in columns),
    )
    return db.scalar(
        "select array(select coalesce((select problem from private.field_problems("
        "'question', jsonb_build_object('it', given.value::jsonb), false)), '')"
        " from unnest(%s::text[]) with ordinality as given (value, position)"
        " order by given.position)",
        values,
    )


def problems_in_python(field, values):
    found = [
        field_problems(
            [field],
            TicketType.QUESTION,
            {"it": json.loads(mark_numbers(value.encode()))},
        )
        for value in values
    ]
    return [problems[0].detail if problems else "" for problems in found]


def test_python_and_the_database_say_the_same_of_any_value(db):
    @ANY
    @given(cases())
    def check(case):
        field, values = case
        with db.connection.transaction(force_rollback=True):
            expected = problems_in_database(db, field, values)

        assert problems_in_python(field, values) == expected

    check()


def test_python_and_the_database_take_the_same_patterns(db):
    @ANY
    @given(st.lists(NEARLY, min_size=1, max_size=20))
    def check(patterns):
        taken = db.scalar(
            "select array(select private.is_pattern(given.pattern)"
            " from unnest(%s::text[]) with ordinality as given (pattern, position)"
            " order by given.position)",
            patterns,
        )

        assert [is_pattern(each) for each in patterns] == taken

    check()


def is_pattern(text):
    try:
        Pattern(text)
    except ValueError:
        return False
    return True


# With right values in it, so that both sides are not wrong alike.
@pytest.mark.parametrize(
    ("kind", "more", "right", "wrong"),
    [
        ("text", {}, ['"a\\nb"', '"0"'], ['""', '" "', "1", '["a"]']),
        (
            "number",
            {},
            [
                "0.1",
                "-1e29",
                "1e-30",
                "0.000000000000000000000000000001",
                "123456789012345678901234567890",  # pragma: allowlist secret
            ],
            ["1e30", "1e-31", '"1"'],
        ),
        (
            "integer",
            {},
            ["7", "7.0", "999999999999999999999999999999"],
            ["7.5", "1e30", '"7"'],
        ),
        (
            "date",
            {},
            ['"2028-02-29"'],
            ['"2026-02-29"', '"2026-12-01T00:00:00Z"', "20261201"],
        ),
        ("boolean", {}, ["true", "false"], ["0", '"true"']),
        (
            "choice",
            {"options": ["red", "blue"]},
            ['"red"'],
            ['"Red"', '["red"]', '"green"'],
        ),
        (
            "choices",
            {"options": ["red", "blue"]},
            ['["blue", "red"]', '["red"]'],
            ["[]", '["red", "red"]', '"red"', '["green"]', '["red", 1]'],
        ),
        (
            "pattern",
            {"pattern": "[A-Z]{2}-[0-9]{4,8}"},
            ['"AB-12345"'],
            ['"AB-123"', '"xAB-1234"', '"AB-1234\\n"', '"ab-1234"'],
        ),
        ("person", {}, [f'"{PEOPLE[0]}"'], ['"me"', f'"{id_of("nobody")}"']),
    ],
)
def test_each_type_takes_its_values_alone(db, kind, more, right, wrong):
    db.call("admin", "create_field", key="it", type=kind, agent_label="It", **more)
    field = Field.model_validate(db.call("admin", "get_field", field="it"))
    values = [*right, *wrong]

    found = db.scalar(
        "select array(select coalesce((select problem from private.field_problems("
        "'question', jsonb_build_object('it', given.value::jsonb), false)), '')"
        " from unnest(%s::text[]) with ordinality as given (value, position)"
        " order by given.position)",
        values,
    )

    assert [*map(bool, found)] == [False] * len(right) + [True] * len(wrong)
    in_python = problems_in_python(field, values)
    if kind == "person":  # who there is, the database alone knows
        found.pop(), in_python.pop()
    assert in_python == found
