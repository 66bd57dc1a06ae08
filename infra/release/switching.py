"""Changing what runs: shown, confirmed, applied, waited for."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from infra.stack import (
    DeploymentFailed,
    LiveStack,
    NothingToChange,
    Releases,
    Secret,
    apply,
    parameters_of,
    propose,
    values,
)

from .guide import Guide, Stopped
from .smoke import smoke


class Switch:
    """Brings a stack from one release to another.

    Args:
        session: the AWS account.
        stack: its name.
        environment: gives the parameters, which go to AWS by its API and are never on
            a command line.
        guide: shows and asks.
    """

    def __init__(
        self,
        session: boto3.Session,
        stack: str,
        environment: Mapping[str, str],
        guide: Guide,
    ) -> None:
        self.stack, self._environment, self._guide = stack, environment, guide
        self._session = session

    @cached_property
    def s3(self) -> BaseClient:
        """Where releases are kept."""
        return self._session.client("s3")

    @cached_property
    def _cloudformation(self) -> BaseClient:
        return self._session.client("cloudformation")

    def live(self) -> LiveStack | None:
        """What runs now.

        Raises:
            Stopped: AWS does not tell.
        """
        try:
            return LiveStack.find(self._cloudformation, self.stack)
        except (BotoCoreError, ClientError) as error:
            raise Stopped(f"AWS does not tell what runs: {error}") from error

    def try_it(self, api_url: str = "") -> None:
        """Try what runs, under its own domain (`PUBLIC_API_URL`) if it has one.

        Args:
            api_url: instead of where the stack says that its API answers.

        Raises:
            Stopped: something is not as it should be.
        """
        url = api_url or self._environment.get("PUBLIC_API_URL")
        if not url:
            live = self.live()
            url = live.api_url if live else None
        smoke(url or "", self._environment, self._guide)

    def to(self, release: str, releases: Releases) -> None:
        """Show what would change, ask, and do it.

        Raises:
            Stopped: it was declined, or CloudFormation refused or undid it.
        """
        live = self.live()
        known = live.parameters if live else frozenset[str]()
        parameters = parameters_of(releases.template(release))
        try:
            proposal = propose(
                self._cloudformation,
                self.stack,
                releases.url(release),
                values(parameters, self._environment, known),
                creates=live is None,
            )
            for each in sorted(proposal.changes, key=lambda each: each.name):
                warning = "  !! what it holds is lost" if each.loses else ""
                line = f"  {each.action:8}{each.name:36}{each.kind}{warning}"
                self._guide.say(line)
            count = len(proposal.changes)
            self._guide.confirm(f"Apply {count} changes to {self.stack}?")
            apply(self._cloudformation, proposal)
        except NothingToChange:
            self._guide.say("Nothing changes: this is what runs already.")
        except DeploymentFailed as error:
            raise Stopped(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise Stopped(f"AWS refused: {error}") from error

    def keep_secrets(self, template: Mapping[str, Any]) -> None:
        """Keep the secrets that the environment holds where functions read them.

        Args:
            template: its tree; it names the places.

        Raises:
            Stopped: AWS refused.
        """
        ssm = self._session.client("ssm")
        for each in Secret.of(parameters_of(template), self._environment):
            if not (value := self._environment.get(each.variable)):
                self._guide.say(f"  {each.place}: stays as it is")
                continue
            try:
                changed = each.keep(ssm, value)
            except (BotoCoreError, ClientError) as error:
                raise Stopped(f"AWS refused to keep {each.place}: {error}") from error
            self._guide.say(f"  {each.place}: {'kept' if changed else 'as it was'}")

    def forget_secrets(self, template: Mapping[str, Any]) -> None:
        """Delete the secrets of a stack that is gone.

        Raises:
            Stopped: AWS refused.
        """
        ssm = self._session.client("ssm")
        try:
            for each in Secret.of(parameters_of(template), self._environment):
                each.forget(ssm)
        except (BotoCoreError, ClientError) as error:
            raise Stopped(f"AWS refused: {error}") from error

    def remove(self) -> None:
        """Show what there is, ask, and delete it; the database stays as it is.

        Raises:
            Stopped: it was declined, or could not be deleted.
        """
        if self.live() is None:
            self._guide.say(f"There is no {self.stack}.")
            return
        try:
            told = self._cloudformation.describe_stack_resources(StackName=self.stack)
            for each in told["StackResources"]:
                self._guide.say(f"  Remove  {each['LogicalResourceId']}")
            self._guide.confirm(
                f"Delete {self.stack}, with the messages in its queues?"
            )
            self._cloudformation.delete_stack(StackName=self.stack)
            waiter = self._cloudformation.get_waiter("stack_delete_complete")
            waiter.wait(StackName=self.stack)
        except (BotoCoreError, ClientError) as error:
            raise Stopped(f"AWS refused: {error}") from error
