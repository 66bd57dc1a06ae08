"""The documents point at what is there."""

import re

import pytest

from .source import ROOT

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "functions").rglob("*.md")),
    *sorted((ROOT / "infra").rglob("*.md")),
]
LINK = re.compile(r"\]\((?![a-z]+:)([^)#]*)#?([^)]*)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page):
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT))
def test_every_relative_link_resolves(page):
    for path, anchor in LINK.findall(page.read_text()):
        target = (page.parent / path).resolve() if path else page

        assert target.exists(), f"{page.name} links {path}, which is not there"
        assert not anchor or anchor in anchors(target), f"{path} has no #{anchor}"


def test_there_are_links_to_follow():
    assert len(LINK.findall((ROOT / "README.md").read_text())) > 50
