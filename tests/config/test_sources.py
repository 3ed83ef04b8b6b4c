from __future__ import annotations

from pathlib import Path

import pytest

from towhee_recsys.config import load_config

SHIPPED = "Shipped: article, cluster, milvus_server, movielens_100k, movielens_1m, mysql, redis, sample."


@pytest.mark.parametrize("source", ["shop.yaml", "./shop.yaml", Path("shop.yaml"), "shop.cfg", "folder/../shop.yaml"])
def test_a_file_by_its_path(write, source):
    write("folder/x", "")
    write(Path(source).name, "top_k: 3\n")
    assert load_config(source).top_k == 3


def test_a_shipped_config_by_name_from_anywhere(write):
    write("x", "")
    assert load_config("sample") == load_config("sample.yaml")
    assert load_config("sample").dataset.name == "sample"


def test_a_file_of_one_s_own_comes_before_a_shipped_file_name(write):
    write("sample.yaml", "top_k: 3\n")
    assert load_config("sample.yaml").top_k == 3
    assert load_config("sample").top_k == 10


def test_extends_swaps_a_few_lines(write):
    scale = "dataset: {interactions: {scale: [%d, 6]}}\n"
    write("base/shop.yaml", "extends: sample\nmilvus: {uri: a.db, collection: items}\n" + scale % 0)
    write("base/mid.yml", "extends: shop.yaml\nmilvus: {uri: b.db}\n")
    config = load_config(write("top.yaml", "extends: base/mid.yml\ntop_k: 3\n" + scale % 1))
    assert (config.top_k, config.milvus.uri, config.milvus.collection) == (3, "b.db", "items")
    assert (config.dataset.name, config.dataset.feedback.scale) == ("sample", (1.0, 6.0))


def test_a_mapping_extends_too(write):
    write("shop.yaml", "seed: 1\n")
    assert load_config({"extends": "shop.yaml", "top_k": 3}).seed == 1


def test_a_problem_is_reported_where_it_was_written(write, refused):
    write("base.yaml", "top_k: 0\nseed: -1\n")
    assert refused(write("shop.yaml", "extends: base.yaml\nseed: -2\n")).splitlines() == [
        "- base.yaml:1: top_k: given 0, accepted: a whole number from 1 to 16384.",
        "- shop.yaml:2: seed: given -2, accepted: a whole number from 0 to 4294967295.",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("smaple", f"'smaple' is no shipped config. Did you mean 'sample'? {SHIPPED}"),
        ("", f"'' is no shipped config. {SHIPPED}"),
        ("x" * 5000, f"is no shipped config. {SHIPPED}"),
        ("smaple.yaml", "there is no file smaple.yaml. Did you mean 'sample'?"),
        ("gone/shop", "there is no file gone/shop."),
        (Path("sample"), "there is no file sample."),
        (3, "a config is a shipped name, a file, a mapping or a Config, not a int."),
    ],
)
def test_an_unknown_source(write, refused, source, message):
    write("x", "")
    assert message in refused(source)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("extends: gone.yaml", "there is no file gone.yaml."),
        (
            "extends: smaple",
            f"'smaple' is no shipped config. Did you mean 'sample'? {SHIPPED}",
        ),
        ("extends: [a]", "takes the name of one shipped config or file."),
        ("extends:", "takes the name of one shipped config or file."),
        ("extends: ./shop.yaml", "goes in a circle: shop.yaml -> shop.yaml."),
    ],
)
def test_an_unknown_base(write, refused, line, message):
    assert refused(write("shop.yaml", f"top_k: 3\n{line}\n")) == f"shop.yaml:2: extends: {message}"


def test_a_circle_names_its_files(write, refused):
    for name, base in (("a", "b"), ("b", "sub/c"), ("sub/c", "../a")):
        write(f"{name}.yaml", f"extends: {base}.yaml\n")
    assert refused("a.yaml").endswith("goes in a circle: a.yaml -> b.yaml -> sub/c.yaml -> sub/../a.yaml.")


def test_a_long_chain_is_no_problem(write):
    for number in range(300):
        write(f"{number}.yaml", f"extends: {number + 1}.yaml\n")
    write("300.yaml", "top_k: 3\n")
    assert load_config("0.yaml").top_k == 3
