"""The pages of a customer and of an agent, kept current by messages.

How many requests a page costs is a promise: a list two, a ticket one, and a change by
somebody else none, or one for what messages do not carry.
"""

import asyncio

import pytest

from .screens import SHOWN, browsing

pytestmark = pytest.mark.slow
NOT_IN_EVENTS = {"waiting_on", "waiting_since", "solved_at", "closed_at", "unread"}
LIST = f"tickets?sort=updated&{SHOWN}"
QUEUE = "queues/support/tickets?sort=newest"


def current(person, browser):
    """Check that the pages are what reading everything again would show."""
    ticket = browser.ticket["id"]
    fresh = person.get(f"/v1/tickets/{ticket}")
    comments = person.get(f"/v1/tickets/{ticket}/comments")["items"]
    events = person.get(f"/v1/tickets/{ticket}/events", sort="newest")["items"]
    for shown in (browser.ticket, browser.rows[ticket]):
        assert without(shown) == without(fresh)
    assert browser.comments == comments
    assert browser.seq == events[0]["seq"]


def without(row):
    """Leave out what no event carries."""
    return {name: row[name] for name in row if name not in NOT_IN_EVENTS}


async def elsewhere(act, *arguments, **options):
    """Let somebody else do something meanwhile."""
    return await asyncio.to_thread(act, *arguments, **options)


async def open_and_reply(page, customer):
    """List, open a ticket, show it and reply; return the ticket."""
    await page.open_list(LIST)
    assert page.counted() == 2

    draft = {"subject": "No dial tone", "body": "Dead.", "queue": "support"}
    ticket = await page.ask("POST", "tickets", draft)
    await page.hear("TICKET_CREATED")
    assert page.counted() == 2  # the opening itself, and the new row

    await page.open_ticket(ticket["id"])
    assert page.counted() == 1

    await page.reply("And no hold music.")
    await page.hear("TICKET_COMMENTED")
    assert page.counted() == 1  # the reply itself
    await elsewhere(current, customer, page)
    return ticket


async def watch_the_agent(page, people, ticket):
    """Hear what an agent does to the ticket, and not what only staff may know."""
    agent, path = people.agent, f"/v1/tickets/{ticket['id']}"
    await elsewhere(agent.take, ticket)
    await page.hear("TICKET_STATUS_CHANGED", "TICKET_ASSIGNED")
    change = {"priority": "high", "tags": ["phone"], "subject": "No tone"}
    await elsewhere(agent.do, "PATCH", path, change)
    await page.hear("TICKET_UPDATED")
    await elsewhere(agent.add_comment, ticket, "?", visibility="internal")
    await elsewhere(agent.set_status, ticket, "pending", reason="Parts")
    await page.hear("TICKET_STATUS_CHANGED")
    assert page.counted() == 0
    await elsewhere(current, people.customer, page)

    await elsewhere(agent.add_comment, ticket, "Try the other socket.")
    await page.hear("TICKET_COMMENTED")
    assert page.counted() == 1
    await elsewhere(current, people.customer, page)
    assert [each["by_staff"] for each in page.comments] == [False, False, True]


def test_the_pages_of_a_customer_stay_current(people):
    async def story():
        async with browsing(people.customer) as page:
            ticket = await open_and_reply(page, people.customer)
            await watch_the_agent(page, people, ticket)

    asyncio.run(story())


async def list_filter_and_open(page, ticket):
    """Show the queue, those in it that are free, and one of them."""
    await page.open_list(QUEUE)
    assert page.counted() == 2
    await page.show_list(f"{QUEUE}&assignee=none&priority=normal")
    assert page.counted() == 1
    await page.open_ticket(ticket["id"])
    assert page.counted() == 1


async def watch_the_others(page, people, ticket):
    """Hear what the lead and the customer do."""
    lead, path = people.lead, f"/v1/tickets/{ticket['id']}"
    await elsewhere(lead.take, ticket)
    await page.hear("TICKET_STATUS_CHANGED", "TICKET_ASSIGNED")
    change = {"skills": ["bells"], "tags": ["bell"]}
    await elsewhere(lead.do, "PATCH", path, change)
    await page.hear("TICKET_UPDATED", "TICKET_UPDATED")
    assert page.counted() == 0
    await elsewhere(current, people.agent, page)

    await elsewhere(lead.add_comment, ticket, "Which model?", visibility="internal")
    await page.hear("TICKET_COMMENTED")
    assert page.counted() == 1
    await elsewhere(people.customer.add_comment, ticket, "Is anybody there?")
    await page.hear("TICKET_COMMENTED")
    assert page.counted() == 1
    await elsewhere(current, people.agent, page)


async def reply_beside(page, other, people, ticket):
    """Reply, and see who else is looking at the ticket."""
    await page.reply("Which model is it?")
    await page.hear("TICKET_COMMENTED")
    assert page.counted() == 1
    await elsewhere(current, people.agent, page)

    await other.open_ticket(ticket["id"])
    await other.be_present()
    await page.be_present()
    await page.sees(people.agent, people.lead)
    await other.sees(people.agent, people.lead)
    assert page.counted() == 0


def test_the_pages_of_an_agent_stay_current(people):
    ticket = people.customer.open_ticket()

    async def story():
        async with browsing(people.agent) as page, browsing(people.lead) as other:
            await list_filter_and_open(page, ticket)
            await watch_the_others(page, people, ticket)
            await reply_beside(page, other, people, ticket)

    asyncio.run(story())
