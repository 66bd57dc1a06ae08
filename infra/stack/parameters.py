"""The template's parameters and secrets, each from an environment variable.

`SupabaseUrl` is `SUPABASE_URL`. A parameter whose variable is not set keeps the value
that the stack has, or else the template's default; SAM sees to that. A parameter called
`SomethingParameter` is the name of a SecureString in AWS's Parameter Store, whose value
is the variable `SOMETHING`; so no secret is in a template, a change set or a function's
configuration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

SUFFIX: Final = "_PARAMETER"


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


def secrets_of(
    template: Mapping[str, Any], environment: Mapping[str, str]
) -> list[Secret]:
    """Return the secrets that a parsed template names; one without a path is unused."""
    return [
        Secret(each.variable.removesuffix(SUFFIX), path)
        for each in parameters_of(template)
        if each.variable.endswith(SUFFIX)
        and (path := environment.get(each.variable) or each.default)
    ]
