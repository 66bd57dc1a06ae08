"""Resolve the intrinsic functions that our template uses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .document import Json, TemplateError

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
_NAMING_PROPERTIES = ("Name", "QueueName")
_ARNS = {
    "AWS::Events::EventBus": "events:{account}:event-bus/{name}",
    "AWS::Serverless::Function": "lambda:{account}:function:{name}",
    "AWS::SQS::Queue": "sqs:{account}:{name}",
}
_NO_VALUE: Final = object()


@dataclass(frozen=True)
class AwsAccount:
    """The account and region of the AWS stand-in.

    Attributes:
        endpoint: address of the AWS stand-in, without a slash at the end.
        id: twelve digits; moto's own account, so that ARNs agree.
        region: of every resource.
    """

    endpoint: str = "http://127.0.0.1:5555"
    id: str = "123456789012"
    region: str = "eu-west-1"

    def pseudo_parameters(self) -> dict[str, Any]:
        """Return the values of `AWS::Region` and its kin."""
        return {
            "AWS::AccountId": self.id,
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": "local",
        }


class Resolver:
    """Resolves Ref, GetAtt, Sub, If and conditions for one document."""

    def __init__(
        self, document: Json, parameters: Mapping[str, str], account: AwsAccount
    ) -> None:
        declared = document.get("Parameters") or {}
        self._parameters = account.pseudo_parameters() | {
            name: _typed(about, parameters.get(name, about.get("Default", "")))
            for name, about in declared.items()
        }
        self._resources: Json = document["Resources"]
        self._conditions: Json = document.get("Conditions") or {}
        self._account = account
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Sub": self._sub,
        }

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 (any JSON in, any out)
        """Return the value with every intrinsic replaced; `AWS::NoValue` vanishes.

        Raises:
            TemplateError: an intrinsic that is not implemented, or a name that the
                template does not define.
        """
        if isinstance(value, list):
            resolved = map(self.resolve, value)
            return [item for item in resolved if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        name = next(iter(value), "")
        if len(value) == 1 and (name == "Ref" or name.startswith("Fn::")):
            if name not in self._functions:
                raise TemplateError(f"The local gateway does not know {name}.")
            return self._functions[name](value[name])
        pairs = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not _NO_VALUE}

    def exists(self, resource: Json) -> bool:
        """Return whether a resource's own `Condition`, if any, is true here."""
        return "Condition" not in resource or self._holds(resource["Condition"])

    def arn(self, logical_id: str) -> str:
        """Return the resource's ARN, as moto makes it for the types it serves."""
        pattern = _ARNS.get(
            self._resource(logical_id)["Type"], "local:{account}:{name}"
        )
        account = f"{self._account.region}:{self._account.id}"
        return "arn:aws:" + pattern.format(account=account, name=self._name(logical_id))

    def _name(self, logical_id: str) -> str:
        """Return the resource's own name, or its logical id when it has none."""
        properties = self._resource(logical_id).get("Properties") or {}
        named = (properties[key] for key in _NAMING_PROPERTIES if key in properties)
        return str(self.resolve(next(named, logical_id)))

    def _resource(self, logical_id: str) -> Json:
        try:
            resource: Json = self._resources[logical_id]
        except KeyError:
            message = f"The template refers to {logical_id}, which it does not define."
            raise TemplateError(message) from None
        return resource

    def _holds(self, condition: str | Json) -> bool:
        if isinstance(condition, str):
            return self._holds(self._conditions[condition])
        match condition:
            case {"Fn::Not": [operand]}:
                return not self._holds(operand)
            case {"Fn::Equals": operands}:
                left, right = self.resolve(operands)
                return str(left) == str(right)
        raise TemplateError(f"The local gateway does not know {next(iter(condition))}.")

    def _ref(self, name: str) -> Any:  # noqa: ANN401 (parameters have any type)
        if name in self._parameters:
            return self._parameters[name]
        function, _, alias = name.partition(".")
        if alias == "Alias":  # SAM's word for the version that AutoPublishAlias names
            return f"{self.arn(function)}:live"
        if self._resource(name)["Type"] == "AWS::SQS::Queue":
            account = self._account
            return f"{account.endpoint}/{account.id}/{self._name(name)}"
        return self._name(name)

    def _get_att(self, operands: list[str]) -> str:
        logical_id, attribute = operands
        return self.arn(logical_id) if attribute == "Arn" else self._name(logical_id)

    def _if(self, operands: list[Any]) -> Any:  # noqa: ANN401 (either branch)
        condition, then, otherwise = operands
        return self.resolve(then if self._holds(condition) else otherwise)

    def _sub(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda match: str(self._ref(match[1])), text)


def _typed(about: Json, value: Any) -> Any:  # noqa: ANN401 (parameters have any type)
    """Return a parameter's value in its type: a list is written with commas."""
    is_list = about.get("Type") == "CommaDelimitedList"
    return [part.strip() for part in value.split(",")] if is_list else value
