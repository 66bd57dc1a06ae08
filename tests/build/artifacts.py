"""The artifacts of every function, built by the targets that SAM calls."""

import os
import platform
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from infra.local.cloud.template import AwsAccount, Function, read_template

ROOT = Path(__file__).parents[2]
LAYERS = ("CoreLayer", "SharedLayer")
ARCH = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")


def functions(address: str = "http://127.0.0.1:9") -> dict[str, Function]:
    """The functions of the template, by name, over a Supabase at this address."""
    parameters = {
        "SupabaseUrl": address,
        "SupabasePublishableKey": "publishable",
    }
    template = read_template(ROOT / "template.yaml", parameters, AwsAccount())
    return dict(template.functions)


def environment(function: Function) -> dict[str, str]:
    """What a function finds around it, its secrets as if they had been read."""
    variables = function.environment
    names = [name for name in variables if name.endswith("_PARAMETER")]
    return {
        **variables,
        **{name.removesuffix("_PARAMETER"): "secret" for name in names},
    }


@dataclass(frozen=True)
class Artifacts:
    """Built artifacts, one folder each, for this machine and one version of Python."""

    folder: Path
    python: str

    @property
    def layer(self) -> Path:
        """The packages; what the functions share is in a layer of its own."""
        return self.folder / "CoreLayer"

    def places(self, name: str) -> list[str]:
        """The search path of a function's modules in Lambda, in order."""
        layers = [self.folder / layer / "python" for layer in LAYERS]
        return [str(each) for each in (self.folder / name, *layers)]

    def build(self, name: str) -> Path:
        """Build one artifact by its name in the template."""
        out = self.folder / name
        out.mkdir(parents=True)
        target = {"ARTIFACTS_DIR": str(out), "PY": self.python, "ARCH": ARCH}
        subprocess.run(  # noqa: S603
            ["make", "-s", f"build-{name}"],  # noqa: S607
            cwd=ROOT,
            env={**os.environ, **target},
            check=True,
        )
        return out


def fingerprint(artifact: Path) -> dict[str, str]:
    """The digest of every file."""
    files = sorted(path for path in artifact.rglob("*") if path.is_file())
    return {
        str(file.relative_to(artifact)): sha256(file.read_bytes()).hexdigest()
        for file in files
    }
