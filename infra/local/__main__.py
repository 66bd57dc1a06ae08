"""The command line behind `make`: `python -m infra.local up|reset|env|tick|mail`."""

import argparse
import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request

from .postgres import MigrationFailed, MissingPostgres
from .stack import (
    AlreadyRunning,
    Desk,
    Home,
    Layout,
    NeverStarted,
    PortTaken,
    PublicPorts,
    Stack,
)
from .supervisor import PartFailed, ProcessRecord
from .terminal import follow, letters, say, welcome

REFUSALS = (
    AlreadyRunning,
    MigrationFailed,
    MissingPostgres,
    NeverStarted,
    PartFailed,
    PortTaken,
)


class NotRunning(Exception):
    """The verb needs an open desk; the message is one sentence."""


def main() -> int:
    """Run one verb; a refusal is one sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="infra.local", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("up", help="open the desk and stay until Ctrl-C")
    verbs.add_parser("reset", help="delete everything a closed desk has kept")
    verbs.add_parser("env", help="print addresses and keys for a shell")
    verbs.add_parser("tick", help="start a worker now").add_argument("name")
    verbs.add_parser("mail", help="print the mail that the open desk has sent")
    options = parser.parse_args()
    home = Home.from_environment(os.environ)
    try:
        match options.verb:
            case "up":
                up(home)
            case "reset":
                reset(home)
            case "env":
                print(*Desk.load(home.desk).shell_lines(), sep="\n")
            case "tick":
                print(tick(home, options.name))
            case "mail":
                print(mail(home))
    except (*REFUSALS, NotRunning) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def up(home: Home) -> None:
    """Open the desk and serve until a signal or a failure ends it."""
    with home.lock():
        ProcessRecord(home.processes).end_leftovers()
        ports = PublicPorts.from_environment(os.environ)
        ports.check()
        asyncio.run(_until_signal(Stack(home, Layout(home, ports)), home))


def reset(home: Home) -> None:
    """Forget a closed desk."""
    if not home.path.exists():
        say(f"There is nothing to delete in {home.path}.")
        return
    with home.lock():
        ProcessRecord(home.processes).end_leftovers()
        Layout(home, PublicPorts()).remove()
    say(f"Deleted the desk in {home.path}; the next `make dev` starts afresh.")


def tick(home: Home, name: str) -> str:
    """Fire a schedule, or start a worker, and return what it answered."""
    url = f"{Desk.load(home.desk).api_url}/.local/tick/{name}"
    request = urllib.request.Request(url, method="POST")  # noqa: S310 (ours)
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 (ours)
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        answer = json.loads(error.read())
        reason = answer.get("message") or answer.get("errorMessage")
        raise NotRunning(f"{name} was not done: {reason}") from error
    except OSError as error:
        raise NotRunning("The desk is not open: run `make dev`.") from error


def mail(home: Home) -> str:
    """Return all mail that the open desk has sent, oldest first."""
    try:
        sent = list(letters(Desk.load(home.desk).aws_endpoint_url))
    except OSError as error:
        raise NotRunning("The desk is not open: run `make dev`.") from error
    return f"\n{'=' * 72}\n".join(sent) or "No mail yet; it is sent once a minute."


async def _until_signal(stack: Stack, home: Home) -> None:
    """Serve; whatever ends it, stop every part before returning."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stopped.set)
    serving = asyncio.create_task(_serve(stack, home))
    waiting = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked = stopped.is_set()
        serving.cancel()
        waiting.cancel()
        (outcome, _) = await asyncio.gather(serving, waiting, return_exceptions=True)
        await stack.stop()
    if asked:
        say("The desk is closed; its data is kept.")
    elif isinstance(outcome, BaseException):
        raise outcome


async def _serve(stack: Stack, home: Home) -> None:
    say("Opening the desk ...")
    await stack.start()
    welcome(stack.desk)
    following = asyncio.create_task(follow(home.function_logs))
    try:
        await stack.watch()
    finally:
        following.cancel()


if __name__ == "__main__":
    sys.exit(main())
