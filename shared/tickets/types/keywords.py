"""Words that say how urgent something is, found whole and in any case.

A first guess that agents correct, for desks that write English; another language is
another pair of patterns.
"""

import re

from shared.tickets import TicketDraft

_ALARM = re.compile(
    r"\b(?:outage|down|data loss|lost data|breach|hacked|security|leak(?:ed|ing)?"
    r"|emergency|cannot work|can't work)\b",
    re.IGNORECASE,
)
_URGENT = re.compile(
    r"\b(?:urgent(?:ly)?|asap|today|immediately|right away)\b", re.IGNORECASE
)


def is_alarming(draft: TicketDraft) -> bool:
    """Say whether a draft speaks of damage."""
    return bool(_ALARM.search(draft.subject) or _ALARM.search(draft.body))


def is_urgent(draft: TicketDraft) -> bool:
    """Say whether a draft asks for haste."""
    return bool(_URGENT.search(draft.subject) or _URGENT.search(draft.body))
