from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from towhee_recsys.config import config_schema, dump_config, load_config, read_yaml
from towhee_recsys.config.sources import shipped
from towhee_recsys.config.yaml import parse_mapping


def mappings(node: Any, name: str = "config") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of settings in the schema."""
    yield name, node
    yield from node.get("$defs", {}).items()


def test_the_schema_says_what_it_is():
    schema = config_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "towhee_recsys config"
    assert {"extends", "dataset", "milvus", "top_k"} <= schema["properties"].keys()


def test_every_setting_is_described():
    schema = config_schema()
    checked = 0
    for name, mapping in mappings(schema):
        for key, node in mapping.get("properties", {}).items():
            section = schema["$defs"].get(node.get("$ref", "").removeprefix("#/$defs/"), {})
            assert key in ("kind", "type") or node.get("description") or section.get("description"), f"{name}.{key}"
            checked += 1
    assert checked > 40


def test_the_schema_is_the_caller_s_to_change():
    config_schema()["properties"].clear()
    assert config_schema()["properties"]


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(config_schema())
    return jsonschema.Draft202012Validator(config_schema())


def test_shipped_configs_and_dumps_fit_the_schema(validator, shipped_environment):
    assert shipped()
    for name, path in shipped().items():
        assert not list(validator.iter_errors(read_yaml(path).data))
        dumped = parse_mapping(dump_config(load_config(name)).encode(), name).data
        for feature in dumped["features"]["user"]:
            feature.pop("names", None)  # JSON has no keys that are numbers
        assert not list(validator.iter_errors(dumped))


@pytest.mark.parametrize(
    ("settings", "fits"),
    [
        ({"extends": "sample", "top_k": "${env:N}", "training": {"device": "${env:DEVICE}"}}, True),
        ({"top_k": 0}, False),
        ({"top_k": "ten"}, False),
        ({"milvus": {"collectoin": "x"}}, False),
        ({"features": {"user": [{"kind": "txt", "column": "x"}], "item": [{"kind": "id", "column": "x"}]}}, False),
    ],
)
def test_the_schema_accepts_what_the_loader_accepts(validator, settings, fits):
    assert validator.is_valid(settings) is fits


@pytest.mark.parametrize("given", [True, False, None, "kept"])
def test_the_cache_is_a_folder_or_turned_on_or_off(validator, given):
    kept = {True: "artifacts/sample/dataset", False: None}
    dataset = {"name": "sample", "cache": given}
    assert load_config(dataset=dataset).dataset.cache == kept.get(given, given)
    assert validator.is_valid({"dataset": dataset})
