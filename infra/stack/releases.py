"""Releases: packaged templates, kept beside the artifacts that they name.

A release says in its own template who it is and which one it replaced. So the stack
itself tells what runs and what ran before, whatever was killed half-way; artifacts are
named by their content and never overwritten, so an old template still finds its own.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from botocore.client import BaseClient

KEY: Final = "AutocrmRelease"


@dataclass(frozen=True)
class Release:
    """One state of the code, as deployed.

    Attributes:
        name: the time of its packaging, which orders releases.
        commit: of what code.
        migration: the newest migration that the code knows.
        bucket: where template and artifacts are.
        previous: the release that ran before, or empty.
    """

    name: str
    commit: str
    migration: str
    bucket: str
    previous: str = ""

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Self | None:
        """Read it from a template's metadata; None when `make deploy` wrote none."""
        told = metadata.get(KEY)
        return (
            cls(**{name: str(value) for name, value in told.items()}) if told else None
        )


def stamped(packaged: str, release: Release) -> str:
    """A packaged template (JSON) that says which release it is."""
    template = json.loads(packaged)
    metadata = {**template.get("Metadata", {}), KEY: asdict(release)}
    return json.dumps({**template, "Metadata": metadata}, indent=1)


class Releases:
    """The releases of one stack, in a bucket.

    Args:
        s3: a client.
        bucket: that of the artifacts.
        stack: whose releases.
    """

    def __init__(self, s3: BaseClient, bucket: str, stack: str) -> None:
        self._s3, self._bucket, self._stack = s3, bucket, stack

    def keep(self, name: str, template: str) -> None:
        """Keep a stamped template; its secrets are parameters, so it holds none."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=self._key(name),
            Body=template.encode(),
            ContentType="application/json",
        )

    def template(self, name: str) -> dict[str, Any]:
        """The tree of a kept template."""
        kept = self._s3.get_object(Bucket=self._bucket, Key=self._key(name))
        return dict(json.loads(kept["Body"].read()))

    def url(self, name: str) -> str:
        """Where CloudFormation reads it."""
        region = self._s3.meta.region_name
        return f"https://{self._bucket}.s3.{region}.amazonaws.com/{self._key(name)}"

    def _key(self, name: str) -> str:
        return f"releases/{self._stack}/{name}.json"
