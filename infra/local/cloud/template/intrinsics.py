"""Resolve CloudFormation's intrinsic functions against the local place."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from .document import Json, TemplateError
from .place import NOTHING, Place

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
_NAMING_PROPERTIES = ("Name", "TableName", "QueueName", "TopicName", "FunctionName")
_ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{place}:table/{name}",
    "AWS::Events::EventBus": "events:{place}:event-bus/{name}",
    "AWS::Serverless::Function": "lambda:{place}:function:{name}",
    "AWS::SNS::Topic": "sns:{place}:{name}",
    "AWS::SQS::Queue": "sqs:{place}:{name}",
}

_COMBINE: dict[str, Callable[[Iterable[bool]], bool]] = {
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::Not": lambda operands: not any(operands),
}


class Resolver:
    """Answers Ref, GetAtt, Sub, Join, If and conditions for one document."""

    def __init__(
        self, document: Json, parameters: Mapping[str, str], place: Place
    ) -> None:
        declared = document.get("Parameters") or {}
        self._parameters = place.pseudo_parameters() | {
            name: _typed(about, parameters.get(name, about.get("Default", "")))
            for name, about in declared.items()
        }
        self._resources: Json = document["Resources"]
        self._conditions: Json = document.get("Conditions") or {}
        self._place = place
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Sub": self._sub,
        }

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 (any JSON in, any out)
        """The value with every intrinsic replaced; `AWS::NoValue` vanishes.

        Raises:
            TemplateError: an intrinsic the gateway does not know, or a name that
                the template does not define.
        """
        if isinstance(value, list):
            resolved = map(self.resolve, value)
            return [item for item in resolved if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        name = next(iter(value), "")
        if len(value) == 1 and (name == "Ref" or name.startswith("Fn::")):
            if name not in self._functions:
                raise TemplateError(f"The local gateway does not know {name}.")
            return self._functions[name](value[name])
        pairs = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not NOTHING}

    def holds(self, condition: Any) -> bool:  # noqa: ANN401 (a name or an expression)
        """Whether a condition, by name or written out, is true here."""
        if isinstance(condition, str):
            return self.holds(self._conditions[condition])
        ((operator, operands),) = condition.items()
        if operator == "Condition":
            return self.holds(operands)
        if operator == "Fn::Equals":
            left, right = self.resolve(operands)
            return str(left) == str(right)
        return _COMBINE[operator](map(self.holds, operands))

    def exists(self, resource: Json) -> bool:
        """Whether a resource's own `Condition`, if any, holds here."""
        return "Condition" not in resource or self.holds(resource["Condition"])

    def name(self, logical_id: str) -> str:
        """The resource's own name, or its logical id when it has none."""
        properties = self._resource(logical_id).get("Properties") or {}
        named = (properties[key] for key in _NAMING_PROPERTIES if key in properties)
        return str(self.resolve(next(named, logical_id)))

    def arn(self, logical_id: str) -> str:
        """The resource's ARN, as moto makes it for the types it serves."""
        kind = self._resource(logical_id)["Type"]
        pattern = _ARNS.get(kind, "local:{place}:{name}")
        place = f"{self._place.region}:{self._place.account}"
        return "arn:aws:" + pattern.format(place=place, name=self.name(logical_id))

    def _resource(self, logical_id: str) -> Json:
        try:
            resource: Json = self._resources[logical_id]
        except KeyError:
            message = f"The template refers to {logical_id}, which it does not define."
            raise TemplateError(message) from None
        return resource

    def _ref(self, name: str) -> Any:  # noqa: ANN401 (parameters have any type)
        if name in self._parameters:
            return self._parameters[name]
        function, _, alias = name.partition(".")
        if alias == "Alias":  # SAM's word for the version that AutoPublishAlias names
            return f"{self.arn(function)}:live"
        if self._resource(name)["Type"] == "AWS::SQS::Queue":
            place = self._place
            return f"{place.endpoint}/{place.account}/{self.name(name)}"
        return self.name(name)

    def _get_att(self, operands: list[str]) -> str:
        logical_id, attribute = operands
        if attribute == "Arn":
            return self.arn(logical_id)
        return self.name(logical_id) if attribute.endswith("Name") else attribute

    def _if(self, operands: list[Any]) -> Any:  # noqa: ANN401 (either branch)
        condition, then, otherwise = operands
        return self.resolve(then if self.holds(condition) else otherwise)

    def _join(self, operands: list[Any]) -> str:
        separator, parts = operands
        return str(separator).join(map(str, self.resolve(parts)))

    def _sub(self, operands: str | list[Any]) -> str:
        text, extra = (operands, {}) if isinstance(operands, str) else operands
        fill = partial(self._fill, self.resolve(extra))
        return _PLACEHOLDER.sub(fill, text).replace("${!", "${")

    def _fill(self, extra: Mapping[str, Any], match: re.Match[str]) -> str:
        name = match[1]
        if name in extra:
            return str(extra[name])
        if "." in name:
            return self._get_att(name.split(".", 1))
        return str(self._ref(name))


def _typed(about: Json, value: Any) -> Any:  # noqa: ANN401 (parameters have any type)
    """A parameter's value as its type has it: a list is written with commas."""
    is_list = about.get("Type") == "CommaDelimitedList"
    return [part.strip() for part in value.split(",")] if is_list else value
