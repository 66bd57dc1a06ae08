"""Presence and readiness as the platform has them, frame by frame."""

import asyncio
import uuid

import pytest

from .peers import peer
from .support import signed_up

pytestmark = pytest.mark.slow
PRESENT = {"presence": {"enabled": True, "key": "ada"}}


@pytest.fixture
def session(platform):
    return signed_up(platform).auth.get_session()


def topic():
    return f"realtime:{uuid.uuid4()}"


async def track(client, name, payload):
    body = {"type": "presence", "event": "track", "payload": payload}
    return await client.ask(name, "presence", body)


def test_an_update_names_the_ref_before_it(platform):
    async def story():
        async with peer(platform) as ada:
            name = topic()
            await ada.join(name, PRESENT)
            diffs = []
            for desk in (1, 2):
                body = {"type": "presence", "event": "track", "payload": {"desk": desk}}
                await ada.send(name, "presence", body)
                diffs.append(await ada.until("presence_diff"))
            return diffs

    first, second = asyncio.run(story())

    [tracked] = first["joins"]["ada"]["metas"]
    [updated] = second["joins"]["ada"]["metas"]
    assert "phx_ref_prev" not in tracked
    assert updated["phx_ref_prev"] == tracked["phx_ref"] != updated["phx_ref"]
    assert second["leaves"] == {"ada": {"metas": [tracked]}}


@pytest.mark.parametrize(
    ("again", "silent"),
    [({"a": 1, "b": 2}, True), ({"b": 2, "a": 1}, True), ({"a": True, "b": 2}, False)],
)
def test_the_same_payload_again_changes_nothing(platform, again, silent):
    async def story():
        async with peer(platform) as ada:
            name = topic()
            await ada.join(name, PRESENT)
            await track(ada, name, {"a": 1, "b": 2})
            await ada.until("presence_diff")
            assert (await track(ada, name, again))["status"] == "ok"
            return await ada.missed("presence_diff")

    assert asyncio.run(story()) is silent


def test_what_was_untracked_may_be_tracked_again(platform):
    async def story():
        async with peer(platform) as ada:
            name = topic()
            await ada.join(name, PRESENT)
            await track(ada, name, {})
            await ada.until("presence_diff")
            untrack = {"type": "presence", "event": "untrack"}
            await ada.ask(name, "presence", untrack)
            left = await ada.until("presence_diff")
            await track(ada, name, {})
            return left["leaves"], (await ada.until("presence_diff"))["joins"]

    left, joined = asyncio.run(story())

    assert set(left) == set(joined) == {"ada"}


@pytest.mark.parametrize("private", [True, False])
def test_who_joined_without_presence_gets_it_by_tracking(platform, session, private):
    """First who is there already, then each difference."""

    async def story():
        async with peer(platform) as ada, peer(platform) as bob:
            name, token = f"realtime:user:{session.user.id}", session.access_token
            await ada.join(name, {"private": private, **PRESENT}, token)
            await track(ada, name, {"desk": 1})
            await bob.join(name, {"private": private}, token)
            assert await bob.missed("presence_state")
            await bob.send(name, "presence", {"event": "track", "payload": {"desk": 2}})
            state = await bob.until("presence_state")
            own = await bob.until("presence_diff")
            await track(ada, name, {"desk": 3})
            return state, own["joins"], (await bob.until("presence_diff"))["joins"]

    state, own, later = asyncio.run(story())

    assert [meta["desk"] for meta in state["ada"]["metas"]] == [1]
    assert [meta["desk"] for each in own.values() for meta in each["metas"]] == [2]
    assert later["ada"]["metas"][0]["desk"] == 3


def test_who_may_not_read_presence_gets_none_by_tracking(platform, session):
    async def story():
        async with peer(platform) as ada:
            name = f"realtime:listen:{session.user.id}"
            await ada.join(name, {"private": True}, session.access_token)
            refused = await track(ada, name, {})
            return refused["status"], await ada.missed("presence_state")

    assert asyncio.run(story()) == ("error", True)


def test_an_unknown_kind_of_presence_is_refused(platform):
    async def story():
        async with peer(platform) as ada:
            name = topic()
            await ada.join(name, PRESENT)
            return await ada.ask(name, "presence", {"event": "tracked"})

    assert asyncio.run(story())["status"] == "error"


@pytest.mark.parametrize("offered", [True, "true"])
def test_a_channel_learns_that_rows_are_received(platform, offered):
    async def story():
        async with peer(platform) as ada:
            name = topic()
            await ada.join(name, {"broadcast": {"replication_ready": offered}})
            return name, await ada.until("system")

    name, message = asyncio.run(story())

    assert message == {
        "extension": "system",
        "status": "ok",
        "message": "Replication connection established",
        "channel": name.removeprefix("realtime:"),
    }


@pytest.mark.parametrize("offered", [False, None, 1])
def test_a_channel_that_asks_for_nothing_is_sent_nothing(platform, offered):
    async def story():
        async with peer(platform) as ada:
            name = topic()
            await ada.join(name, {"broadcast": {"replication_ready": offered}})
            return await ada.missed("system")

    assert asyncio.run(story())
