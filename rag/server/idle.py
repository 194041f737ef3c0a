"""A web server that sleeps while nobody asks anything: it looks twice a second whether to end, not ten times.

This module does not know what is served.
"""

from __future__ import annotations

import asyncio

import uvicorn

__all__ = ["IdleServer"]

_LOOK = 0.5  # seconds


class IdleServer(uvicorn.Server):
    """Uvicorn's server with a slower clock."""

    async def main_loop(self) -> None:
        """Returns when the server is to end."""
        while not await self.on_tick(0):  # 0: also renews the date that answers bear
            await asyncio.sleep(_LOOK)
