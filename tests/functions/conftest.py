import asyncio

import pytest


@pytest.fixture(autouse=True)
def loop():
    """The event loop that Mangum finds in a Lambda environment."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()  # also when a handler has run and forgotten it
