"""The Lambda Runtime API, for one process and one event."""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 60.0


@dataclass
class Once:
    """One event to hand out, and the answer to it."""

    event: bytes
    handed_out: bool = False
    answer: bytes = b""
    failed: bool = False
    processor_seconds: float = 0.0
    answered: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Runtime:
    """Serves the process that is started next."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.once = Once(b"")

    def answer(
        self, command: Sequence[str], environment: Mapping[str, str], event: bytes
    ) -> Once:
        """Start a process, hand it an event, and end it when it has answered."""
        self.once = once = Once(event)
        process = subprocess.Popen(  # noqa: S603
            command,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": self.address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        try:
            if not once.answered.wait(PATIENCE):
                raise TimeoutError("The function did not answer.")
        finally:
            process.kill()
            _, process.returncode, used = os.wait4(process.pid, 0)
            once.processor_seconds = used.ru_utime + used.ru_stime
            once.over.set()
        return once


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments):
        """A process that was ended breaks its connection; that is no news."""


@contextmanager
def runtime() -> Iterator[Runtime]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            once = serving.once
            if once.handed_out:
                once.over.wait()
                return
            once.handed_out = True
            headers = {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": "52fdfc07-2182-154f-163f-5f0f9a621d72",
                "Lambda-Runtime-Deadline-Ms": "9999999999999",
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:1:f",
            }
            self._reply(200, once.event, headers)

        def do_POST(self):
            once = serving.once
            once.answer = self.rfile.read(int(self.headers["Content-Length"]))
            once.failed = self.path.endswith("/error")
            once.answered.set()
            self._reply(202, b"{}", {})

        def _reply(self, status: int, body: bytes, headers: Mapping[str, str]):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    serving = Runtime(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        serving.once.over.set()
        server.shutdown()
        server.server_close()
