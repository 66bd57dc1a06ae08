"""Create the template's queues, topics and buses in the AWS stand-in."""

import json
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any, Final

import boto3

from .template import Json, Place, Template

# Type and the property that names it, in the order to create them. A resource
# without a name takes its logical id, so that the ARNs the template computes and the
# ones moto gives agree. A type moto's CloudFormation can create needs one more line.
SERVED: Final = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::SNS::Subscription": None,
}


def client(service: str, place: Place) -> Any:  # noqa: ANN401 (made at run time)
    """A boto3 client of one service at the AWS stand-in."""
    return boto3.client(
        service,
        endpoint_url=place.endpoint,
        region_name=place.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 (moto checks none)
    )


def create_resources(template: Template) -> tuple[str, ...]:
    """Create every resource of a type in `SERVED`, redrive policies included.

    Queues and buses by their own services: the first stack that moto's CloudFormation
    makes loads all of moto, 3.5 s of every start. It makes what else there is, with the
    intrinsics resolved, because it does not know those of every type.

    Returns:
        The logical ids created.
    """
    resources = {
        name: _resource(kind, name, properties)
        for kind in SERVED
        for name, properties in sorted(template.of_type(kind), key=_leans_on_others)
    }
    others = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::SQS::Queue":
            _create_queue(template.place, resource["Properties"])
        elif resource["Type"] == "AWS::Events::EventBus":
            bus = resource["Properties"]["Name"]
            client("events", template.place).create_event_bus(Name=bus)
        else:
            others[name] = resource
    if others:
        client("cloudformation", template.place).create_stack(
            StackName="local", TemplateBody=json.dumps({"Resources": others})
        )
    return tuple(resources)


def keep_parameters(place: Place, secrets: Mapping[str, str]) -> None:
    """Put secrets into the stand-in's Parameter Store, as an operator would.

    As plain strings: for secure ones it loads a whole KMS, 0.75 s of every start, and
    whoever reads them cannot tell the two apart.
    """
    store = client("ssm", place)
    for name, value in secrets.items():
        store.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def verify_senders(template: Template) -> None:
    """Let the stand-in send mail as the `MAIL_FROM` of any function."""
    for function in template.functions.values():
        _, sender = parseaddr(function.environment.get("MAIL_FROM", ""))
        if sender:
            mail = client("sesv2", template.place)
            mail.create_email_identity(EmailIdentity=sender)


def _create_queue(place: Place, properties: Json) -> None:
    """As CloudFormation does: its properties are SQS's attributes, as text."""
    attributes = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in properties.items()
        if name not in ("QueueName", "Tags")
    }
    client("sqs", place).create_queue(
        QueueName=properties["QueueName"], Attributes=attributes
    )


def _leans_on_others(resource: tuple[str, Json]) -> bool:
    """Whether it names another of its type: a dead letter queue comes first."""
    return "arn:aws:" in json.dumps(resource[1])


def _resource(kind: str, name: str, properties: Json) -> Json:
    naming = SERVED[kind]
    named = {naming: name} if naming else {}
    return {"Type": kind, "Properties": named | properties}
