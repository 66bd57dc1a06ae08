"""Print what a month costs: `make cost`, or `make cost TICKETS="5e3 2e6"`.

`make cost README=1` writes the tables of the usual numbers into this folder's README.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from . import Inputs, Volume, table

SCALES: Final = (0.0, 1e3, 1e5, 1e7)
README: Final = Path(__file__).with_name("README.md")
MARK: Final = "<!-- below this line: make cost README=1 -->"


def main(arguments: Sequence[str]) -> int:
    """Print the tables for some numbers of tickets a month, or write them down."""
    inputs = Inputs.read()
    if "--readme" in arguments:
        text = README.read_text().partition(MARK)[0]
        tables = table([Volume(each, inputs) for each in SCALES])
        README.write_text(f"{text}{MARK}\n\n{tables}\n")
        return 0
    scales = [float(each) for each in arguments] or SCALES
    print(table([Volume(each, inputs) for each in scales]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
