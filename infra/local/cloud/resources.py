"""Create in the AWS stand-in what the functions need."""

import json
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

import boto3

from .template import AwsAccount, Json, Template


def client(service: str, account: AwsAccount) -> Any:  # noqa: ANN401 (made at run time)
    """Return a boto3 client of one service at the AWS stand-in."""
    return boto3.client(
        service,
        endpoint_url=account.endpoint,
        region_name=account.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 (moto checks none)
    )


def create_resources(template: Template, parameters: Mapping[str, str]) -> None:
    """Create queues, event buses, parameters and email identities.

    Args:
        template: names them.
        parameters: values of the Parameter Store, by name.
    """
    account = template.account
    _put_parameters(account, parameters)
    queues = template.of_type("AWS::SQS::Queue")
    # Dead letter queues first: the others name them.
    for name, properties in sorted(queues, key=lambda each: "RedrivePolicy" in each[1]):
        _create_queue(account, name, properties)
    for name, properties in template.of_type("AWS::Events::EventBus"):
        client("events", account).create_event_bus(Name=properties.get("Name", name))
    for function in template.functions.values():
        _, sender = parseaddr(function.environment.get("MAIL_FROM", ""))
        if sender:
            client("sesv2", account).create_email_identity(EmailIdentity=sender)


def _put_parameters(account: AwsAccount, parameters: Mapping[str, str]) -> None:
    """As plain strings: for secure ones moto loads a whole KMS, 0.75 s of a start."""
    store = client("ssm", account)
    for name, value in parameters.items():
        store.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def _create_queue(account: AwsAccount, name: str, properties: Json) -> None:
    """As CloudFormation does: its properties are SQS's attributes, as text."""
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
        if key not in ("QueueName", "Tags")
    }
    name = properties.get("QueueName", name)
    client("sqs", account).create_queue(QueueName=name, Attributes=attributes)
