"""Organizations through PostgREST."""

import pytest

from shared.core.errors import Conflict, Denied, Invalid, NotFound, Stale
from shared.organizations import (
    Organization,
    OrganizationChange,
    OrganizationDraft,
    OrganizationName,
    OrganizationRepository,
)
from tests.database.personas import id_of

pytestmark = pytest.mark.slow


def test_an_organization_is_entered_read_changed_and_deleted(api):
    lead = OrganizationRepository(api.open("lead"))
    draft = OrganizationDraft(name="Mill", domains=["Mill.Example"], notes="N.")

    made = lead.create(draft, "mill")
    again = lead.create(draft, "mill")
    [found] = lead.find("mill.ex", None, 9).items
    changed = lead.change(made.id, OrganizationChange(shares_tickets=True), 1)

    assert made == again == found
    assert (made.domains, made.version) == (["mill.example"], 1)
    assert (changed.shares_tickets, changed.domains) == (True, made.domains)
    with pytest.raises(Stale):
        lead.delete(made.id, 1)
    assert lead.delete(made.id, 2) == changed
    with pytest.raises(NotFound):
        lead.get(made.id)


def test_organizations_and_their_people_are_listed_page_by_page(api):
    agent = OrganizationRepository(api.open("agent"))

    first = agent.find("s", None, 1)
    rest = agent.find("s", first.next_cursor, 9)
    people = agent.members(id_of("Sharing"), None, 1)
    others = agent.members(id_of("Sharing"), people.next_cursor, 9)

    named = [each.name for page in (first, rest) for each in page.items]
    assert (named, rest.next_cursor) == (["Sharing", "Silent"], None)
    assert all(isinstance(each, Organization) for each in first.items)
    names = [each.name for page in (people, others) for each in page.items]
    assert names == ["Colleague", "Customer"]


def test_a_customer_reads_the_name_of_their_own(api):
    customer = OrganizationRepository(api.open("customer"))
    own = OrganizationName(id=id_of("Sharing"), name="Sharing")

    assert customer.find(None, None, 9).items == [own]
    assert customer.get(own.id) == own
    with pytest.raises(NotFound):
        customer.get(id_of("Silent"))
    with pytest.raises(Denied):
        customer.members(own.id, None, 9)


def test_refusals_come_as_their_kind(api):
    lead = OrganizationRepository(api.open("lead"))

    with pytest.raises(Denied):
        OrganizationRepository(api.open("agent")).create(
            OrganizationDraft(name="Mine"), None
        )
    with pytest.raises(Conflict, match="name-taken"):
        lead.create(OrganizationDraft(name="Silent"), None)
    with pytest.raises(Invalid, match="invalid-domain"):
        lead.change(id_of("Silent"), OrganizationChange(domains=["com"]), None)
    with pytest.raises(Conflict, match="organization-in-use"):
        lead.delete(id_of("Sharing"), None)
