"""Log lines in JSON, one a line: `{"time": ..., "level": "info", "logger": ..., "message": ..., "request_id": ...}`."""

from __future__ import annotations

import logging
import sys
from datetime import datetime, timezone

from pydantic_core import to_json

ACCESS = logging.getLogger("towhee_recsys.service.access")
"""One line a request. It has the pattern of the path, such as /users/{user_id}, and nothing of the body."""

EMPTY = logging.getLogger("towhee_recsys.operators.milvus_search")
"""Its warnings have the filters of requests, which come from bodies; an empty answer has them as `filter_counts`."""

LOGGERS = ("towhee_recsys", "uvicorn")


class JsonFormatter(logging.Formatter):
    """Writes records as JSON, with the dict that a record may have as `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        time = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        line = {
            "time": time,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return to_json(line, fallback=str).decode()


def log_as_json(quiet: bool = False) -> None:
    """Makes our log lines and uvicorn's JSON, on stderr; when `quiet`, without a line for each request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(min(logger.level or logging.INFO, logging.INFO) if name == "uvicorn" else logging.INFO)
    ACCESS.setLevel(logging.WARNING if quiet else logging.INFO)
    EMPTY.setLevel(logging.ERROR)
