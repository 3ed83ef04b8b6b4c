"""The declaration of a recommender: YAML in, one checked `Config` out."""

from __future__ import annotations

from towhee_recsys.config.completion import is_published
from towhee_recsys.config.dataset import DataSchema
from towhee_recsys.config.describe import config_schema
from towhee_recsys.config.document import Document
from towhee_recsys.config.dump import dump_config, dump_settings
from towhee_recsys.config.load import load_config, load_section, shown_settings
from towhee_recsys.config.locations import without_locations
from towhee_recsys.config.overrides import parse_override
from towhee_recsys.config.references import expand_env, expand_url, resolve
from towhee_recsys.config.schema import Config
from towhee_recsys.config.secrets import shown_path, shown_value
from towhee_recsys.config.yaml import read_yaml

__all__ = [
    "Config",
    "DataSchema",
    "Document",
    "config_schema",
    "dump_config",
    "dump_settings",
    "expand_env",
    "expand_url",
    "is_published",
    "load_config",
    "load_section",
    "parse_override",
    "read_yaml",
    "resolve",
    "shown_path",
    "shown_settings",
    "shown_value",
    "without_locations",
]
