"""The deployed stack, as CloudFormation describes it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import boto3
import yaml
from botocore.client import BaseClient
from botocore.exceptions import ClientError


def stack_name(environment: Mapping[str, str] = os.environ) -> str:
    """`STACK_NAME`; `autocrm` without it."""
    return environment.get("STACK_NAME") or "autocrm"


def open_session(environment: Mapping[str, str] = os.environ) -> boto3.Session:
    """AWS as the environment names it; `AWS_REGION` counts, as it does on Lambda."""
    return boto3.Session(region_name=environment.get("AWS_REGION"))


@dataclass(frozen=True)
class LiveStack:
    """What runs now.

    Attributes:
        status: as CloudFormation calls it.
        outputs: by name.
        parameters: the names that have a value.
        metadata: what its template says of itself.
    """

    status: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def find(cls, cloudformation: BaseClient, name: str) -> Self | None:
        """Describe the stack of this name; None when there is none.

        Raises:
            ClientError: AWS refuses to tell.
        """
        try:
            [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        if stack["StackStatus"] == "REVIEW_IN_PROGRESS":  # proposed, never applied
            return None
        return cls(
            status=stack["StackStatus"],
            outputs={
                each["OutputKey"]: each["OutputValue"]
                for each in stack.get("Outputs") or []
            },
            parameters=frozenset(
                each["ParameterKey"] for each in stack.get("Parameters") or []
            ),
            metadata=_metadata(cloudformation, name),
        )

    @property
    def api_url(self) -> str | None:
        """Where its API answers."""
        return self.outputs.get("ApiUrl")


def _metadata(cloudformation: BaseClient, name: str) -> Mapping[str, Any]:
    """Read it from the template as it was handed in, before SAM expanded it."""
    given = cloudformation.get_template(StackName=name, TemplateStage="Original")
    body = given["TemplateBody"]
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            body = yaml.load(body, yaml.BaseLoader)  # noqa: S506 (reads strings alone)
    return dict(body.get("Metadata") or {})
