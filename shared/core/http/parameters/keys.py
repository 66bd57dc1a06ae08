"""The key by which a request that is sent again does nothing again."""

from typing import Annotated

from fastapi import Header

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text that is new for each request. Sent again within a day,"
        " the same key gets the first answer again and changes nothing.",
        examples=["0b9c7c1e-6f0f-4ad5-8a1a-0a4c8a1d7f55"],
    ),
]
