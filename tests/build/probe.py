"""Run by `python -I -S -B`: invokes a handler with its artifact and layers alone."""

import gc
import importlib
import json
import sys
from types import SimpleNamespace

*places, handler = sys.argv[1:]
sys.path[:0] = places
assert not any("site-packages" in place for place in sys.path), sys.path

module, _, name = handler.rpartition(".")
context = SimpleNamespace(
    function_name="function",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:function",
    aws_request_id="52fdfc07-2182-154f-163f-5f0f9a621d72",
    get_remaining_time_in_millis=lambda: 3_000,
)
invoke = getattr(importlib.import_module(module), name)
answers = [invoke(event, context) for event in json.load(sys.stdin)]
loaded = sorted({each.partition(".")[0] for each in sys.modules})
core = getattr(sys.modules.get("shared"), "__file__", None)
result = {"answers": answers, "shared": core, "loaded": loaded}
result["collects"] = gc.isenabled() and gc.get_freeze_count() > 0
print(json.dumps(result))  # noqa: T201
