"""The stack in AWS: what it needs, how it stands, what would change, its releases."""

from .changes import Change, DeploymentFailed, NothingToChange, apply, propose
from .live import LiveStack, open_session, stack_name
from .parameters import Parameter, missing, parameters_of, values
from .releases import Release, Releases, stamped
from .secrets import Secret

__all__ = [
    "Change",
    "DeploymentFailed",
    "LiveStack",
    "NothingToChange",
    "Parameter",
    "Release",
    "Releases",
    "Secret",
    "apply",
    "missing",
    "open_session",
    "parameters_of",
    "propose",
    "stack_name",
    "stamped",
    "values",
]
