from __future__ import annotations

import pytest

from towhee_recsys.config import dump_config, expand_env, load_config, resolve
from towhee_recsys.errors import ConfigError

WHERE = "recommend.yaml:14"


def refusal(value: object) -> str:
    with pytest.raises(ConfigError) as raised:
        resolve(value, load_config("sample"), WHERE)
    return str(raised.value)


def test_a_reference_is_replaced_everywhere_and_keeps_its_type():
    value = {"top_k": "${top_k}", "stores": ["${milvus}", "${catalogue}"], "n": 3, "text": "$ {top_k} {x}"}
    assert resolve(value, load_config("sample"), WHERE) == {
        "top_k": 10,
        "stores": [
            load_config("sample").milvus.model_dump(),
            "sqlite:///artifacts/sample/movies.sqlite",
        ],
        "n": 3,
        "text": "$ {top_k} {x}",
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("${milvus.urii}", "${milvus.urii}: there is no such setting. Did you mean 'milvus.uri'?"),
        ("${}", "${}: there is no such setting."),
        ("x-${top_k}", "${top_k} stands in other text; a reference is a whole value, such as ${top_k}."),
        ("${seed}${seed}", "${seed} stands in other text; a reference is a whole value, such as ${top_k}."),
        ("${top_k", "a '${' without its '}'; a reference is a whole value, such as ${top_k}."),
        ("${env:A-B}", "${env:A-B} is no ${env:NAME}; a reference is a whole value, such as ${top_k}."),
        ("${env:NOT_SET}", "${env:NOT_SET}: the environment variable NOT_SET is not set."),
    ],
)
def test_a_wrong_reference_is_refused_with_its_place(value, message):
    assert refusal({"args": [value]}) == f"{WHERE}: {message}"


def test_a_secret_stays_unread_in_a_pipeline(monkeypatch):
    monkeypatch.setenv("TOKEN", "s3cret")
    config = load_config("sample", **{"milvus.uri": "http://${env:TOKEN}@host"})
    assert resolve(["${milvus.uri}", "${env:TOKEN}"], config, WHERE) == ["http://${env:TOKEN}@host", "${env:TOKEN}"]


def test_expand_env_reads_the_environment(monkeypatch):
    monkeypatch.setenv("USER_NAME", "ann")
    assert expand_env("redis://${env:USER_NAME}:${env:USER_NAME}@host") == "redis://ann:ann@host"
    with pytest.raises(ConfigError, match=r"^\$\{env:NOT_SET\}: the environment variable NOT_SET is not set\.$"):
        expand_env("${env:NOT_SET}")


def test_the_environment_is_read_at_load(monkeypatch):
    monkeypatch.setenv("N", "7")
    config = load_config({"top_k": "${env:N}", "dataset": {"name": "${env:N}", "path": "data/${env:N}"}})
    assert (config.top_k, config.dataset.name, config.dataset.path) == (7, "7", "data/7")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_switch_from_the_environment(monkeypatch, text, value):
    monkeypatch.setenv("STRICT", text)
    assert load_config({"dataset": {"strict": "${env:STRICT}", "download": "${env:STRICT}"}}).dataset.strict is value


def test_numbers_in_lists_from_the_environment(monkeypatch):
    monkeypatch.setenv("STARS", "10")
    assert load_config(**{"dataset.interactions.scale": [1, "${env:STARS}"]}).dataset.feedback.scale == (1.0, 10.0)


def test_a_text_from_the_environment_stays_text(refused, monkeypatch):
    monkeypatch.setenv("NULL", "null")
    monkeypatch.setenv("EMPTY", "")
    assert load_config("sample", **{"dataset.path": "${env:NULL}"}).dataset.path == "null"
    assert "given '${env:EMPTY}', accepted: text that" in refused("sample", **{"dataset.path": "${env:EMPTY}"})


