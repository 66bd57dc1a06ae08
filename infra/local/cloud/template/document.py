"""Read the YAML of a SAM template, short intrinsic tags included.

PyYAML with one constructor does it. The readers of cfn-lint and of the SAM
translator give the same tree, but pull their whole packages into the gateway.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


class TemplateError(Exception):
    """The template cannot be run; the message is one sentence for a person."""


class _Loader(yaml.SafeLoader):
    """A safe loader that also knows `!Ref`, `!Sub` and their kin."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Json:
    """Turn the short form `!Name x` into the long form `{"Fn::Name": x}`."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def load_document(path: Path) -> Json:
    """Return the tree of a template, intrinsics in their long form.

    Raises:
        TemplateError: the file is missing, is no YAML or has no resources.
    """
    try:
        document = yaml.load(path.read_text(), _Loader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(document, Mapping) or not document.get("Resources"):
        raise TemplateError(f"{path} has no Resources.")
    return dict(document)
