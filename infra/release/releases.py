"""Which release runs, and the template that brings back the one before it.

A release describes itself in the `Metadata` of its template, which CloudFormation
stores with the stack. So the stack itself says what a rollback goes back to, even after
a deployment was interrupted.
"""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import yaml
from botocore.client import BaseClient

KEY: Final = "AutocrmRelease"
ADDRESS: Final = re.compile(r"s3://([^/\s\"']+)/([^\s\"']+)")


@dataclass(frozen=True)
class Release:
    """One deployed state of the code.

    Attributes:
        name: time of its deployment.
        commit: what `git describe` says of its code.
        migration: version of its newest migration.
        previous: S3 address of the template that ran before; empty for the first.
    """

    name: str
    commit: str
    migration: str
    previous: str = ""

    @classmethod
    def of(cls, template: str) -> Self | None:
        """Read it from a template; None when `make deploy` did not deploy that."""
        tree = yaml.safe_load(template) or {}
        described = (tree.get("Metadata") or {}).get(KEY)
        return cls(**described) if described else None

    def stamp(self, built: Path) -> Path:
        """Write a copy of SAM's built template, beside it, that describes this."""
        template = yaml.safe_load(built.read_text())
        template["Metadata"] = {**template.get("Metadata", {}), KEY: asdict(self)}
        stamped = built.with_name("release.yaml")
        stamped.write_text(yaml.safe_dump(template, sort_keys=False))
        return stamped


def store_template(s3: BaseClient, stack: str, template: str, bucket: str) -> str:
    """Store the template of the running release with its artifacts.

    Args:
        s3: an S3 client.
        stack: name of the stack, which is the prefix of its artifacts.
        template: as deployed; secrets are not in it.
        bucket: for a template without artifacts.

    Returns:
        Its S3 address; empty when `make deploy` did not deploy it.
    """
    release = Release.of(template)
    if release is None:
        return ""
    buckets = [bucket, *(each for each, _ in ADDRESS.findall(template))]
    bucket, key = buckets[-1], f"{stack}/{release.name}.template"
    s3.put_object(Bucket=bucket, Key=key, Body=template.encode())
    return f"s3://{bucket}/{key}"


def fetch_template(s3: BaseClient, address: str) -> str:
    """Return a stored template."""
    bucket, key = ADDRESS.fullmatch(address).groups()  # type: ignore[union-attr]
    return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())
