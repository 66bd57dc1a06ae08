"""Working beside each other: who is at a ticket, and whose turn it is to answer."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from .person import problem

pytestmark = pytest.mark.slow
README = Path(__file__).parents[2] / "functions" / "README.md"
SCRIPT = Path(__file__).with_name("together.mjs")


@pytest.fixture(scope="module")
def story(desk, people, node_modules):
    """What a browser with the README's example saw."""
    [example] = re.findall(r"```js\n(.+?)```", README.read_text(), re.DOTALL)
    ticket = people.customer.opens()
    given = {
        "modules": f"{node_modules}/",
        "url": desk.supabase_url,
        "key": desk.supabase_publishable_key,
        "api": desk.api_url,
        "password": desk.demo_password,
        "example": example,
        "ticket": ticket["id"],
    }
    done = subprocess.run(  # noqa: S603
        ["node", "--no-warnings", str(SCRIPT)],  # noqa: S607
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"ticket": ticket}


def test_agents_see_each_other_look_and_type(people, story):
    assert story["seen"] == {people.agent.id: "typing", people.lead.id: "looking"}
    assert story["left"] == [people.lead.id]


def test_whose_turn_it_is_to_answer_is_told_live(people, story):
    assert story["statuses"] == [200, 409, 200]
    assert story["leases"] == [people.agent.id, people.lead.id]


def test_customers_see_nobody_and_are_seen_by_nobody(people, story):
    state, tracked = story["outside"]

    assert story["inside"] == "CHANNEL_ERROR"
    assert (state, tracked == "ok") == ("SUBSCRIBED", False)
    assert story["overheard"] == [[], []]


def test_a_take_over_is_in_the_history_of_staff_alone(people, story):
    path = f"/v1/tickets/{story['ticket']['id']}/events"

    known = [event["type"] for event in people.agent.get(path)["items"]]
    told = [event["type"] for event in people.customer.get(path)["items"]]

    assert known == ["TICKET_CREATED", "TICKET_REPLY_TAKEN_OVER"]
    assert told == ["TICKET_CREATED"]


def test_one_agent_answers_at_a_time(people):
    ticket = people.customer.opens()
    path = f"/v1/tickets/{ticket['id']}"

    held = people.agent.do("PUT", f"{path}/lease", {})
    beside = people.lead.send("POST", f"{path}/comments", json={"body": "Me too."})
    people.customer.says(ticket, "It is still mute.")
    people.lead.says(ticket, "Let us see.", visibility="internal")
    people.agent.says(ticket, "On it.")
    people.lead.says(ticket, "And so am I.")

    assert held["person_id"] == people.agent.id
    assert problem(beside) == (409, "being-answered")
    assert people.lead.get(f"{path}/lease")["person_id"] is None


@pytest.mark.parametrize(
    ("who", "status"), [("customer", 403), ("customer2", 404), ("agent2", 404)]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_leases_are_not_for_everybody(people, who, status, method):
    ticket = people.customer.opens()
    body = {"json": {"take_over": True}} if method == "PUT" else {}

    answer = getattr(people, who).send(
        method, f"/v1/tickets/{ticket['id']}/lease", **body
    )

    assert problem(answer)[0] == status
