"""Keys that detect-secrets does not know yet; it loads this file by its path."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class SupabaseKeyDetector(RegexBasedDetector):
    """Finds secret keys of Supabase, and secrets of Standard Webhooks."""

    secret_type = "Supabase or webhook secret"  # noqa: S105
    denylist = (
        re.compile(r"\bsb_secret_[A-Za-z0-9_-]{20,}"),
        re.compile(r"\bwhsec_[A-Za-z0-9+/]{32,}={0,2}"),
    )
