"""Where a template is deployed to, as far as it can tell."""

from dataclasses import dataclass
from typing import Any, Final

NOTHING: Final = object()  # what `AWS::NoValue` stands for


@dataclass(frozen=True)
class Place:
    """Where the template is deployed to, as its pseudo parameters see it.

    Attributes:
        endpoint: address of the AWS stand-in, without a slash at the end.
        account: twelve digits; moto's own account, so that ARNs agree.
        region: the AWS region everything claims to be in.
    """

    endpoint: str = "http://127.0.0.1:5555"
    account: str = "123456789012"
    region: str = "eu-west-1"

    def pseudo_parameters(self) -> dict[str, Any]:
        """What `AWS::Region` and its kin stand for."""
        return {
            "AWS::AccountId": self.account,
            "AWS::NoValue": NOTHING,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": "local",
            "AWS::URLSuffix": "amazonaws.com",
        }
