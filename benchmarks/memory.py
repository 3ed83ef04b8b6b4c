"""Resident memory of a process that has built the recommend pipeline and answered 100 requests, and of its Milvus Lite.

The service of Milvus Lite is a separate process. Memory that both share, such as pages of libraries, is counted twice.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.case import Case, command
from benchmarks.peers import must_be_installed
from benchmarks.rows import Limit, Row

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "psutil")

SERVE = """
import sys
import psutil
from towhee_recsys import load_config, recommend_pipeline
config = load_config(sys.argv[1])
recommend = recommend_pipeline(config)
for line in range(100):
    recommend({"gender": "FM"[line % 2], "age": 25, "occupation": line % 20}).get()
own = psutil.Process()
print(own.memory_info().rss, sum(each.memory_info().rss for each in own.children(recursive=True)))
"""


def check() -> None:
    """Raises EvaluationError if psutil is not installed."""
    must_be_installed("psutil")


def measure(case: Case) -> list[Row]:
    """Both together, and each alone."""
    file = command("recommend", case.indexed())[-1]
    printed = subprocess.run([sys.executable, "-c", SERVE, file], check=True, stdout=subprocess.PIPE, text=True).stdout
    own, service = (int(text) / 2**20 for text in printed.split()[-2:])
    return [
        Row("serving process with Milvus Lite, memory", "MB", own + service, limit=Limit("≤", 400, "ours")),
        Row("the same, without Milvus Lite's service", "MB", own),
        Row("the same, Milvus Lite's service alone", "MB", service),
    ]
