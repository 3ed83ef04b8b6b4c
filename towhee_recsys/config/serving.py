"""The settings of the HTTP service: tokens, limits and how long a request may take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from towhee_recsys.support.section import SECRET, Section


class ServeConfig(Section):
    """How `towhee-recsys serve` answers; the host, the port and the number of processes are options of the command."""

    tokens: Annotated[str | None, SECRET] = Field(
        default=None,
        min_length=1,
        description="accepted tokens, separated by blanks: give a new one beside the old one to rotate; write it as "
        "${env:NAME}; needed for any host that is not loopback",
    )
    deadline: float = Field(
        default=2.0, gt=0, le=600, description="seconds from a request to its answer, or 503 where that takes longer"
    )
    queue: int = Field(
        default=256, ge=1, le=100_000, description="requests that may wait for the model; one more is answered 503"
    )
    batch: int = Field(
        default=32, ge=1, le=1024, description="requests that the model and the index get at once; 1 turns batching off"
    )
    max_requests: int = Field(default=100, ge=1, le=10_000, description="requests that one body may list")
    max_body: int = Field(
        default=65_536, ge=1024, le=2**30, description="bytes of a body; a longer one is answered 413"
    )
