"""`python -m tests.bench [warm cold queue ...] [--sizes 10k,100k]`.

Exits with 0 whatever the figures are, and with 1 when a bench cannot run.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.report import Figure, machine, save

BENCHES = {
    "warm": "a warm request through a function, against PostgREST directly",
    "claim": "the next ticket, claimed by 32 people at once",
    "cold": "process start to first answer, against FastAPI and Mangum alone",
    "bulk": "1,000 tickets changed at once, and who waits beside it",
    "fanout": "from commit to reactions and webhooks, and events a second",
    "queue": "lists at many tickets, against few",
    "reactions": "events a second of one worker that is fed directly",
    "reads": "reading one ticket, against its row under RLS",
    "realtime": "from commit to the message in a client",
    "search": "words in tickets and comments, by two readers at once",
    "startup": "`make dev`, installed, until it serves",
    "story": "what one ticket costs, from its question to its solution",
    "writers": "tickets opened a second by concurrent writers",
}
OUT = Path("bench.json")
SUFFIXES = {"k": 1_000, "m": 1_000_000}


def main() -> int:
    """Run the benches that were named, or all."""
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("benches", nargs="*", metavar="bench", help=" ".join(BENCHES))
    parser.add_argument("--sizes", type=_sizes, default="10k,100k,1m")
    parser.add_argument("--instructions", action="store_true", help="count all, slowly")
    options = parser.parse_args()
    if unknown := set(options.benches) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(unknown)}")
    print(" | ".join(str(each) for each in machine().values()))
    figures: list[Figure] = []
    failed = False
    for name in options.benches or BENCHES:
        print(f"\n{name}: {BENCHES[name]}")
        try:
            for figure in import_module(f"tests.bench.{name}").measure(options):
                figures.append(figure)
                print(figure.line(), flush=True)
        except Exception as error:  # noqa: BLE001, the other benches can still run
            failed = True
            print(f"  cannot run: {type(error).__name__}: {error}")
    save(figures, OUT)
    return int(failed)


def _sizes(text: str) -> list[int]:
    return [_size(each.strip().lower()) for each in text.split(",")]


def _size(text: str) -> int:
    return int(text.rstrip("km")) * SUFFIXES.get(text[-1], 1)


if __name__ == "__main__":
    sys.exit(main())
