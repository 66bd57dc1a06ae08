"""The deployed stack, as CloudFormation describes it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError


def stack_name(environment: Mapping[str, str] = os.environ) -> str:
    """Return `STACK_NAME`, or `autocrm` where it is not set."""
    return environment.get("STACK_NAME") or "autocrm"


def open_session(environment: Mapping[str, str] = os.environ) -> boto3.Session:
    """Open an AWS session in `AWS_REGION`, which boto3 alone does not read."""
    return boto3.Session(region_name=environment.get("AWS_REGION"))


@dataclass(frozen=True)
class LiveStack:
    """A stack that has been deployed.

    Attributes:
        status: as CloudFormation calls it.
        outputs: by name.
        parameters: their values by name.
    """

    status: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def find(cls, cloudformation: BaseClient, name: str) -> Self | None:
        """Describe the stack of this name; None when there is none.

        Raises:
            ClientError: AWS refuses.
        """
        try:
            [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        if stack["StackStatus"] == "REVIEW_IN_PROGRESS":  # a declined first change set
            return None
        outputs, parameters = stack.get("Outputs"), stack.get("Parameters")
        return cls(
            status=stack["StackStatus"],
            outputs={each["OutputKey"]: each["OutputValue"] for each in outputs or []},
            parameters={
                each["ParameterKey"]: each.get("ParameterValue", "")
                for each in parameters or []
            },
        )

    @property
    def api_url(self) -> str | None:
        """Base URL of the API."""
        return self.outputs.get("ApiUrl")


def deployed_template(cloudformation: BaseClient, name: str) -> str:
    """Return the template of a stack as it was deployed, before its transforms.

    Raises:
        ClientError: there is no such stack, or AWS refuses.
    """
    answer = cloudformation.get_template(StackName=name, TemplateStage="Original")
    body = answer["TemplateBody"]  # boto3 parses what is JSON
    return body if isinstance(body, str) else json.dumps(body)
