"""Run by `python -I -S -B`: invokes a handler with its artifact and layers alone."""

import importlib
import json
import sys
from types import SimpleNamespace

*places, handler = sys.argv[1:]
sys.path[:0] = places

module, _, name = handler.rpartition(".")
context = SimpleNamespace(
    function_name="function",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:function",
    aws_request_id="52fdfc07-2182-154f-163f-5f0f9a621d72",
    get_remaining_time_in_millis=lambda: 3_000,
)
invoke = getattr(importlib.import_module(module), name)
json.dumps([invoke(event, context) for event in json.load(sys.stdin)])
