"""The handler that Lambda's own client is given: it runs a function's own one.

It returns what that one answers to each event of a list, and what the process has
loaded by then.
"""

import gc
import os
import sys
from typing import Any

from awslambdaric.bootstrap import _get_handler

probed = _get_handler(os.environ["PROBED"])


def handler(events: list[Any], context: Any) -> dict[str, Any]:
    answers = [probed(event, context) for event in events]
    return {
        "answers": answers,
        "shared": getattr(sys.modules.get("shared"), "__file__", None),
        "loaded": sorted({each.partition(".")[0] for each in sys.modules}),
        "collects": gc.isenabled() and gc.get_freeze_count() > 0,
        "places": sys.path,
    }
