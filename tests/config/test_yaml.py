from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towhee_recsys.config import read_yaml
from towhee_recsys.config.yaml import parse_mapping
from towhee_recsys.errors import ConfigError

PIPELINE = """\
input: user

steps:
  - map: user -> vector
    op: user_encoder
    args: {model_dir: "${model.dir}"}
  - map: vector -> hits
    op: milvus_search
"""


def refusal(content: str | bytes) -> str:
    with pytest.raises(ConfigError) as raised:
        parse_mapping(content.encode() if isinstance(content, str) else content, "shop.yaml")
    return str(raised.value)


def test_plain_data_comes_out():
    text = "a: 1\nb:\n  - {c: NO, d: '1'}\n  - [1e-3, null]\n  - |\n    two\n    lines\n3: x\n"
    data = parse_mapping(text.encode(), "shop.yaml").data
    assert data == {"a": 1, "b": [{"c": "NO", "d": "1"}, [0.001, None], "two\nlines\n"], 3: "x"}


def test_each_key_knows_its_line(write):
    document = read_yaml(write("recommend.yaml", PIPELINE))
    assert document.where(("steps", 1, "op")) == "recommend.yaml:8"
    assert document.where(("steps", 0, "args", "model_dir")) == "recommend.yaml:6"
    assert document.where(("steps", 1)) == "recommend.yaml:7"


def test_an_absent_key_has_the_line_of_the_nearest_parent(write):
    document = read_yaml(write("recommend.yaml", PIPELINE))
    assert document.where(("steps", 1, "args", "top_k")) == "recommend.yaml:7"
    assert document.where(("output",)) == "recommend.yaml:1"
    assert document.where() == "recommend.yaml:1"


def test_a_file_can_be_called_by_another_name(write):
    assert read_yaml(write("deep/recommend.yaml", PIPELINE), "recommend").where(("steps",)) == "recommend:3"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("top_k: 1\nseed: 2\ntop_k: 3", "shop.yaml:3:1: top_k is given twice, first at shop.yaml:1."),
        ("m: {a: 1,\n  a: 2}", "shop.yaml:2:3: m.a is given twice, first at shop.yaml:1."),
        ("1: a\n01: b", "shop.yaml:2:1: [1] is given twice, first at shop.yaml:1."),
        ("", "shop.yaml:1:1: holds nothing; a mapping is needed, lines like `key: value`."),
        ("# only this", "shop.yaml:1:1: holds nothing; a mapping is needed, lines like `key: value`."),
        ("- 1", "shop.yaml:1:1: holds a list; a mapping is needed, lines like `key: value`."),
        ("ml-1m", "shop.yaml:1:1: holds a single value; a mapping is needed, lines like `key: value`."),
        ("a: 1\n---\nb: 1", "shop.yaml:2:1: a second document starts here; a file holds one."),
        ("a:\n\tb: 1", "shop.yaml:2:1: a tab; YAML is indented and separated with spaces."),
        (b"a: 1\nb: x\xff", "shop.yaml:2:5: not UTF-8. Save the file as UTF-8 text."),
        ("a: 'x\x07'", "shop.yaml:1:6: the character U+0007 is not allowed in YAML."),
        ("a: b: c", "shop.yaml:1:5: not valid YAML: mapping values are not allowed here."),
        (
            "true: 1",
            "shop.yaml:1:1: a key is a text or a whole number; put a text that reads as something else in quotes.",
        ),
        (
            "? [a]\n: 1",
            "shop.yaml:1:3: a key is a text or a whole number; put a text that reads as something else in quotes.",
        ),
        ('a: "\\ud800"', "shop.yaml:1:4: an escape from U+D800 to U+DFFF is half a character."),
    ],
)
def test_what_is_wrong_is_reported_with_its_place(content, message):
    assert refusal(content) == message


def test_a_bare_reference_in_braces_gets_a_hint():
    assert refusal("a: {b: ${c.d}}").endswith('Inside { } and [ ] a reference stands in quotes: "${a.b}".')


@pytest.mark.parametrize("text", ["a: &x 1", "a: 1\nb: *x", "*x : 1", "a: &x [1]"])
def test_anchors_and_aliases_are_refused(text):
    assert "anchors (&) and aliases (*) are not read; use `extends: FILE` or `${a.b}`." in refusal(text)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir ['made']", "!!int '1'", "!x y", "! y", "!!map {}"])
def test_tags_are_refused_and_nothing_is_executed(tag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal(f"a: {tag}").startswith("shop.yaml:1:4: tags (!) are not read;")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"', f"%YAML 1.{'1' * 5000}\n---\na: 1"])
def test_numbers_out_of_the_parser_s_range_are_refused(text):
    assert "not valid YAML: an escape or a number after here is out of range." in refusal(text)


BOMB = "a0: &a0 [x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 5000,
        "a: " + "{b: " * 5000,
        "a:\n" + "\n".join("[" * 5000),
        "- " * 5000,
        "".join(f"{' ' * depth}a:\n" for depth in range(1000)),
        BOMB,
        "a: " + "x" * 2**21,
    ],
    ids=["brackets", "braces", "lines of brackets", "dashes", "indents", "aliases", "too large"],
)
def test_bombs_fail_fast_and_small(text):
    start = time.process_time()
    refusal(text)
    assert time.process_time() - start < 2
    tracemalloc.start()
    refusal(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def test_fifty_levels_are_read_and_one_more_is_not():
    assert parse_mapping(f"a: {'[' * 50}{']' * 50}".encode(), "deep")
    assert refusal(f"a: {'[' * 51}{']' * 51}") == "shop.yaml:1:54: nested deeper than 50 levels."


def test_a_file_that_cannot_be_read(write):
    write("folder/file.yaml", "")
    for path, why in (("gone.yaml", "No such file"), ("folder", ""), ("a\0b", "null")):
        with pytest.raises(ConfigError, match=f"cannot be read: .*{why}"):
            read_yaml(path)


YAMLISH = st.text(st.sampled_from("[]{}:-?&*!|>'\"%@` \n\r\t#,~a1.0e$\\UuxNd=<\x85\ufeff\x00é")) | st.text()


@settings(deadline=None)
@given(YAMLISH.map(str.encode) | st.binary() | YAMLISH.map(lambda text: f"a: {text}".encode()))
def test_any_bytes_give_data_or_our_error(content):
    with suppress(ConfigError):
        assert parse_mapping(content, "any").where() == "any:1"
