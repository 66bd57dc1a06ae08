"""Search at many tickets, with three comments each, by two readers at once.

A figure is the 95th percentile over different words of a kind. Beside the time on the
wall stands that on a processor, which is what it takes when nothing else runs.
"""

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import ClientCursor

from tests.bench.desk import Desk, id_of, open_desk
from tests.bench.fill import fill
from tests.bench.report import Figure
from tests.bench.timing import percentile

SCRIPT = Path(__file__).with_suffix(".sql")
MILLISECONDS = 100
ROUNDS = 12
READERS = 2
POOL = 60_000
"""How many different comments there are."""

KINDS: Mapping[str, tuple[tuple[int, ...], str]] = {
    "in most tickets": ((3,), "{}"),
    "common, 5 %": ((300,), "{}"),
    "medium, 1 %": ((1_500,), "{}"),
    "rare, 0.1 %": ((15_000,), "{}"),
    "two common": ((200, 310), "{} {}"),
    "common and rare": ((200, 16_000), "{} {}"),
    "phrase": ((90, 40), '"{} {}"'),
    "beginning of 3 letters": ((700,), "{:.3}"),
    "without another": ((300, 20), "{} -{}"),
    "misspelled": ((2_500,), "{}x"),
    "nowhere": ((9_000,), "{0}{0}{0}"),
}
"""Places of words in the order of frequency, and a search that is made of them."""
WHO = {
    "admin": "staff, every queue",
    "agent": "staff, one queue",
    "colleague": "customer, own and the organization's",
    "stranger": "customer, 3 tickets",
}


class Took(NamedTuple):
    """Milliseconds of a search."""

    wall: float
    processor: float


def measure(options: Namespace) -> Iterator[Figure]:
    """Yield a figure a kind of search and reader, and what writing costs."""
    for size in options.sizes:
        with open_desk() as desk:
            began = time.perf_counter()
            _fill(desk, size)
            took = time.perf_counter() - began
            yield Figure("search", f"loading {size:,} tickets", took, "s")
            for who, reader in WHO.items():
                for kind in KINDS:
                    yield _figure(f"{reader}: {kind}", _search(desk, who, kind))
            yield from _comments(desk)


def _figure(what: str, took: list[Took]) -> Figure:
    wall, processor = (sorted(times) for times in zip(*took, strict=True))
    detail = (
        f"median {percentile(wall, 0.5):.1f}, on a processor"
        f" {percentile(processor, 0.5):.1f} and p95 {percentile(processor, 0.95):.1f}"
    )
    value = percentile(wall, 0.95)
    return Figure("search", what, value, "ms", MILLISECONDS, detail)


def _fill(desk: Desk, size: int) -> None:
    fill(desk, size)
    with desk.connection("supabase_admin") as connection:
        values = {"pool": min(POOL, size), "organization": id_of("Sharing")}
        ClientCursor(connection).execute(SCRIPT.read_text(), values)
        connection.execute("reset all")
        connection.execute("vacuum analyze")


def _search(desk: Desk, who: str, kind: str) -> list[Took]:
    """Let the readers search at once, each for other words."""
    with ThreadPoolExecutor(READERS) as pool:
        readers = [
            pool.submit(_read, desk, who, kind, range(reader, 99, READERS))
            for reader in range(READERS)
        ]
        return [took for reader in readers for took in reader.result()]


def _read(desk: Desk, who: str, kind: str, words: range) -> list[Took]:
    with desk.connection("supabase_admin") as connection:
        searches = [_words(connection, kind, shift) for shift in words[: ROUNDS + 2]]
        with connection.transaction():
            connection.execute(*desk.settings_of(who))
            took = [_time(connection, search) for search in searches]
    return took[2:]


def _words(connection: psycopg.Connection, kind: str, shift: int) -> str:
    places, search = KINDS[kind]
    words = [
        connection.execute(
            "select word from private.bench_words where place = %s", [place + shift]
        ).fetchone()
        for place in places
    ]
    return search.format(*(word[0] for word in words if word))


def _time(connection: psycopg.Connection, search: str) -> Took:
    backend = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    before, began = int(backend.read_text().split()[0]), time.perf_counter()
    connection.execute("select api.search(%s)", [search]).fetchone()
    wall = time.perf_counter() - began
    processor = int(backend.read_text().split()[0]) - before
    return Took(1e3 * wall, processor / 1e6)


def _comments(desk: Desk) -> Iterator[Figure]:
    """What a reply costs with search, and without the trigger that adds it."""
    for what, switch in (("without", "disable"), ("with", "enable")):
        with desk.connection("supabase_admin") as connection:
            connection.execute(
                f"alter table public.comments {switch} trigger add_to_search"
            )
            took = [_comment(connection, place) for place in range(300)][20:]
        figure = _figure(f"a reply {what} search", took)
        yield Figure("search", figure.what, figure.value, "ms", None, figure.detail)


def _comment(connection: psycopg.Connection, place: int) -> Took:
    backend = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    row = connection.execute(
        "select id, requester_id from public.tickets where status = 'open'"
        " order by number offset %s limit 1",
        [place],
    ).fetchone()
    assert row
    body = connection.execute(
        "select string_agg(word, ' ') from private.bench_words"
        " where place = any (array(select floor(exp(random() * ln(30000)))::integer"
        " from generate_series(1, 50)))"
    ).fetchone()
    before, began = int(backend.read_text().split()[0]), time.perf_counter()
    connection.execute(
        "insert into public.comments (ticket_id, author_id, body) values (%s, %s, %s)",
        [*row, *(body or ())],
    )
    wall = time.perf_counter() - began
    processor = int(backend.read_text().split()[0]) - before
    return Took(1e3 * wall, processor / 1e6)
