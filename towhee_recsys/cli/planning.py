"""The `plan` command: machines for a catalogue and a rate of requests."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import Shown, printing, say, table

if TYPE_CHECKING:
    from towhee_recsys.lifecycle.capacity import Demand, Plan
    from towhee_recsys.lifecycle.measured import Measured

COLUMNS = ["Index", "Memory", "Segments", "Build", "p50", "p99", "Searches/s a machine", "Machines", "Service"]

LARGE_SEGMENT = 16384
"""MB of a segment with which catalogues of many millions of items take fewer machines: `dataCoord.segment.maxSize`."""


@click.command(epilog="Example: towhee-recsys plan --items 100000000 --rate 10000")
@click.option("--items", type=click.IntRange(min=1), required=True, metavar="N", help="Items in the catalogue.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), required=True, metavar="R", help="Requests/s.")
@click.option("--dim", type=click.IntRange(1, 32768), default=256, show_default=True, help="Numbers in a vector.")
@click.option("--users", type=click.IntRange(min=0), default=0, metavar="U", help="Users that the model knows.")
@click.option("--memory", type=click.FloatRange(min=1), default=64, show_default=True, help="GiB of a machine.")
@click.option("--cores", type=click.IntRange(min=1), default=16, show_default=True, help="Cores of a machine.")
@click.option("--segment", type=click.FloatRange(min=16), default=1024, show_default=True, help="MB of a segment.")
@printing
def plan(progress: bool | None, **given: Any) -> Shown:
    """Estimate machines, memory, build time and latency for each type of index.

    Memory follows from formulas; times are extrapolated from measurements. Measure with your own data before you buy:
    docs/explanation/capacity.md.
    """
    from towhee_recsys.lifecycle.capacity import FORMULAS, Demand, plans
    from towhee_recsys.lifecycle.measured import read_measured

    demand, measured = Demand(**given), read_measured()
    found = plans(demand, measured)

    def show() -> None:
        title = f"{demand.items:,} items of {demand.dim} numbers, {demand.rate:,g} requests/s"
        table(f"{title}, machines of {demand.cores} cores and {demand.memory:g} GiB", COLUMNS, [*map(_row, found)])
        say(_fewest(demand, found, measured))
        if demand.users:
            say(f"Users' rows in each process of the service: {_size(found[0].service_memory_bytes)}.")
        say(f"Times were measured with up to {measured.largest:,} vectors; they are estimates beyond.")
        say("\n".join(["Formulas:", *(f"- {name}: {text}" for name, text in FORMULAS.items())]))

    return {
        "demand": asdict(demand),
        "plans": [*map(asdict, found)],
        "measured_up_to": measured.largest,
        "formulas": FORMULAS,
    }, show


def _fewest(demand: Demand, found: list[Plan], measured: Measured) -> str:
    """Which type of index takes the fewest machines, and whether larger segments would take fewer."""
    from towhee_recsys.lifecycle.capacity import plans

    best = _least(found)
    text = f"{best.index} takes the fewest machines. Machines are copies of the vectors x machines that hold one copy."
    if demand.segment >= LARGE_SEGMENT:
        return text
    larger = _least(plans(replace(demand, segment=LARGE_SEGMENT), measured))
    if larger.machines >= best.machines:
        return text
    return (
        f"{text}\nWith --segment {LARGE_SEGMENT}, Milvus' dataCoord.segment.maxSize, {larger.index} takes "
        f"{larger.machines:,} in place of {best.machines:,}: fewer segments are less work."
    )


def _least(found: list[Plan]) -> Plan:
    return min(found, key=lambda each: each.machines)


def _row(plan: Plan) -> list[Any]:
    machines = f"{plan.machines:,} ({plan.replicas:,} x {plan.machines_a_copy:,})"
    times = [f"{plan.p50_ms:,.1f} ms", f"{plan.p99_ms:,.1f} ms", f"{plan.rate_a_machine:,.1f}"]
    return [
        plan.index,
        _size(plan.memory_bytes),
        f"{plan.segments:,}",
        _time(plan.build_seconds),
        *times,
        machines,
        plan.service_machines,
    ]


def _size(count: float) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.1f} MiB"


def _time(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:,.1f} h"
    return f"{seconds / 60:,.1f} min" if seconds >= 60 else f"{seconds:,.0f} s"
