"""From the start of a process to its first answer, through the real runtime client.

Each function answers a request that reaches the database, except where it refuses the
body first. The yardsticks: a handler of one line, and FastAPI and Mangum with one empty
route.
"""

import json
import re
import shutil
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from infra.build.sizes import zipped_size
from infra.local.cloud.template import Function
from tests.bench.builds import ColdStartBuild
from tests.bench.desk import Desk, id_of, open_desk
from tests.bench.report import Figure
from tests.bench.runtime import Runtime, runtime
from tests.bench.timing import in_turns, medians
from tests.build.artifacts import LAYERS, environment, functions
from tests.build.test_artifacts import BODIES
from tests.events import http_event

LIMIT = 1.2
BUDGET = 1.05
ROUNDS = 9
PLACES = {"ticket": "1001", "queue": "support"}
PROBE = Path(__file__).with_name("isolated.py")
COUNTED = re.compile(r"Collected : (\d+)")
Start = tuple[str, str, Mapping[str, str], bytes]  # name, handler, variables, event


def measure(options: Namespace) -> Iterator[Figure]:
    """Yield the yardsticks, and each HTTP function against the floor."""
    with tempfile.TemporaryDirectory() as folder, open_desk() as desk:
        build = ColdStartBuild.build(Path(folder))
        _open_a_ticket(desk)
        bare, floor, *others = _starts(desk)
        with runtime() as serving:
            for start in (bare, *others):
                yield _compare(start, floor, partial(_first_answer, build, serving))
        # Times swing with what else the machine does; this repeats to a thousandth.
        if shutil.which("valgrind"):
            chosen = others if options.instructions else others[:2]
            counted = {
                start[0]: instructions(build, start) for start in (floor, *chosen)
            }
            yield from _counted(counted)
        yield from _weighed(build)


def _compare(start: Start, floor: Start, answer: Callable[[Start], float]) -> Figure:
    """Start the two in turns, so that a busy moment of the machine meets both.

    The ratio is of processor time: who else works here then stays out of it.
    """
    worked: dict[str, list[float]] = {floor[0]: [], start[0]: []}
    subjects = {
        each[0]: partial(lambda one: worked[one[0]].append(answer(one)), each)
        for each in (floor, start)
    }
    took = medians(in_turns(subjects, ROUNDS, warm_up=1))
    work = medians(worked)
    limit = None if start[0] == "bare" else LIMIT
    name, base = start[0], floor[0]
    detail = f"{work[name]:,.0f} ms of work against {work[base]:,.0f} ms"
    detail += f"; {took[name]:,.0f} ms elapsed against {took[base]:,.0f} ms"
    return Figure("cold", name, work[name] / work[base], "x", limit, detail)


def _counted(counts: Mapping[str, float]) -> Iterator[Figure]:
    for name, value in counts.items():
        ratio = value / counts["floor"]
        detail = f"{value:,.0f} million"
        if name != "floor":
            yield Figure("cold", f"{name}, instructions", ratio, "x", BUDGET, detail)


def _weighed(build: ColdStartBuild) -> Iterator[Figure]:
    """Yield what is uploaded, zipped: the layers, and the largest function."""
    folder = build.artifacts.folder
    weight = {name: zipped_size(folder / name) / 1000 for name in functions()}
    largest = max(weight, key=lambda name: weight[name])
    packages, shared = (zipped_size(folder / layer) / 1000 for layer in LAYERS)
    yield Figure("cold", "the packages, zipped", packages, "kB", 20_000)
    yield Figure("cold", "what functions share, zipped", shared, "kB", 500)
    yield Figure("cold", f"{largest}, zipped", weight[largest], "kB", 50)


def _starts(desk: Desk) -> Iterator[Start]:
    empty = json.dumps(http_event("GET", "/")).encode()
    yield "bare", "bare.handler", {}, empty
    yield "floor", "floor.handler", {}, empty
    signed_in = {"authorization": f"Bearer {desk.token('agent')}"}
    for name, function in functions(desk.url).items():
        event = _request(function, signed_in)
        if event:
            keys = {"SUPABASE_PUBLISHABLE_KEY": desk.platform.keys.publishable}
            variables = {**environment(function), **keys}
            yield name, function.handler, variables, json.dumps(event).encode()


def _request(function: Function, headers: Mapping[str, str]) -> dict[str, Any] | None:
    for event in function.events:
        if event.type == "HttpApi":
            path = re.sub(
                r"\{(.+?)\}",
                lambda found: PLACES.get(found[1], str(id_of("agent"))),
                event.properties["Path"],
            )
            body = BODIES.get(function.name)
            return http_event(event.properties["Method"], path, body, headers)
    return None


def _open_a_ticket(desk: Desk) -> None:
    with desk.client("agent") as client:
        draft = {"subject": "A flat tyre", "body": "It went psst."}
        client.post("rpc/create_ticket", json=draft).raise_for_status()


def _first_answer(build: ColdStartBuild, serving: Runtime, start: Start) -> float:
    """Return the milliseconds of processor time until a function has answered."""
    name, handler, variables, event = start
    around = {**_aws(build, name), **variables, "PYTHONPATH": build.path_of(name)}
    once = serving.answer(build.command(handler), around, event)
    if once.failed or json.loads(once.answer)["statusCode"] >= 500:
        raise RuntimeError(f"{name} did not answer: {once.answer.decode()[:300]}")
    return 1000 * once.processor_seconds


def instructions(build: ColdStartBuild, start: Start) -> float:
    """Count the millions of instructions of an import and a first answer."""
    name, handler, variables, event = start
    places = build.artifacts.places(name)
    count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    probe = [build.interpreter, "-I", "-S", "-B", str(PROBE), *places, handler]
    done = subprocess.run(  # noqa: S603
        [*count, *probe],
        input=b"[" + event + b"]",
        env={**_aws(build, name), **variables, "PYTHONHASHSEED": "0"},
        capture_output=True,
        cwd="/",
        check=False,
    )
    found = COUNTED.search(done.stderr.decode())
    if found is None or done.returncode:
        raise RuntimeError(done.stderr.decode()[-300:])
    return int(found[1]) / 1_000_000


def _aws(build: ColdStartBuild, name: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{build.artifacts.python}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_REGION": "eu-west-1",
        "SSL_CERT_DIR": str(build.artifacts.layer / "certs"),
    }
