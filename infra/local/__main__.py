"""The command line behind `make`: `python -m infra.local up|reset|env|tick|mail`."""

import argparse
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from email import message_from_string, policy

from .auth.mail import Mailbox
from .postgres import MigrationFailed, MissingPostgres
from .processes import ProcessRecord, ServiceFailed
from .stack import (
    AlreadyRunning,
    Deployment,
    Home,
    Layout,
    NeverStarted,
    PortTaken,
    PublicPorts,
    Stack,
)
from .terminal import FunctionLogs, say, welcome

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotRunning(Exception):
    """The verb needs a running stack; the message is one sentence."""


REFUSALS = (
    AlreadyRunning,
    MigrationFailed,
    MissingPostgres,
    NeverStarted,
    NotRunning,
    PortTaken,
    ServiceFailed,
)


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
        run(options, home)
        sys.stdout.flush()
    except BrokenPipeError:  # of `make mail | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace, home: Home) -> None:
    """Run one verb."""
    match options.verb:
        case "up":
            up(home)
        case "reset":
            reset(home)
        case "env":
            print(*Deployment.load(home.deployment).shell_lines(), sep="\n")
        case "tick":
            print(tick(home, options.name))
        case "mail":
            print(mail(home))


def up(home: Home) -> None:
    """Start the stack and serve until a signal or a failure ends it."""
    with home.lock():
        ProcessRecord(home.processes).end_leftovers()
        ports = PublicPorts.from_environment(os.environ)
        ports.check()
        stack, interrupted = Stack(home, Layout(home, ports)), False
        for each in SIGNALS:
            signal.signal(each, signal.default_int_handler)
        try:
            _serve(stack, FunctionLogs(home.function_logs))
        except KeyboardInterrupt:
            interrupted = True
        finally:
            for each in SIGNALS:  # the end is not interrupted
                signal.signal(each, signal.SIG_IGN)
            stack.stop()
    if interrupted:
        say("The desk is closed; its data is kept.")


def _serve(stack: Stack, logs: FunctionLogs) -> None:
    say("Opening the desk ...")
    stack.start()
    welcome(stack.deployment)
    try:
        while True:
            stack.check()
            logs.print_new()
            time.sleep(0.25)
    finally:
        logs.close()


def reset(home: Home) -> None:
    """Delete the data of a stopped stack."""
    if not home.path.exists():
        say(f"There is nothing to delete in {home.path}.")
        return
    with home.lock():
        ProcessRecord(home.processes).end_leftovers()
        Layout(home, PublicPorts()).remove()
    say(f"Deleted the desk in {home.path}; the next `make dev` starts afresh.")


def tick(home: Home, name: str) -> str:
    """Run the worker of a name now and return its result as JSON."""
    url = f"{Deployment.load(home.deployment).api_url}/.local/tick/{name}"
    request = urllib.request.Request(url, method="POST")  # noqa: S310 (ours)
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310 (ours)
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        body = json.loads(error.read())
        reason = body.get("message") or body.get("errorMessage")
        raise NotRunning(f"{name} was not done: {reason}") from error
    except OSError as error:
        raise NotRunning("The desk is not open: run `make dev`.") from error


def mail(home: Home) -> str:
    """Return all email of the product, then that of Auth, each oldest first."""
    url = f"{Deployment.load(home.deployment).aws_endpoint_url}/moto-api/data.json"
    try:
        with urllib.request.urlopen(url) as response:  # noqa: S310 (ours)
            sent = json.load(response).get("ses", {}).get("RawMessage", [])
    except OSError as error:
        raise NotRunning("The desk is not open: run `make dev`.") from error
    emails = [_text_of(message["raw_data"]) for message in sent]
    emails += Mailbox(home.mail).read()
    return f"\n{'=' * 72}\n".join(emails) or "No mail yet; it is sent once a minute."


def _text_of(raw: str) -> str:
    email = message_from_string(raw, policy=policy.default)
    body = email.get_body()
    content = body.get_content() if body else ""
    return f"To: {email['To']}\nSubject: {email['Subject']}\n\n{content}"


if __name__ == "__main__":
    sys.exit(main())
