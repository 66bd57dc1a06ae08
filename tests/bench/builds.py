"""What a cold start needs: built artifacts, the runtime client, two yardsticks."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from infra.build.bytecode import compile_tree
from infra.build.target import Target
from tests.build.artifacts import ARCH, LAYERS, Artifacts, functions

YARDSTICKS = {
    "bare": """
def handler(event, context):
    return {"statusCode": 200, "body": "{}"}
""",
    "floor": """
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.get("/")
async def root() -> dict[str, str]:
    return {}


handler = Mangum(app, lifespan="off")
""",
}


@dataclass(frozen=True)
class ColdStartBuild:
    """Built for the Python of Lambda where it is here, else for ours."""

    artifacts: Artifacts
    interpreter: str

    @classmethod
    def build(cls, folder: Path) -> "ColdStartBuild":
        build = cls(*_chosen(folder))
        for name in (*LAYERS, *functions()):
            build.artifacts.build(name)
        build.add_yardsticks()
        build._install_runtime_client()
        return build

    def add_yardsticks(self) -> None:
        """Build what functions are compared with, beside them."""
        for name, code in YARDSTICKS.items():
            place = self.artifacts.folder / name
            place.mkdir()
            (place / f"{name}.py").write_text(code)
            compile_tree(place, "/var/task", self.target)

    @property
    def target(self) -> Target:
        return Target.from_environment({"PY": self.artifacts.python, "ARCH": ARCH})

    def path_of(self, name: str) -> str:
        """Return the import path of a function, as Lambda would set it."""
        client = str(self.artifacts.folder / "client")
        return os.pathsep.join([*self.artifacts.places(name), client])

    def command(self, handler: str) -> list[str]:
        # Without what this machine has put beside its Python.
        return [self.interpreter, "-S", "-m", "awslambdaric", handler]

    def _install_runtime_client(self) -> None:
        client = self.artifacts.folder / "client"
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
        machine = ["--python-version", self.target.python]
        package = f"awslambdaric=={version('awslambdaric')}"
        install = [uv, "pip", "install", "-q", *machine, "--target", str(client)]
        subprocess.run([*install, package], check=True)  # noqa: S603
        compile_tree(client, "/var/runtime", self.target)


def _chosen(folder: Path) -> tuple[Artifacts, str]:
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (Target().python, ours):
        if interpreter := Target(python).interpreter():
            return Artifacts(folder, python), interpreter
    raise RuntimeError("There is no Python to start.")
