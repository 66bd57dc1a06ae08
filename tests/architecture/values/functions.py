"""The functions of the template, by the entries of `tests.commands`."""

from tests.architecture.contract import folder
from tests.commands import FUNCTIONS as ENTRIES
from tests.commands.workers import STARTED

from .notation import Value, sub


def dashed(name: str) -> str:
    return folder(name).replace("_", "-")


def _named(name: str) -> Value:
    """What the dispatcher starts has a name that the boundary can give."""
    if name not in STARTED.values():
        return {}
    return {"FunctionName": sub(f"${{AWS::StackName}}-{dashed(name)}")}


FUNCTIONS = {
    f"{name}Function": {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"BuildMethod": "makefile"},
        "Properties": {
            "Handler": f"functions.{folder(name)}.app.handler",
            **_named(name),
            **row,
        },
    }
    for name, row in ENTRIES.items()
}
