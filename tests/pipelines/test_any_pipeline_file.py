"""Any text at all in a pipeline file, and any override: something that is read, or our error."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from towhee_recsys import load_config
from towhee_recsys.config import Document, parse_override
from towhee_recsys.config.document import as_document
from towhee_recsys.errors import ConfigError, PipelineError
from towhee_recsys.pipelines import load_pipeline
from towhee_recsys.pipelines.grammar import Reader

TEXTS = "user;user -> vector;(a, b) -> c;a ->;normalize;user_encoder;${top_k};${model;${env:X};map;filter;;\0;-1;a/b;é"
WORDS = st.sampled_from(TEXTS.split(";"))
NAMES = "input,steps,output,map,flat_map,filter,window,time_window,op,args,by,size,step,timestamp,top_k,x"
KEYS = st.sampled_from([1, *NAMES.split(",")])
ANY = st.recursive(
    WORDS | st.integers() | st.floats() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
STEP = st.dictionaries(KEYS, ANY, max_size=5)
FILE = st.fixed_dictionaries({}, optional={"input": ANY, "steps": ANY | st.lists(STEP, max_size=4), "output": ANY})
TEXT = st.text(st.sampled_from("[]{}:-?&*!|>'\"%@ \n\t#,amp${}.>()=<é\x00")) | st.text()
CONFIG = load_config("sample")


def read(document: Document) -> None:
    reader = Reader(document, CONFIG)
    reader.read()
    assert all(isinstance(problem, str) for problem in reader.problems)


@settings(deadline=None, max_examples=300)
@given(FILE)
def test_any_mapping_is_read_or_its_mistakes_are_reported(data):
    with suppress(ConfigError, PipelineError):
        read(as_document(data, "any.yaml"))


@settings(deadline=None)
@given(TEXT.map(str.encode) | st.binary())
def test_any_bytes_are_refused_as_a_pipeline(content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "any.yaml")
        file.write_bytes(content)
        with suppress(ConfigError, PipelineError):
            load_pipeline(file, CONFIG)


@settings(deadline=None)
@given(TEXT)
def test_any_override_is_settings_or_our_error(text):
    with suppress(ConfigError):
        load_config("sample", overrides=[text])
    with suppress(ConfigError):
        assert isinstance(parse_override(text), dict)
