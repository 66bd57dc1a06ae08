"""A cold start in instructions, which no other program on the machine can change."""

import json
import shutil
import sys

import pytest

from tests.bench.builds import ColdStartBuild
from tests.bench.cold import BUDGET, instructions
from tests.build.artifacts import environment, functions
from tests.events import SIGNED_IN, http_event

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not shutil.which("valgrind"), reason="counts with valgrind"),
]


def test_the_first_answer_costs_little_more_than_its_framework(artifacts, database):
    build = ColdStartBuild(artifacts, sys.executable)
    build.add_yardsticks()
    function = functions(database)["GetTicketFunction"]
    empty = json.dumps(http_event("GET", "/")).encode()
    ticket = json.dumps(http_event("GET", "/v1/tickets/1", headers=SIGNED_IN)).encode()

    floor = instructions(build, ("floor", "floor.handler", {}, empty))
    ours = instructions(
        build, (function.name, function.handler, environment(function), ticket)
    )

    assert floor / 2 < ours < BUDGET * floor
