"""Build the gateway of a checkout from the command line's settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from .console import EXTENSION, HEALTH, INVOKE, TICK, Changes, Control, Docs, Parameters
from .environments import Launch
from .gateway import Gateway
from .resources import client
from .template import Place, read_template


@dataclass(frozen=True)
class Settings:
    """How to run a template.

    Attributes:
        template: the SAM template; its folder is the checkout.
        port: of the HTTP API; 0 takes a free one.
        logs: folder for one log a function, made if missing, emptied at the start.
        aws: address of the AWS stand-in.
        node_modules: where `swagger-ui-dist` is, for `/docs`.
        parameters: values for the template's Parameters.
        secrets: what the Parameter Store is to hold, by name.
    """

    template: Path
    port: int
    logs: Path
    aws: str = "http://127.0.0.1:5555"
    node_modules: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def assemble(settings: Settings) -> Gateway:
    """A gateway that serves the template; nothing listens or polls yet.

    Raises:
        TemplateError: the template cannot be run.
    """
    place = Place(endpoint=settings.aws)
    template = read_template(settings.template, settings.parameters, place)
    settings.logs.mkdir(parents=True, exist_ok=True)
    for log in settings.logs.glob("*.log"):
        log.unlink()
    own = {
        "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{settings.port}",
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(settings.port),
    }
    launch = Launch(place, settings.logs.resolve(), extra=own)
    gateway = Gateway(template, launch)
    _mount_console(gateway, settings, launch)
    return gateway


def _mount_console(gateway: Gateway, settings: Settings, launch: Launch) -> None:
    control = Control(gateway.template, gateway.invoke, gateway.scheduler)
    gateway.mount(INVOKE, control.invoke)
    gateway.mount(TICK, control.tick)
    gateway.mount(HEALTH, control.health)
    parameters = Parameters(partial(client, "ssm", gateway.template.place))
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
