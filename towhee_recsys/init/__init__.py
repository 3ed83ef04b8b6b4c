"""Configs from files: what the columns of tables mean is inferred, written down and explained."""

from __future__ import annotations

from towhee_recsys.init.create import Created, Wanted, create_config
from towhee_recsys.init.verdict import Verdict

__all__ = ["Created", "Verdict", "Wanted", "create_config"]
