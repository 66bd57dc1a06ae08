"""Start what feeds the functions: the template's queues and their pollers."""

import asyncio

from .event_sources import QueuePoller
from .gateway import Gateway
from .resources import client, create_resources, verify_senders


async def start_sources(gateway: Gateway) -> None:
    """Create the template's resources, then poll the queues that feed functions."""
    template = gateway.template
    await asyncio.to_thread(create_resources, template)
    await asyncio.to_thread(verify_senders, template)
    sqs = await asyncio.to_thread(client, "sqs", template.place)
    for function, event in template.events_of("SQS"):
        poller = QueuePoller(function, event, sqs, gateway.invoke)
        gateway.keep_running(poller.run())
