"""What a cold start loads: nothing that an HTTP function does not need."""

import subprocess
import sys

import pytest

from .source import APPS, ROOT

FUNCTIONS = [f"functions.{path.parent.name}.app" for path in APPS]
HEAVY = {
    "boto3",
    "botocore.session",  # Powertools looks whether there is a botocore, no further
    "cryptography",
    "h2",
    "jwt",
    "pydantic_settings",
    "realtime",
    "storage3",
    "supabase",
    "supabase_auth",
    "supabase_functions",
}
TELL = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sys.modules)
"""


def loaded_by(*modules):
    """Import in a clean process without any setting; return what is there then."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", TELL, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    return set(done.stdout.split())


def test_all_functions_together_load_nothing_heavy():
    loaded = loaded_by(*FUNCTIONS)

    assert {"fastapi", "postgrest", *FUNCTIONS} <= loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("planted", ["jwt", "boto3", "supabase"])
def test_a_planted_heavy_module_is_found(planted):
    assert planted in loaded_by(planted) & HEAVY
