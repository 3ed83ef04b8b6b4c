"""An open loop of HTTP requests: they are sent when they are due, whether or not earlier ones were answered.

python -m benchmarks.load URL --rate 500 --seconds 20 < BODIES

It is a process of its own, which costs a request about 50 µs of a core. BODIES has a body a line, drawn at random; the
times between requests are exponential (Poisson arrivals), and the seed fixes both. A latency counts from the moment at
which a request was due. The result is printed as JSON: latencies in ms in the order of the requests, and the statuses.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

TIMEOUT = 10.0
"""Seconds after which a request counts as unanswered."""


@dataclass
class Load:
    """What became of the requests.

    Attributes:
        latencies: Of those that were answered 200, in ms.
        moments: When each of these was due, in seconds from the beginning.
        statuses: How many had each status.
    """

    latencies: list[float] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


class Connection(asyncio.Protocol):
    """A connection that is kept, with one request at a time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._read, self._answer = b"", asyncio.get_running_loop().create_future()

    async def request(self, text: bytes) -> int:
        """Sends a request and returns the status of the answer. Raises OSError where there is none."""
        self._read, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write(text)
        return await self._answer

    @property
    def usable(self) -> bool:
        """Whether it can take another request."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Closes it."""
        self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """Is called by the event loop."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Is called by the event loop."""
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        if len(body) >= int(lower[at + 15 :].split(b"\r\n", 1)[0]) and not self._answer.done():
            if b"connection: close" in lower:
                self._transport.close()
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        """Is called by the event loop."""
        if not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("closed without an answer"))


class Client:
    """Sends bodies over as many connections as have a request at the same time."""

    def __init__(self, url: str, headers: Sequence[str] = ()):
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json", *headers]
        self._head = "\r\n".join(lines)
        self._idle: list[Connection] = []

    async def post(self, body: str) -> int:
        """The status of the answer to a body. Raises OSError or TimeoutError where there is none."""
        content = body.encode()
        text = f"{self._head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
        connection = await self._connection()
        status = await asyncio.wait_for(connection.request(text), TIMEOUT)
        if connection.usable:
            self._idle.append(connection)
        return status

    def close(self) -> None:
        """Closes all connections."""
        for connection in self._idle:
            connection.close()

    async def _connection(self) -> Connection:
        while self._idle:
            if (connection := self._idle.pop()).usable:
                return connection
        loop = asyncio.get_running_loop()
        _, made = await asyncio.wait_for(loop.create_connection(Connection, self._host, self._port), TIMEOUT)
        return made


async def run(client: Client, bodies: Sequence[str], rate: float, seconds: float, seed: int = 0) -> Load:
    """Sends `rate` requests a second for `seconds`, and waits for the answers."""
    rng, load = np.random.default_rng(seed), Load()
    due = np.cumsum(rng.exponential(1 / rate, size=int(rate * seconds))).tolist()
    chosen = rng.integers(len(bodies), size=len(due)).tolist()
    loop = asyncio.get_running_loop()
    began, tasks = loop.time() + 0.1, set()
    for moment, which in zip(due, chosen, strict=True):
        if (wait := began + moment - loop.time()) > 0:
            await asyncio.sleep(wait)
        task = loop.create_task(_one(client, bodies[which], began, moment, load))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    return load


async def saturate(client: Client, bodies: Sequence[str], connections: int, seconds: float) -> float:
    """Answers a second where each connection sends its next request as soon as it has an answer."""
    loop = asyncio.get_running_loop()
    end, answered = loop.time() + seconds, 0

    async def keep_sending(number: int) -> None:
        nonlocal answered
        while loop.time() < end:
            status = await client.post(bodies[number % len(bodies)])
            answered += status == 200  # not in one line: `answered` would be read before the wait
            number += connections

    await asyncio.gather(*map(keep_sending, range(connections)))
    return answered / seconds


async def _one(client: Client, body: str, began: float, moment: float, load: Load) -> None:
    try:
        status = str(await client.post(body))
    except (OSError, asyncio.TimeoutError) as error:
        status = type(error).__name__
    load.statuses[status] += 1
    if status == "200":
        load.latencies.append((asyncio.get_running_loop().time() - began - moment) * 1000)
        load.moments.append(moment)


def main() -> None:
    """Runs a load by the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second")
    parser.add_argument("--saturate", type=int, metavar="CONNECTIONS", help="no rate: each sends again at once")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--header", action="append", default=[])
    given = parser.parse_args()
    bodies = [line.strip() for line in sys.stdin if line.strip()]

    async def loaded() -> dict[str, Any]:
        client = Client(given.url, given.header)
        try:
            if given.saturate:
                return {"rate": await saturate(client, bodies, given.saturate, given.seconds)}
            load = await run(client, bodies, given.rate, given.seconds, given.seed)
            rounded = {"latencies": load.latencies, "moments": load.moments}
            return {
                **{name: [round(each, 3) for each in values] for name, values in rounded.items()},
                "statuses": dict(load.statuses),
            }
        finally:
            client.close()

    print(json.dumps(_run(loaded())))


def _run(coroutine: Any) -> Any:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(coroutine)
    return uvloop.run(coroutine)


if __name__ == "__main__":
    main()
