"""Change the stack in AWS: SAM deploys and deletes it, boto3 stores its secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError

from infra.local.cloud.template import load_document
from infra.stack import (
    LiveStack,
    deployed_template,
    open_session,
    overrides,
    secrets_of,
    stack_name,
)

from .releases import Release
from .smoke import NAME_AN_API, smoke
from .steps import ROOT, Stopped, run

SAM: Final = str(ROOT / ".autocrm" / "sam" / "bin" / "sam")
CONFIG: Final = ROOT / "infra" / "samconfig.toml"
OUT: Final = ROOT / ".aws-sam"


@dataclass(frozen=True)
class Stack:
    """One stack.

    Attributes:
        environment: gives its name, its parameters and its secrets.
        yes: whether to change it without asking, as in a workflow.
    """

    environment: Mapping[str, str]
    yes: bool = False

    @property
    def name(self) -> str:
        """Name of the stack."""
        return stack_name(self.environment)

    def client(self, service: str) -> BaseClient:
        """Return an AWS client."""
        return open_session().client(service)

    def template(self) -> str:
        """Return the deployed template; empty when there is no stack."""
        cloudformation = self.client("cloudformation")
        if LiveStack.find(cloudformation, self.name) is None:
            return ""
        return deployed_template(cloudformation, self.name)

    def deploy(self, template: Path) -> None:
        """Deploy a template that describes its release; SAM shows changes and asks.

        Raises:
            Stopped: it failed or was declined.
        """
        values = overrides(load_document(template), self.environment)
        (OUT / "parameters.yaml").write_text(json.dumps(values))
        options = ["--config-file", str(CONFIG), "--template-file", str(template)]
        options += ["--stack-name", self.name, "--s3-prefix", self.name]
        options += ["--parameter-overrides", f"file://{OUT}/parameters.yaml"]
        if bucket := self.environment.get("DEPLOY_BUCKET"):
            options += ["--no-resolve-s3", "--s3-bucket", bucket]
        run(SAM, "deploy", *options, *(["--no-confirm-changeset"] if self.yes else []))
        if Release.of(self.template()) == Release.of(template.read_text()):
            return
        if not self.yes:  # SAM succeeds when a change is declined
            raise Stopped("nothing changed: it was declined, or runs already.")
        print("Nothing changed: what was built runs already.")

    def delete(self) -> None:
        """Delete the stack with its artifacts; the database stays."""
        run(SAM, "delete", "--stack-name", self.name, "--no-prompts")

    def store_secrets(self) -> None:
        """Store the secrets that the environment has; leave the others alone."""
        for variable, path in secrets_of(self.name, self.environment):
            value = self.environment.get(variable)
            if value:
                self.client("ssm").put_parameter(
                    Name=path, Value=value, Type="SecureString", Overwrite=True
                )
            print(f"{path}: {'stored' if value else 'left as it is'}")

    def delete_secrets(self) -> None:
        """Delete the secrets of the stack, whether or not it reads them all."""
        every = {**self.environment, "LIMIT_BY_ADDRESS": "true"}
        paths = [each.path for each in secrets_of(self.name, every)]
        self.client("ssm").delete_parameters(Names=paths)

    def smoke(self, url: str = "") -> None:
        """Test the API at `url`, else at `PUBLIC_API_URL`, else that of the stack.

        Raises:
            Stopped: a test failed.
        """
        url = url or self.environment.get("PUBLIC_API_URL", "")
        if not url:
            try:
                live = LiveStack.find(self.client("cloudformation"), self.name)
            except BotoCoreError as error:
                raise Stopped(f"{error} {NAME_AN_API}") from error
            url = live.api_url or "" if live else ""
        smoke(url, self.environment)
