"""Change sets: what a deployment would do, before it does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from botocore.client import BaseClient
from botocore.exceptions import ClientError, WaiterError

CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
HOLDS_THINGS: Final = (
    "AWS::ApiGatewayV2::Api",
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)
NOTHING: Final = ("didn't contain changes", "No updates are to be performed")
EVERY: Final = {"Delay": 5, "MaxAttempts": 720}  # seconds, and an hour in all


class NothingToChange(Exception):
    """The stack is already what the template says."""


class DeploymentFailed(Exception):
    """CloudFormation refused or undid a change; the message says why."""


@dataclass(frozen=True)
class Change:
    """What happens to one resource.

    Attributes:
        action: Add, Modify, Remove or Replace.
        name: in the template.
        kind: CloudFormation's type.
    """

    action: str
    name: str
    kind: str

    @property
    def loses(self) -> bool:
        """Whether something goes with it: waiting messages, or an address."""
        return self.action in ("Remove", "Replace") and self.kind in HOLDS_THINGS


@dataclass(frozen=True)
class Proposal:
    """A change set that waits for its execution."""

    id: str
    stack: str
    creates: bool
    changes: Sequence[Change]


def propose(
    cloudformation: BaseClient,
    stack: str,
    template_url: str,
    parameters: Sequence[dict[str, Any]],
    creates: bool,
) -> Proposal:
    """Ask CloudFormation what it would do; nothing changes yet.

    Raises:
        NothingToChange: the stack is that already.
        DeploymentFailed: the template or a parameter is refused.
    """
    made = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"release-{uuid4().hex}",
        ChangeSetType="CREATE" if creates else "UPDATE",
        TemplateURL=template_url,
        Parameters=list(parameters),
        Capabilities=CAPABILITIES,
    )
    waiter = cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(ChangeSetName=made["Id"], WaiterConfig=EVERY)
    except WaiterError as error:
        told = error.last_response.get("StatusReason", "")
        if any(each in told for each in NOTHING):
            raise NothingToChange from error
        raise DeploymentFailed(told or str(error)) from error
    return Proposal(made["Id"], stack, creates, _changes(cloudformation, made["Id"]))


def apply(cloudformation: BaseClient, proposal: Proposal) -> None:
    """Do it, and wait for the end.

    Raises:
        DeploymentFailed: CloudFormation gave up and put back what was there.
    """
    verb = "create" if proposal.creates else "update"
    try:
        cloudformation.execute_change_set(ChangeSetName=proposal.id)
        waiter = cloudformation.get_waiter(f"stack_{verb}_complete")
        waiter.wait(StackName=proposal.stack, WaiterConfig=EVERY)
    except (ClientError, WaiterError) as error:
        told = _reason(cloudformation, proposal.stack) or str(error)
        raise DeploymentFailed(told) from error


def _changes(cloudformation: BaseClient, change_set: str) -> list[Change]:
    pages = cloudformation.get_paginator("describe_change_set")
    found = [
        each["ResourceChange"]
        for page in pages.paginate(ChangeSetName=change_set)
        for each in page.get("Changes", [])
        if "ResourceChange" in each
    ]
    return [
        Change(
            "Replace" if each.get("Replacement") == "True" else each["Action"],
            each["LogicalResourceId"],
            each["ResourceType"],
        )
        for each in found
    ]


def _reason(cloudformation: BaseClient, stack: str) -> str:
    """The first thing that went wrong; what follows it is only cancelled."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [
        f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'failed')}"
        for each in events
        if each["ResourceStatus"].endswith("_FAILED")
    ]
    return failed[-1] if failed else ""
