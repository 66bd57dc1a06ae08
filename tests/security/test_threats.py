"""Every threat of the threat model names its proof; the links are tested elsewhere."""

from tests.open_desk import ROOT


def test_every_threat_names_its_proof():
    page = ROOT / "infra" / "security" / "THREATS.md"
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]

    unproved = [row for row in rows[1:] if row[:3] != "| -" and "test_" not in row]
    assert unproved == []
