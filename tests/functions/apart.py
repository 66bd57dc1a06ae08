"""Invoke one function in a process of its own, as Lambda does.

Usage: python -m tests.functions.apart MODULE ANSWERS TIMES, the event on standard
input; what the process writes to standard output and error is the function's log.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from tests.events import context

if __name__ == "__main__":
    module, answers, times = sys.argv[1:]
    handler = import_module(module).handler
    event = json.load(sys.stdin)
    results = [handler(event, context()) for _ in range(int(times))]
    Path(answers).write_text(json.dumps(results))
