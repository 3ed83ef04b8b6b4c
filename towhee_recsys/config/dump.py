"""A config written out as YAML that `load_config` reads back as the same config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from towhee_recsys.config.scalars import scalar
from towhee_recsys.config.schema import Config


class _Dumper(yaml.SafeDumper):
    """Writes YAML for the strict reader: no aliases, and quotes around texts that it would not read as texts."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = None if scalar(text) == text and text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump_config(config: Config) -> str:
    """Every setting of `config` as YAML text, defaults included; `${env:NAME}` stays as it is where it is kept."""
    return dump_settings(config.model_dump(exclude={"dataset": {"tables"}}))  # frames given in Python have no text


def dump_settings(settings: Mapping[str, Any]) -> str:
    """Plain `settings` as YAML text."""
    return yaml.dump(
        dict(settings), Dumper=_Dumper, sort_keys=False, default_flow_style=None, allow_unicode=True, width=1000
    )


def dump_value(value: Any) -> str:
    """Plain data as YAML on one line, such as `{a: 1, b: [x, y]}`."""
    [text] = yaml.dump(
        [value], Dumper=_Dumper, sort_keys=False, default_flow_style=True, allow_unicode=True, width=2**31
    ).splitlines()
    return text[1:-1]
