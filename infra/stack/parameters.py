"""The template's parameters, each from the variable of the same name.

`SupabaseUrl` is `SUPABASE_URL`. What the environment does not say stays as it is in the
stack, or is the template's default.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """One parameter of the template.

    Attributes:
        name: in the template.
        default: what it is when nobody says; None when somebody must.
        description: what it is for.
    """

    name: str
    default: str | None
    description: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that gives it."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).upper()


def parameters_of(template: Mapping[str, Any]) -> list[Parameter]:
    """Read the parameters of a template's tree."""
    return [
        Parameter(
            name,
            str(about["Default"]) if "Default" in about else None,
            str(about.get("Description", "")),
        )
        for name, about in template.get("Parameters", {}).items()
    ]


def missing(
    parameters: Iterable[Parameter],
    environment: Mapping[str, str],
    known: Collection[str],
) -> list[Parameter]:
    """Those that neither the environment, nor the stack, nor the template gives.

    Args:
        parameters: of the template.
        environment: of this shell.
        known: the names that the stack has values of.
    """
    return [
        each
        for each in parameters
        if not environment.get(each.variable)
        and each.name not in known
        and each.default is None
    ]


def values(
    parameters: Iterable[Parameter],
    environment: Mapping[str, str],
    known: Collection[str],
) -> list[dict[str, Any]]:
    """The parameters as CloudFormation takes them; those with defaults are left out."""
    given: list[dict[str, Any]] = []
    for each in parameters:
        if value := environment.get(each.variable):
            given.append({"ParameterKey": each.name, "ParameterValue": value})
        elif each.name in known:
            given.append({"ParameterKey": each.name, "UsePreviousValue": True})
    return given
