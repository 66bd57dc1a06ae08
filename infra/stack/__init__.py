"""The deployed CloudFormation stack, and the parameters and secrets of its template."""

from .live import LiveStack, deployed_template, open_session, stack_name
from .parameters import Parameter, Secret, overrides, parameters_of, secrets_of

__all__ = [
    "LiveStack",
    "Parameter",
    "Secret",
    "deployed_template",
    "open_session",
    "overrides",
    "parameters_of",
    "secrets_of",
    "stack_name",
]
