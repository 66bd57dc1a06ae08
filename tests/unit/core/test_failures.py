import re
from pathlib import Path

import pytest
from postgrest import APIError

from shared.core.errors import (
    AppError,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from shared.core.persistence.failures import failure

MIGRATIONS = Path(__file__).parents[3] / "supabase" / "migrations"
PERSONAL = "ida@example.com"


def reported(code, message="", details=""):
    return APIError({"code": code, "message": message, "details": details, "hint": ""})


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("PT401", Unauthenticated),
        ("PT403", Denied),
        ("PT404", NotFound),
        ("PT409", Conflict),
        ("PT412", Stale),
        ("PT422", Invalid),
        ("PT429", TooMany),
        ("PGRST301", Unauthenticated),
        ("PGRST302", Unauthenticated),
        ("PGRST303", Unauthenticated),
        ("42501", Unauthenticated),
        ("401", Unauthenticated),
        ("403", Unauthenticated),
        ("22P02", Invalid),
        ("22P05", Invalid),
        ("22021", Invalid),
        ("22003", Invalid),
        ("22007", Invalid),
        ("22008", Invalid),
        ("22009", Invalid),
        ("23502", Invalid),
        ("23503", Invalid),
        ("23514", Invalid),
        ("23505", Conflict),
        ("40P01", Unavailable),
        ("53300", Unavailable),
        ("55P03", Unavailable),
        ("57014", Unavailable),
        ("57P01", Unavailable),
        ("57P02", Unavailable),
        ("57P03", Unavailable),
        ("PGRST000", Unavailable),
        ("PGRST001", Unavailable),
        ("PGRST002", Unavailable),
        ("PGRST003", Unavailable),
        ("502", Unavailable),
        ("503", Unavailable),
        ("504", Unavailable),
        ("PGRST202", AppError),
        ("42883", AppError),
        ("XX000", AppError),
        ("", Unavailable),
        (None, AppError),
        (500, AppError),
    ],
)
def test_every_code_is_one_kind_of_failure(code, kind):
    assert type(failure(reported(code))) is kind


def test_a_refusal_keeps_its_slug_and_detail():
    error = failure(reported("PT409", "last-admin", "Make another one first."))

    assert error.problem == "last-admin"
    assert error.detail == "Make another one first."


@pytest.mark.parametrize(("hint", "seconds"), [("37", 37), ("", 2), (None, 2)])
def test_too_many_requests_say_how_long_to_wait(hint, seconds):
    body = {"code": "PT429", "message": "too-many-requests", "hint": hint}

    error = failure(APIError({**body, "details": "Wait."}))

    assert error.seconds == seconds


CONSTRAINTS = sorted(
    set(
        re.findall(
            r"constraint (\w+) check",
            "".join(path.read_text() for path in MIGRATIONS.glob("*.sql")),
        )
    )
)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_a_broken_check_is_put_in_words_without_its_name_or_the_value(constraint):
    tables = [constraint[:at] for at, char in enumerate(constraint) if char == "_"]
    for table in tables:
        message = (
            f'new row for relation "{table}" violates check constraint "{constraint}"'
        )
        detail = f"Failing row contains ({PERSONAL})."
        error = failure(reported("23514", f"{message} {PERSONAL}", detail))

        assert constraint not in error.detail
        assert PERSONAL not in error.detail
        assert re.fullmatch(r"(`\w+`|A value) (has|is) [\w ]+\.", error.detail)


@pytest.mark.parametrize(
    ("table", "constraint", "detail"),
    [
        ("tickets", "tickets_tags_count", "`tags` has too many entries."),
        ("tickets", "tickets_data_form", "`data` is not written as it has to be."),
        ("comments", "comments_body_visible", "`body` has nothing to see."),
        (
            "tickets",
            "tickets_status_reason_length",
            "`status_reason` is too short or too long.",
        ),
        ("tickets", "tickets_solved_needs_assignee", "A value is not acceptable."),
    ],
)
def test_a_broken_check_of_a_field_names_the_field(table, constraint, detail):
    message = f'new row for relation "{table}" violates check constraint "{constraint}"'

    assert failure(reported("23514", message)).detail == detail


@pytest.mark.parametrize(
    ("constraint", "detail"),
    [
        ("calendars_name_key", "There is one with this `name` already."),
        ("sla_policies_name_key", "There is one with this `name` already."),
        ("people_email_unique", "There is one with this `email` already."),
        ("machine_secrets_hash_key", "A value is not acceptable."),
    ],
)
def test_a_duplicate_says_of_what(constraint, detail):
    message = f'duplicate key value violates unique constraint "{constraint}"'

    assert failure(reported("23505", message, PERSONAL)).detail == detail


@pytest.mark.parametrize("code", ["PGRST301", "PGRST303", "42501", "401"])
def test_a_token_that_does_not_count_says_what_to_do(code):
    detail = "The access token is not valid, or not any more. Sign in again."

    assert failure(reported(code)).detail == detail


@pytest.mark.parametrize("code", ["22P02", "23505", "23503", "57014", "XX000", "P0001"])
def test_a_message_of_postgres_is_never_repeated(code):
    quoted = f'invalid input: "{PERSONAL}"'

    error = failure(reported(code, quoted, quoted))

    shown = [error.detail, error.problem, str(error)]
    shown += getattr(error, "__notes__", [])
    assert PERSONAL not in " ".join(map(str, shown))
