"""Requests at a fixed rate to a service."""

from __future__ import annotations

import asyncio
import json

from benchmarks.load import Client, run

BODIES = [json.dumps({"user": {"user_id": 10001 + number}, "top_k": 5}) for number in range(50)]


def loaded(service, rate, seconds, also=lambda: None, bodies=BODIES, path="/recommend", keep=True):
    """The load of requests, and what `also` gives, which is called in a thread at half of it."""

    async def running():
        client = Client(service.url + path, [] if keep else ["Connection: close"])
        load = asyncio.ensure_future(run(client, bodies, rate, seconds))
        await asyncio.sleep(seconds / 2)
        found = await asyncio.to_thread(also)
        load = await load
        client.close()
        return load, found

    return asyncio.run(running())
