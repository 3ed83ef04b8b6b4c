"""Engines: the execution of bulk work, block by block, in this process, in a pool of processes, or on a Ray cluster."""

from towhee_recsys.engines.engine import Engine, EngineName, open_engine

__all__ = ["Engine", "EngineName", "open_engine"]
