"""What each command answers to each persona; tickets are in queue support."""

import psycopg
import pytest

from .acting import ANON, WORKER
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow

NOT_SIGNED_IN = "42501"
EXPECTED = {
    #                      customer colleague stranger agent neighbour biller lead admin
    "create_ticket":        "ok       ok        ok      ok    ok        ok    ok    ok",
    "reply":                "ok       ok        404     ok    ok        404   ok    ok",
    "note":                 "403      403       404     ok    ok        404   ok    ok",
    "redact":               "403      403       404     403   403       404   ok    ok",
    "redact a text":        "403      403       404     403   403       404   ok    ok",
    "move":                 "403      403       404     ok    ok        404   ok    ok",
    "take a free one":      "403      403       404     ok    ok        404   ok    ok",
    "give a free one":      "403      403       404     ok    403       404   ok    ok",
    "take the agent's":     "403      403       404     ok    409       404   ok    ok",
    "hand the agent's on":  "403      403       404     ok    403       404   ok    ok",
    "put the agent's back": "403      403       404     ok    403       404   ok    ok",
    "give to a stranger":   "403      403       404     422   403       404   422  422",
    "list_people":          "403      403       403     ok    ok        ok    ok    ok",
    "list_queue":           "404      404       404     ok    ok        404   ok    ok",
    "grant_role":           "403      403       403     403   403       403   403   ok",
    "revoke_role":          "403      403       403     403   403       403   403   ok",
    "define_role":          "403      403       403     403   403       403   403   ok",
}  # fmt: skip
AGENT, LEAD, STRANGER = (str(id_of(n)) for n in ("agent", "lead", "stranger"))
CALLS = {
    "create_ticket": ("create_ticket", {"subject": "Help", "body": "It."}),
    "reply": ("add_comment", {"body": "So."}),
    "note": ("add_comment", {"body": "So.", "visibility": "internal"}),
    "redact": ("redact_comment", {"comment": "1"}),
    "redact a text": ("redact_ticket", {"redacted_text": "broken"}),
    "move": ("update_ticket_status", {"status": "open"}),
    "take a free one": ("assign_ticket", {"assignee": "me"}),
    "give a free one": ("assign_ticket", {"assignee": AGENT}),
    "take the agent's": ("assign_ticket", {"assignee": "me"}),
    "hand the agent's on": ("assign_ticket", {"assignee": LEAD}),
    "put the agent's back": ("release_ticket", {}),
    "give to a stranger": ("assign_ticket", {"assignee": STRANGER}),
    "list_people": ("list_people", {}),
    "list_queue": ("list_queue", {"queue": "support"}),
    "grant_role": ("grant_role", {"person": STRANGER, "role": "agent"}),
    "revoke_role": ("revoke_role", {"person": STRANGER, "role": "agent"}),
    "define_role": ("define_role", {"role": "r1", "name": "N", "permissions": []}),
}
ON_A_TICKET = set(CALLS) - {
    "create_ticket", "list_people", "list_queue", "grant_role", "revoke_role",
    "define_role",
}  # fmt: skip


def result_of(db, who, case):
    """Return `ok`, or the code of the refusal."""
    function, arguments = CALLS[case]
    if case in ON_A_TICKET:
        ticket = db.create_ticket()
        if "the agent's" in case or case == "give to a stranger":
            db.assign(ticket, "agent")
        arguments = {"ticket": ticket["id"], **arguments}
    try:
        db.rows(who, function, **arguments)
    except psycopg.Error as refusal:
        return refusal.sqlstate.removeprefix("PT")
    return "ok"


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("case", EXPECTED)
def test_commands_accept_or_refuse_each_persona_as_listed(db, case, who):
    expected = EXPECTED[case].split()[list(PEOPLE).index(who)]

    assert result_of(db, who, case) == expected


@pytest.mark.parametrize("who", [ANON, WORKER])
@pytest.mark.parametrize("case", EXPECTED)
def test_commands_are_for_signed_in_people(db, case, who):
    assert result_of(db, who, case) == NOT_SIGNED_IN


@pytest.mark.parametrize("case", sorted(ON_A_TICKET))
def test_refused_commands_change_nothing(db, case):
    ticket = db.create_ticket()
    function, arguments = CALLS[case]
    before = db.reload(ticket), db.event_types(ticket)

    with pytest.raises(psycopg.Error):
        db.call("stranger", function, ticket=ticket["id"], **arguments)

    assert (db.reload(ticket), db.event_types(ticket)) == before
