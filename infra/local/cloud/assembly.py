"""Build the gateway of a checkout, and connect it to the AWS stand-in."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from .console import EXTENSION, HEALTH, INVOKE, TICK, Changes, Control, Docs, Parameters
from .environments import Launch
from .event_sources import QueuePoller
from .gateway import Gateway
from .resources import client, create_resources
from .template import AwsAccount, read_template


@dataclass(frozen=True)
class Settings:
    """How to run a template.

    Attributes:
        template: the SAM template; its folder is the checkout.
        port: of the HTTP API.
        logs: folder for one log a function, made if missing, emptied at the start.
        aws: address of the AWS stand-in.
        node_modules: where `swagger-ui-dist` is, for `/docs`.
        parameters: values for the template's Parameters.
        secrets: values of the Parameter Store, by name.
    """

    template: Path
    port: int
    logs: Path
    aws: str
    node_modules: Path | None
    parameters: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)


def assemble(settings: Settings) -> Gateway:
    """Return a gateway that serves the template; nothing listens or polls yet.

    Raises:
        TemplateError: the template cannot be run.
    """
    account = AwsAccount(endpoint=settings.aws)
    template = read_template(settings.template, settings.parameters, account)
    settings.logs.mkdir(parents=True, exist_ok=True)
    for log in settings.logs.glob("*.log"):
        log.unlink()
    own = {
        "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{settings.port}",
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(settings.port),
    }
    launch = Launch(account, settings.logs.resolve(), extra=own)
    gateway = Gateway(template, launch)
    _mount_console(gateway, settings, launch)
    return gateway


async def start_sources(gateway: Gateway, secrets: Mapping[str, str]) -> None:
    """Create the template's resources once AWS answers, then poll its queues.

    Args:
        gateway: whose template.
        secrets: values of the Parameter Store, by name.
    """
    template = gateway.template
    await _accepts(template.account.endpoint)
    await asyncio.to_thread(create_resources, template, secrets)
    sqs = await asyncio.to_thread(client, "sqs", template.account)
    for function, event in template.events_of("SQS"):
        poller = QueuePoller(function, event, sqs, gateway.invoke)
        gateway.keep_running(poller.run())


async def _accepts(url: str) -> None:
    """Wait until a server listens; whoever started it notices when it fails."""
    address = urlsplit(url)
    while True:
        try:
            _, writer = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


def _mount_console(gateway: Gateway, settings: Settings, launch: Launch) -> None:
    control = Control(gateway.template, gateway.invoke)
    gateway.mount(INVOKE, control.invoke)
    gateway.mount(TICK, control.tick)
    gateway.mount(HEALTH, control.health)
    parameters = Parameters(partial(client, "ssm", gateway.template.account))
    gateway.mount(EXTENSION, parameters.get)
    root = settings.template.resolve().parent
    environment: dict[str, str] = {}
    for function in gateway.template.functions.values():
        environment |= launch.variables(function, "")
    docs = Docs(root, environment, settings.node_modules)
    gateway.mount("/openapi.json", docs.openapi)
    gateway.mount("/docs", docs.page)

    def reload() -> None:
        gateway.reload()
        docs.forget()

    sources = [root / "functions", root / "shared"]
    gateway.keep_running(Changes(sources, reload).run())
