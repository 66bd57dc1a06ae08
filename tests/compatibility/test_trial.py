"""The code of one release before is tried over new migrations, and notices bad ones."""

import shutil

import pytest

from infra.compatibility import Trial
from tests.open_desk import ROOT

pytestmark = pytest.mark.slow
ABOUT_TICKETS = ("tests/repositories/test_tickets.py",)


@pytest.fixture
def planted(tmp_path):
    """Try the commit checked out over its migrations and one more."""

    def planted(statement):
        folder = tmp_path / "migrations"
        shutil.copytree(ROOT / "supabase" / "migrations", folder)
        (folder / "29990101000000_planted.sql").write_text(statement)
        return Trial("HEAD", folder).run(ABOUT_TICKETS)

    return planted


def test_a_compatible_migration_passes(planted):
    assert planted("alter table public.tickets add column mood text;") == 0


@pytest.mark.parametrize(
    "statement",
    [
        # A column that the old code's commands still write.
        "alter table public.tickets drop column tags cascade;",
        # A command under another name: the old code calls it by the old one.
        "alter function public.create_ticket rename to open_ticket;",
    ],
)
def test_an_incompatible_migration_is_noticed(planted, statement):
    assert planted(statement) == 1
