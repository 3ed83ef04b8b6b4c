"""All mistakes of a pipeline file are reported at once, each with its line, the reason and the nearest name."""

from __future__ import annotations

import pytest

from towhee_recsys.errors import PipelineError

FILE = """
input: user
extra: 1
steps:
  - {mapp: user -> vector, op: user_encoder}
  - {map: user -> vector, flat_map: user -> vector, op: user_encoder}
  - {map: user => vector, op: normalize}
  - map: usr -> vector
    op: normalise
  - map: user -> vector
    op: user_encoder
    args:
      model_dri: x
      unknown_user: "${unknown_usr}"
  - map: (user, vector) -> hits
    op: normalize
  - window: hits -> sums
    size: big
    step: 0
    op: tests/add
    args: {more: "${env:NOT_SET}"}
  - filter: (sums, hits) -> sum
    by: [item]
    op: lookup
    args: 5
  - {map: sum -> total}
  - {map: sum -> total, op: 7, size: 3}
  - just text
output: [total, items]
"""

MISTAKES = {
    3: ["unknown key 'extra'", "Accepted: input, steps, output"],
    5: ["step 1", "0 verbs", "map, flat_map, filter, window, window_all, time_window", "Did you mean 'map'?"],
    6: ["step 2", "2 verbs"],
    7: ["step 3", "'user => vector'", "`input -> output`"],
    8: ["step 4", "column 'usr'", "Did you mean 'user'?", "user, vector"],
    9: ["step 4", "operator 'normalise'", "Did you mean 'normalize'?", "Registered: ", "lookup"],
    14: ["step 5", "${unknown_usr}", "Did you mean 'unknown_user'?"],
    11: ["step 5", "no argument 'model_dri'", "Did you mean 'model_dir'?", "Accepted: model_dir", "needs model_dir"],
    16: ["step 6", "operator 'normalize'", "2 inputs"],
    18: ["step 7", "size", "whole number above 0", "'big'"],
    19: ["step 7", "step", "whole number above 0", "0 was given"],
    21: ["step 7", "${env:NOT_SET}", "environment variable NOT_SET"],
    22: ["step 8", "filter", "as many outputs as inputs", "'(sums, hits) -> sum'"],
    23: ["step 8", "column 'item'", "hits, sums, user, vector"],
    25: ["step 8", "args", "5 was given"],
    24: ["step 8", "operator 'lookup' needs catalogue"],
    26: ["step 9", "op missing"],
    27: ["step 10", "unknown key 'size'", "Accepted: map, op, args", "op names an operator", "7 was given"],
    28: ["step 11", "{map: user -> vector, op: user_encoder}"],
    29: ["column 'items'", "hits, sum, sums, total, user, vector"],
}
"""By line of the file, what the messages about it have: what was given, what is accepted, what comes near."""


def mistakes_in(declared, text):
    """The messages for the file, one a mistake, without the folder."""
    with pytest.raises(PipelineError) as raised:
        declared(text)
    return [line.rpartition("own.yaml:")[2] for line in str(raised.value).splitlines()]


def test_all_mistakes_at_once(declared):
    found: dict[int, str] = {}
    for mistake in mistakes_in(declared, FILE):
        line, _, message = mistake.partition(":")
        found[int(line)] = found.get(int(line), "") + message
    assert list(found) == list(MISTAKES)
    for line, facts in MISTAKES.items():
        assert [fact for fact in facts if fact not in found[line]] == [], found[line]


def test_one_mistake_reads_like_this(declared):
    """The golden text of the family."""
    text = "input: user\nsteps:\n  - {map: usr -> vector, op: user_encoder, args: {model_dir: x}}\noutput: vector\n"
    assert mistakes_in(declared, text) == [
        "3: step 1: column 'usr' is not there yet. Did you mean 'user'? There: user."
    ]


STEPS = "steps: [{map: a -> b, op: normalize}]"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (f"input: a\n{STEPS}", ["1: ", "output missing"]),
        (f"{STEPS}\noutput: b", ["1: ", "input missing"]),
        ("input: a\nsteps: normalize\noutput: a", ["2: ", "list of at least one step"]),
        ("input: a\nsteps: []\noutput: a", ["2: ", "list of at least one step"]),
        (f"input: 5\n{STEPS}\noutput: b", ["1: ", "5", "column name", "letters, digits, '_'"]),
        (f"input: {{}}\n{STEPS}\noutput: b", ["1: ", "[]", "column name", "letters, digits, '_'"]),
        (f"input: a\n{STEPS}\noutput: c", ["3: ", "column 'c'", "a, b"]),
        (f"input: {{a: '${{top}}'}}\n{STEPS}\noutput: b", ["1: ", "${top}", "Did you mean 'top_k'?"]),
        ("input: a\nsteps: [{map: 5, op: normalize}]\noutput: a", ["2: step 1", "5", "`input -> output`"]),
        ("input: a\nsteps: [{map: a->b c, op: normalize}]\noutput: a", ["2: step 1", "'a->b c'", "`input -> output`"]),
        ("input: a\nsteps: [{window: a -> b, op: normalize}]\noutput: b", ["2: step 1", "size and step missing"]),
        (
            "input: a\nsteps: [{time_window: a -> b, timestamp: [a, a], size: 1, step: 1, op: normalize}]\noutput: b",
            ["2: step 1", "[['a', 'a']]", "column name"],
        ),
        (
            "input: a\nsteps: [{map: a -> b, op: ops.normalize}]\noutput: b",
            ["2: step 1", "'ops.normalize' is not registered", "Did you mean 'normalize'?"],
        ),
    ],
)
def test_one_mistake(declared, text, facts):
    mistake = mistakes_in(declared, text)[0]
    assert mistake.startswith(facts[0])
    assert [fact for fact in facts if fact not in mistake] == [], mistake
