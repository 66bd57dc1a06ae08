"""The desk of a pull request: which branch, which stack, and what may be missing."""

import pytest

from infra.preview import NoBranch, branch_variables, stack_of

DIRECT = "postgresql://postgres:pw@db.ref.supabase.co:5432"  # pragma: allowlist secret
POOLED = "postgresql://postgres.ref:pw@pooler:6543"  # pragma: allowlist secret
TOLD = f"""\
POSTGRES_URL="{POOLED}/postgres"
POSTGRES_URL_NON_POOLING="{DIRECT}/postgres"
SUPABASE_ANON_KEY="eyJ.anon"
SUPABASE_SERVICE_ROLE_KEY="eyJ.service"
SUPABASE_URL="https://ref.supabase.co"
"""


def test_a_branch_tells_what_a_deployment_reads():
    found = branch_variables("a-branch", {"a-branch": TOLD}.__getitem__)

    assert found == {
        "SUPABASE_URL": "https://ref.supabase.co",
        "SUPABASE_DB_URL": f"{DIRECT}/postgres",
        "SUPABASE_PUBLISHABLE_KEY": "eyJ.anon",
        "SUPABASE_SECRET_KEY": "eyJ.service",
    }


def test_keys_of_the_new_kind_come_first():
    newer = f"{TOLD}SUPABASE_SECRET_KEY=sb_secret_x\nSUPABASE_PUBLISHABLE_KEY=sb_p_x\n"

    found = branch_variables("a", lambda _: newer)

    assert found["SUPABASE_SECRET_KEY"] == "sb_secret_x"
    assert found["SUPABASE_PUBLISHABLE_KEY"] == "sb_p_x"


def test_a_branch_that_tells_too_little_is_refused_without_its_secrets():
    with pytest.raises(NoBranch, match="SUPABASE_URL") as refused:
        branch_variables("a", lambda _: TOLD.replace("SUPABASE_URL", "OTHER"))

    assert "eyJ" not in str(refused.value)
    assert "pw" not in str(refused.value)


def test_a_stack_is_named_by_a_number_alone():
    assert stack_of("7") == "autocrm-pr-7"
    for number in ("", "7; rm", "../production", "autocrm"):
        with pytest.raises(NoBranch):
            stack_of(number)
