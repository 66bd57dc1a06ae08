"""CloudFormation in fewer words."""

from typing import Any

Value = dict[str, Any]


def ref(name: str) -> Value:
    return {"Ref": name}


def attribute(name: str, word: str = "Arn") -> Value:
    return {"Fn::GetAtt": [name, word]}


def sub(text: str) -> Value:
    return {"Fn::Sub": text}


def either(condition: str, value: object) -> Value:
    """Return the value of a condition that has none otherwise."""
    return {"Fn::If": [condition, value, ref("AWS::NoValue")]}


def arn(service: str, resource: str) -> Value:
    account = "${AWS::Region}:${AWS::AccountId}"
    return sub(f"arn:${{AWS::Partition}}:{service}:{account}:{resource}")


def secret(name: str) -> Value:
    """Return the name of a secret of this stack in the Parameter Store."""
    return sub(f"/${{AWS::StackName}}/{name}")


def parameter(name: str) -> Value:
    """Return the ARN of a secret of this stack."""
    return arn("ssm", f"parameter/${{AWS::StackName}}/{name}")


def allow(action: str | list[str], resource: object, **where: object) -> Value:
    """Return a statement; `where` are the values that keys must have."""
    condition = {"Condition": {"StringEquals": where}} if where else {}
    return {"Effect": "Allow", "Action": action, "Resource": resource, **condition}


def policy(*statements: Value) -> Value:
    return {"Version": "2012-10-17", "Statement": list(statements)}
