"""SQL cut into statements."""

import pytest

from infra.local.postgres.statements import split


@pytest.mark.parametrize(
    "statement",
    [
        "select ';'",
        "select e'it\\'s; fine'",
        'select 1 as "a;b"',
        "do $$ begin perform 1; end $$",
        "do $body$ begin perform '$$;'; end $body$",
        "select 1 /* ; /* nested; */ ; */",
        "select 1 -- ;\n, 2",
        "create function f() returns int language sql begin atomic"
        " select case when true then 1 else 2 end; select 3; end",
    ],
)
def test_a_semicolon_inside_ends_nothing(statement):
    texts = [part.text for part in split(f"{statement};\nselect 2;")]

    assert texts == [statement, "select 2"]


def test_a_statement_knows_the_line_of_its_first_word():
    script = "select 1;\n\n-- why\n/* because */\nselect 2;\n"

    assert [part.line for part in split(script)] == [1, 5]


def test_comments_stay_with_what_follows():
    texts = [part.text for part in split("-- one\nselect 1;\n-- the end\n")]

    assert texts == ["-- one\nselect 1", "-- the end"]
