"""`Accept-Language`: best first, and nothing in it breaks a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.http.parameters.languages import MAX_LANGUAGES, parse_languages


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", []),
        ("de", ["de"]),
        ("de-CH, en;q=0.5", ["de-CH", "de", "en"]),
        ("en;q=0.5, de-CH", ["de-CH", "de", "en"]),
        ("en;q=0.8,fr;q=0.9, de", ["de", "fr", "en"]),
        ("zh-Hant-TW", ["zh-Hant-TW", "zh-Hant", "zh"]),
        ("de-CH, de-AT, de", ["de-CH", "de", "de-AT"]),
        ("de;q=0, en", ["en"]),
        ("*", []),
        ("de , *;q=0.1", ["de"]),
        ("de;q=5, en;q=x, fr;q=1.000, ;q=1, \0", ["fr"]),
        ("a-very-long-tag-indeed-it-is", []),
    ],
)
def test_languages_come_best_first_with_the_wider_after_each(header, languages):
    assert parse_languages(header) == languages


@given(st.text())
def test_any_header_is_read(header):
    assert len(parse_languages(header)) <= 4 * MAX_LANGUAGES
