"""Filtering tickets by the skills that they need."""

import pytest

from .acting import refused
from .arrange import insert_tickets, revoke_permission

pytestmark = pytest.mark.slow


@pytest.fixture
def tickets(db):
    """One ticket for each combination of two skills, by these."""
    made = {}
    for skills in ((), ("Network",), ("network", "Français"), ("français",)):
        ticket = db.create_ticket()
        if skills:
            changes = {"skills": list(skills)}
            db.call("lead", "update_ticket", ticket=ticket["id"], changes=changes)
        made[skills] = ticket["id"]
    return made


def listed(db, who="agent", **options):
    return {each["id"] for each in db.list_queue(who, **options)["items"]}


@pytest.mark.parametrize("sort", ["priority", "oldest", "newest", "updated"])
@pytest.mark.parametrize(
    ("skills", "found"),
    [
        (["NETWORK"], {("Network",), ("network", "Français")}),
        (["network", "FRANÇAIS"], {("network", "Français")}),
        (["driving"], set()),
    ],
)
def test_tickets_are_listed_that_need_all_of_the_skills(
    db, tickets, skills, found, sort
):
    page = db.list_queue("agent", skills=skills, sort_=sort, with_total_=True)

    ids = {tickets[each] for each in found}
    assert {each["id"] for each in page["items"]} == ids
    assert page["total"] == {"count": len(ids), "exact": True}


def test_a_view_takes_skills(db, tickets):
    view = db.call("agent", "create_view", name="V", conditions={"skills": ["network"]})

    found = db.items("agent", "list_view", view=view["id"])

    needs = [("Network",), ("network", "Français")]
    assert {each["id"] for each in found} == {tickets[each] for each in needs}


def test_a_common_skill_is_found_by_scanning_its_queue(db):
    insert_tickets(db, 150)
    db.execute("update public.tickets set skills = '{network}'")
    db.execute("update private.settings set page_scan_limit = 100")

    page = db.list_queue(skills=["network"], page_size_=10, with_total_=True)

    assert len(page["items"]) == 10
    assert page["total"]["exact"] is False


def test_who_reads_no_notes_finds_nothing_by_skill(db, tickets):
    revoke_permission(db, "tickets.note", "agent")

    page = db.list_queue("agent", skills=["network"], with_total_=True)

    assert (page["items"], page["total"]["count"]) == ([], 0)
    assert len(listed(db, "agent")) == len(tickets)
    assert len(listed(db, "lead", skills=["network"])) == 2


@pytest.mark.parametrize("skills", [["two words"], ["x" * 51], [""], ["a,b"]])
def test_what_is_no_skill_is_refused(db, skills):
    with refused("PT422", "invalid"):
        listed(db, skills=skills)


@pytest.mark.usefixtures("tickets")
def test_skills_of_other_queues_are_not_found(db):
    assert listed(db, "biller", queue="billing", skills=["network"]) == set()
