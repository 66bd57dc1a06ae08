"""Start what feeds the functions: the template's queues and their pollers."""

import asyncio
from collections.abc import Mapping

from .event_sources import QueuePoller
from .gateway import Gateway
from .resources import client, create_resources, keep_parameters, verify_senders


async def start_sources(gateway: Gateway, secrets: Mapping[str, str]) -> None:
    """Create the template's resources, then poll the queues that feed functions.

    Args:
        gateway: whose template.
        secrets: what the Parameter Store is to hold, by name.
    """
    template = gateway.template
    await asyncio.to_thread(keep_parameters, template.place, secrets)
    await asyncio.to_thread(create_resources, template)
    await asyncio.to_thread(verify_senders, template)
    sqs = await asyncio.to_thread(client, "sqs", template.place)
    for function, event in template.events_of("SQS"):
        poller = QueuePoller(function, event, sqs, gateway.invoke)
        gateway.keep_running(poller.run())
