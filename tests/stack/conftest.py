"""The sample template over real function processes and a real AWS stand-in."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from infra.local.processes import Service, running
from infra.local.stack import PublicPorts
from tests.open_desk import ROOT

SAMPLE = Path(__file__).parent / "sample"


@dataclass(frozen=True)
class Cloud:
    """A gateway that serves the sample template."""

    url: str
    aws: str
    logs: Path
    http: httpx.Client

    def client(self, service: str) -> Any:
        """A boto3 client, of the gateway for Lambda and of moto for the rest."""
        return boto3.client(
            service,
            endpoint_url=self.url if service == "lambda" else self.aws,
            region_name="eu-west-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    logs = tmp_path_factory.mktemp("logs")
    ports = PublicPorts.free()
    url, aws = f"http://127.0.0.1:{ports.api}", f"http://127.0.0.1:{ports.aws}"
    moto = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1"]
    moto += ["-p", str(ports.aws)]
    gateway = [sys.executable, "-m", "infra.local.cloud", "--port", str(ports.api)]
    gateway += ["--template", str(SAMPLE / "template.yaml")]
    gateway += ["--aws", aws, "--logs", str(logs)]
    parameters = json.dumps({"Greeting": "Hello"})
    environment = {
        "PYTHONPATH": str(ROOT),
        "AUTOCRM_PARAMETERS": parameters,
        "AUTOCRM_SECRETS": json.dumps({"/sample/secret": "kept"}),
    }
    parts = [
        Service("aws", moto, {}, f"{aws}/moto-api/data.json"),
        Service("functions", gateway, environment, f"{url}/.local/health"),
    ]
    with running(parts), httpx.Client(base_url=url, timeout=60) as http:
        yield Cloud(url, aws, logs, http)
