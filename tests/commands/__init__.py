"""What is expected of each command, query and function: one entry, in one place.

A module a subject. `COMMANDS` are the functions of the schema `api`, by name: who may
execute them, which permissions they need, what they refuse, how they are sent again.
`FUNCTIONS` are the functions of `template.yaml`. The tests compare both with the
catalog, the code and the template, so what is added there and not here fails.
"""

from .table import CASES, COMMANDS, FUNCTIONS, REPLAYS, ROUTES, STEPS

__all__ = ["CASES", "COMMANDS", "FUNCTIONS", "REPLAYS", "ROUTES", "STEPS"]
