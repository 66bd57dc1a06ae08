"""A changed source file is what the next request runs."""

import asyncio
from pathlib import Path

import pytest

from infra.local.cloud.console import Changes
from infra.local.cloud.environments import Launch, Pool
from infra.local.cloud.template import AwsAccount, Function

ANSWER = "def handler(event, context):\n    return {answer}\n"


@pytest.mark.slow
def test_a_retired_pool_imports_anew(tmp_path: Path):
    source = tmp_path / "app.py"
    pool = Pool(
        Function("App", "arn", "app.handler", tmp_path), Launch(AwsAccount(), tmp_path)
    )

    async def act() -> list[bytes]:
        try:
            source.write_text(ANSWER.format(answer='"before"'))
            before = await pool.invoke(b"{}")
            source.write_text(ANSWER.format(answer='"after the change"'))
            pool.retire()
            return [before, await pool.invoke(b"{}")]
        finally:
            await pool.stop()

    assert asyncio.run(act()) == [b'"before"', b'"after the change"']


def test_a_change_below_the_folders_is_noticed(tmp_path: Path):
    (tmp_path / "deep" / "er").mkdir(parents=True)

    async def act() -> None:
        noticed = asyncio.Event()
        watching = asyncio.create_task(Changes([tmp_path], noticed.set).run())
        await asyncio.sleep(0)
        (tmp_path / "deep" / "er" / "new.py").touch()
        await asyncio.wait_for(noticed.wait(), 30)
        watching.cancel()

    asyncio.run(act())
