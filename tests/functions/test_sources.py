"""Where a command comes from: API Gateway says it, and no header of the client."""

import pytest

from functions.create_ticket.app import handler
from shared.core.auth import source_headers
from tests.builders import ticket_row
from tests.events import send

SECRET = "the Vault has it too"
DRAFT = {"subject": "Printing stopped", "body": "Nothing comes out."}
FORGED = "198.51.100.1"


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X-Autocrm-Source",
        "X-Autocrm-Source-Proof",
        "X-Correlation-Id",
        "Host",
    ],
)
@pytest.mark.parametrize("value", [FORGED, f"{FORGED}, 10.0.0.1", f"for={FORGED}"])
def test_a_header_of_the_client_names_no_address(rest, monkeypatch, name, value):
    monkeypatch.setenv("SUPABASE_SOURCE_SECRET", SECRET)
    rest.results["create_ticket"] = ticket_row()

    answer = send(handler, "POST", "/v1/tickets", DRAFT, headers={name: value})

    [call] = rest.calls
    correlation_id = answer.headers["x-correlation-id"]
    proof = source_headers("203.0.113.7", correlation_id, SECRET)
    assert call.headers["x-correlation-id"] == correlation_id
    assert {key: call.headers[key] for key in proof} == proof
    assert FORGED not in str(call.headers)
