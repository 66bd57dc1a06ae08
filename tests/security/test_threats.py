"""The threat model points at proof that is there."""

import re

import pytest

from tests.open_desk import ROOT

PAGES = sorted((ROOT / "infra" / "security").glob("*.md"))
LINK = re.compile(r"\]\(([^)#]+)\)")


def links(page):
    return [link for link in LINK.findall(page.read_text()) if "://" not in link]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_linked_is_there(page):
    assert links(page)
    for link in links(page):
        assert (page.parent / link).resolve().is_file(), link


def test_every_threat_names_its_proof():
    page = ROOT / "infra" / "security" / "THREATS.md"
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]

    unproved = [row for row in rows[1:] if row[:3] != "| -" and "test_" not in row]
    assert unproved == []
