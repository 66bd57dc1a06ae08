"""Which code counts as the one before the newest migrations."""

import subprocess

import pytest

from infra.compatibility import NoRelease, previous_release


class Repository:
    """A git repository of a test, alone in the world."""

    def __init__(self, folder):
        self.path = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        command = ["git", "-C", str(self.path), *who, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        return done.stdout.strip()

    def commit(self, name):
        """Commit a file of this name and return the commit."""
        self.write(name)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", name)
        return self.git("rev-parse", "HEAD")

    def write(self, name):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)

    def previous(self):
        return self.git("rev-parse", previous_release(self.path))


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def migration(number):
    return f"supabase/migrations/{number}_x.sql"


def test_without_a_tag_it_is_the_commit_before_the_newest_migrations(repository):
    repository.commit(migration(1))
    before = repository.commit("functions/a.py")
    repository.commit(migration(2))
    repository.commit("functions/b.py")

    assert repository.previous() == before


def test_a_merge_counts_as_one_commit(repository):
    repository.commit(migration(1))
    before = repository.commit("functions/a.py")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(migration(2))
    repository.commit(migration(3))
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side")

    assert repository.previous() == before


def test_with_a_tag_it_is_the_last_release(repository):
    released = repository.commit(migration(1))
    repository.git("tag", "v1")
    repository.commit(migration(2))
    repository.commit(migration(3))

    assert repository.previous() == released


def test_a_tag_on_this_very_commit_is_the_release_after(repository):
    released = repository.commit(migration(1))
    repository.git("tag", "v1")
    repository.commit(migration(2))
    repository.git("tag", "v2")

    assert repository.previous() == released


def test_while_migrations_are_not_committed_it_is_what_is_checked_out(repository):
    here = repository.commit(migration(1))
    repository.write(migration(2))

    assert repository.previous() == here


def test_the_first_commit_has_nothing_before_it(repository):
    repository.commit(migration(1))

    with pytest.raises(NoRelease):
        repository.previous()
