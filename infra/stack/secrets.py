"""The secrets of a deployment, kept where its functions read them.

A parameter of the template that is called `SomethingParameter` names a SecureString of
AWS's Parameter Store; what is kept there is the variable `SOMETHING`. So no secret
stands in a template, in a change set or in the environment of a function.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from .parameters import Parameter

NAMES = "Parameter"
"""How a parameter is called that only names where its value is kept."""


@dataclass(frozen=True)
class Secret:
    """One secret.

    Attributes:
        variable: the environment variable that holds it, in the shell that deploys.
        place: its name in the Parameter Store.
    """

    variable: str
    place: str

    @classmethod
    def of(
        cls, parameters: Iterable[Parameter], environment: Mapping[str, str]
    ) -> list[Self]:
        """The secrets that a template names, where the environment wants them kept.

        One without a place is one that the deployment goes without.
        """
        return [
            cls(variable=each.variable.removesuffix(f"_{NAMES.upper()}"), place=place)
            for each in parameters
            if each.name.endswith(NAMES)
            and (place := environment.get(each.variable) or each.default)
        ]

    def is_kept(self, ssm: BaseClient) -> bool:
        """Whether there is a value, which is not asked for.

        Raises:
            ClientError: AWS refuses to tell.
        """
        try:
            ssm.get_parameter(Name=self.place)
        except ssm.exceptions.ParameterNotFound:
            return False
        return True

    def keep(self, ssm: BaseClient, value: str) -> bool:
        """Keep a value; return whether it was another, or none.

        Raises:
            ClientError: AWS refuses.
        """
        try:
            found = ssm.get_parameter(Name=self.place, WithDecryption=True)
            if found["Parameter"]["Value"] == value:
                return False
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
        ssm.put_parameter(
            Name=self.place, Value=value, Type="SecureString", Overwrite=True
        )
        return True

    def forget(self, ssm: BaseClient) -> None:
        """Delete it, if it is there.

        Raises:
            ClientError: AWS refuses.
        """
        ssm.delete_parameters(Names=[self.place])
