"""The template's parameters and secrets, each from an environment variable.

`SupabaseUrl` is `SUPABASE_URL`. A parameter whose variable is not set keeps the value
that the stack has, or else the template's default; SAM sees to that. A secret is a
SecureString in AWS's Parameter Store, so that none is in a template, a change set or a
function's configuration. Its name begins with the stack's, so that no stack overwrites
what another one reads.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

SECRETS: Final = ("SUPABASE_SECRET_KEY", "WEBHOOK_SECRETS")
"""What every stack reads."""
SOURCE_SECRET: Final = "SUPABASE_SOURCE_SECRET"  # noqa: S105 (its variable)
"""What a stack with `LIMIT_BY_ADDRESS=true` reads too."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of the template.

    Attributes:
        name: in the template.
        default: the template's default; None when a value is required.
        description: what it is for.
    """

    name: str
    default: str | None
    description: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that holds its value."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).upper()


class Secret(NamedTuple):
    """A secret: the variable that holds its value, its name in the Parameter Store."""

    variable: str
    path: str


def parameters_of(template: Mapping[str, Any]) -> list[Parameter]:
    """Return the parameters that a parsed template declares."""
    return [
        Parameter(
            name,
            str(about["Default"]) if "Default" in about else None,
            str(about.get("Description", "")),
        )
        for name, about in template.get("Parameters", {}).items()
    ]


def overrides(
    template: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the values of the parameters that the environment sets, by name."""
    return {
        each.name: value
        for each in parameters_of(template)
        if (value := environment.get(each.variable))
    }


def secrets_of(stack: str, environment: Mapping[str, str]) -> list[Secret]:
    """Return the secrets that a stack reads, each by the name in its template."""
    by_address = environment.get("LIMIT_BY_ADDRESS") == "true"
    return [
        Secret(variable, f"/{stack}/{variable.lower().replace('_', '-')}")
        for variable in (*SECRETS, *([SOURCE_SECRET] if by_address else []))
    ]
