"""Values that commands refuse, by type of argument.

PostgREST makes texts of numbers before a command sees them.
"""

from .expectations import Values

NOBODY = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"
BROKEN = [
    "a\nb",
    "a\rb",
    "a\x85b",
    "a\u2028b",
    "a\x7fb",
    "a\u202eb",
    "\u200b\u2060",
    "\0",
]
LINE = ["", " ", *BROKEN]
NAME = [None, *LINE, "x" * 121]
TEXT = [None, "", " \n ", "\u200b", "\0", "x" * 50_001]
REASON = ["", *BROKEN, "x" * 501, "x" * 100_000]
TAGS = [["two words"], ["a,b"], [""], ["x" * 51], ["a\u2028b"], ["\u200b"], [None],
        [f"t{n}" for n in range(21)]]  # fmt: skip
ENUM = ["nope", "", "OPEN", "\0"]
ID = ["nope", NOBODY[:-1], "me or you"]
REF = ["nope", NOBODY, "0", "9" * 30]
QUEUE = ["nope", NOBODY, "Support"]
KEY = ["a b", "x" * 256]
DATA = [[], "text", {"a": [[[[[[[[[1]]]]]]]]]}, {"a": "x" * 17_000},
        {str(n): 1 for n in range(101)}]  # fmt: skip
TIMES = [{"created_after": time} for time in
         ("yesterday", "now", "infinity", "epoch", "2026-11-23", "Px", "-P1D", "P", 0,
          "2026-11-23T24:00:00Z", "P999999D", "9" * 400)]  # fmt: skip
CONDITIONS = [*TIMES, [], "all", {"colour": "red"}, {"statuses": ["nope"]},
              {"statuses": "new"}, {"priorities": ["top"]}, {"assignee": "someone"},
              {"requester": "none"}, {"organization": "me"}, {"tags": ["a b"]},
              {"tags": ["t"] * 51}, {"waiting_on": [None]}]  # fmt: skip
MINUTES = [0, -1, 2**31, 1.5, "five"]
BOOLEAN = ["perhaps", 7]
VERSION = [999_999]


def of(name: str, values: Values) -> Values:
    """Changes that name one field."""
    return [{name: value} for value in values]
