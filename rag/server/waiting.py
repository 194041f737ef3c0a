"""Waiting that ends with the server. This module does not know what is waited for."""

from __future__ import annotations

import asyncio
from contextlib import suppress

__all__ = ["comes_before", "pause"]


async def pause(seconds: float, ended: asyncio.Event) -> None:
    """Waits for so long, or until the server ends."""
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), seconds)


async def comes_before(event: asyncio.Event, ended: asyncio.Event) -> bool:
    """Waits for an event, or until the server ends; whether it still goes on."""
    waiting = [asyncio.create_task(each.wait()) for each in (event, ended)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    return not ended.is_set()
