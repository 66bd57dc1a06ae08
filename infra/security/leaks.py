"""Find secrets in files that git tracks, or would add.

detect-secrets, because PyPI has it: gitleaks and trufflehog are programs of their own.
Its search for words such as "password" is left out: it finds forty of our test values,
and a baseline of those would hide the forty-first. A line that must look like a secret
ends in `pragma: allowlist secret`.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

_PLUGINS: Final = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector"),
    *("BasicAuthDetector", "DiscordBotTokenDetector", "GitHubTokenDetector"),
    *("GitLabTokenDetector", "JwtTokenDetector", "MailchimpDetector", "NpmDetector"),
    *("OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector"),
    *("SlackDetector", "SquareOAuthDetector", "StripeDetector"),
    *("TelegramBotTokenDetector", "TwilioKeyDetector"),
)
_OURS: Final = Path(__file__).with_name("supabase_keys.py")
_SETTINGS: Final = {
    "plugins_used": [
        *({"name": name} for name in _PLUGINS),
        {"name": "Base64HighEntropyString", "limit": 4.5},
        {"name": "HexHighEntropyString", "limit": 3.0},
        {"name": "SupabaseKeyDetector", "path": _OURS.as_uri()},
    ],
    "filters_used": [
        {"path": f"detect_secrets.filters.{name}"}
        for name in (
            "allowlist.is_line_allowlisted",
            "heuristic.is_lock_file",
            "heuristic.is_sequential_string",
            "heuristic.is_potential_uuid",
            "heuristic.is_templated_secret",
            "heuristic.is_indirect_reference",
        )
    ],
}


def find_leaks(root: Path) -> Iterator[str]:
    """Yield file, line and kind of each suspected secret, never the secret."""
    found = SecretsCollection(root=str(root))
    with transient_settings(_SETTINGS):
        for name in _files(root):
            found.scan_file(name)
    for name, secret in found:
        yield f"{name}:{secret.line_number}: {secret.type}"


def _files(root: Path) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and (root / name).is_file()]
