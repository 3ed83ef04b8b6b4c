"""The pages of docs/reference that are generated."""

from __future__ import annotations

from collections.abc import Callable

from docs.site.cli_page import cli_page
from docs.site.config_page import config_page
from docs.site.http_page import http_page
from docs.site.metrics_page import metrics_page
from docs.site.operators_page import operators_page
from docs.site.python_page import python_page

PAGES: dict[str, Callable[[], str]] = {
    "config": config_page,
    "cli": cli_page,
    "operators": operators_page,
    "python": python_page,
    "http": http_page,
    "metrics": metrics_page,
}
"""What writes each page, by the page's name."""