def test_what_is_unset_is_named_with_place_key_and_variable(write, refused):
    file = write("shop.yaml", "extends: sample\n\nmilvus:\n  uri: ${env:NOT_SET}\ntop_k: ${env:NOR_THIS}\nseed: -1\n")
    assert refused(file).splitlines() == [
        "- shop.yaml:4: milvus.uri: ${env:NOT_SET}: the environment variable NOT_SET is not set.",
        "- shop.yaml:5: top_k: ${env:NOR_THIS}: the environment variable NOR_THIS is not set.",
        "- shop.yaml:6: seed: given -1, accepted: a whole number from 0 to 4294967295.",
    ]


def test_a_secret_never_gets_into_the_config_or_its_dump(monkeypatch):
    monkeypatch.setenv("SECRET", "s3cret")
    config = load_config("sample", catalogue="mysql://me:${env:SECRET}@host/items", **{"milvus.uri": "${env:SECRET}"})
    assert config.catalogue == "mysql://me:${env:SECRET}@host/items"
    assert config.milvus.uri == "${env:SECRET}"
    assert "s3cret" not in repr(config) + dump_config(config)


@pytest.mark.parametrize(
    "settings",
    [
        {"top_k": "${env:SECRET}"},
        {"training": {"device": "${env:SECRET}"}},
        {"milvus": {"collection": "-${env:SECRET}"}},
        {"dataset": {"name": "${env:SECRET}"}},
        {"features": {"user": [{"kind": "${env:SECRET}", "column": "x"}], "item": [{"kind": "id", "column": "x"}]}},
        {"features": {"user": [{"kind": "id", "column": "${env:SECRET}"}] * 2, "item": []}},
    ],
)
def test_an_error_shows_the_variable_and_not_its_value(refused, monkeypatch, settings):
    monkeypatch.setenv("SECRET", "s3cret")
    assert "s3cret" not in refused(settings)


def test_an_error_says_which_variable_is_wrong(refused, monkeypatch):
    monkeypatch.setenv("N", "many")
    message = "given settings: top_k: given '${env:N}', accepted: a whole number from 1 to 16384."
    assert refused({"top_k": "${env:N}"}) == message


def test_a_setting_refers_to_another(monkeypatch):
    config = load_config(
        {"seed": "${top_k}", "top_k": "${training.epochs}", "milvus": {"collection": "${dataset.name}"}},
        **{"dataset.name": "sample"},
    )
    assert (config.seed, config.top_k, config.milvus.collection) == (30, 30, "sample")
    monkeypatch.setenv("U", "http://host")
    config = load_config({"catalogue": "${milvus.uri}", "milvus": {"uri": "${env:U}"}})
    assert config.catalogue == "${env:U}"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": "${tpo_k}"}, "seed: ${tpo_k}: there is no such setting. Did you mean 'top_k'?"),
        ({"seed": "${top_k}", "top_k": "${seed}"}, "seed: the references go in a circle: seed -> top_k -> seed."),
        ({"seed": "${seed}"}, "seed: the references go in a circle: seed -> seed."),
        ({"catalogue": "${milvus}"}, "catalogue: ${milvus} holds several values; refer to a single one."),
        ({"catalogue": "x/${top_k}"}, "catalogue: ${top_k} stands in other text; a reference is a whole value"),
        ({"seed": "${catalogue}"}, "seed: given '${catalogue}', accepted: a whole number from 0 to 4294967295."),
        (
            {"catalogue": "${env:SECRET}", "model": {"dir": "${catalogue}"}},
            "model.dir: ${catalogue} has a secret or comes from the environment; it is not copied here.",
        ),
        (
            {"model": {"dir": "${env:NESTED}"}},
            "model.dir: ${env:NESTED}: the variable's text holds a '${', and references are not read from there.",
        ),
    ],
)
def test_a_wrong_reference_in_a_config(refused, monkeypatch, settings, message):
    monkeypatch.setenv("SECRET", "s3cret")
    monkeypatch.setenv("NESTED", "${top_k}")
    assert f"given settings: {message}" in refused(settings)
    assert "s3cret" not in refused(settings)
