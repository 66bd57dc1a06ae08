"""Write the links of emails, and decide where they lead in the end."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Redirects:
    """Where a link may lead after it was verified.

    Attributes:
        site_url: where it leads if nothing else is named or allowed.
        allowed: patterns of further addresses: `*` stands for a part of a name or path,
            `**` for anything.
    """

    site_url: str
    allowed: Sequence[str]

    def target(self, wanted: str) -> str:
        """Return the wanted address if it is the site's or an allowed one."""
        return wanted if self._may(wanted) else self.site_url

    def _may(self, wanted: str) -> bool:
        if not wanted.isprintable() or " " in wanted:
            return False
        try:
            host = urlsplit(wanted).hostname
        except ValueError:
            return False
        if host and host == urlsplit(self.site_url).hostname:
            return wanted.startswith(("http://", "https://"))
        return any(_pattern(each).fullmatch(wanted) for each in self.allowed)


def link(issuer: str, kind: str, hashed: str, target: str) -> str:
    """Return the address that an email names: it verifies, then redirects."""
    query = {"token": hashed, "type": kind, "redirect_to": target}
    return f"{issuer}/verify?{urlencode(query)}"


def redirected(target: str, values: Mapping[str, object]) -> str:
    """Return the address of the frontend with values in its fragment."""
    return f"{target.partition('#')[0]}#{urlencode(values)}"


def _pattern(text: str) -> re.Pattern[str]:
    escaped = re.escape(text).replace(r"\*\*", ".*").replace(r"\*", "[^./]*")
    return re.compile(escaped)
