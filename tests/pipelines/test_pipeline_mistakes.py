"""All that is wrong with a pipeline file is told at once, each with its place, the reason and what comes near."""

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

VERBS = "map, flat_map, filter, window, window_all, time_window"
MISTAKES = f"""
3: unknown key 'extra'. Accepted: input, steps, output.
5: step 1: 0 verbs; a step has one of {VERBS}. Did you mean 'map'?
6: step 2: 2 verbs; a step has one of {VERBS}.
7: step 3: 'user => vector' is not `input -> output` or `(a, b) -> (c, d)`.
8: step 4: column 'usr' is not there yet. Did you mean 'user'? There: user, vector.
9: step 4: operator 'normalise' is not registered. Did you mean 'normalize'? Registered: *
14: step 5: ${{unknown_usr}}: there is no such setting. Did you mean 'unknown_user'?
11: step 5: operator 'user_encoder' has no argument 'model_dri'. Did you mean 'model_dir'? Accepted: model_dir, *
11: step 5: operator 'user_encoder' needs model_dir.
16: step 6: operator 'normalize' does not take 2 inputs.
18: step 7: size is a whole number above 0; 'big' was given.
19: step 7: step is a whole number above 0; 0 was given.
21: step 7: ${{env:NOT_SET}}: the environment variable NOT_SET is not set.
22: step 8: a filter has as many outputs as inputs; '(sums, hits) -> sum' was given.
23: step 8: column 'item' is not there yet. There: hits, sums, user, vector.
25: step 8: args maps the operator's argument names to values; 5 was given.
24: step 8: operator 'lookup' needs catalogue.
26: step 9: op missing.
27: step 10: unknown key 'size'. Accepted: map, op, args.
27: step 10: op names an operator; 7 was given.
28: step 11: a step is a mapping such as {{map: user -> vector, op: user_encoder}}.
29: column 'movies' is not there yet. There: hits, sum, sums, total, user, vector.
"""


def mistakes_in(declared, text):
    """What the file is refused with, a line each, without the folder."""
    with pytest.raises(PipelineError) as raised:
        declared(text)
    return [line.rpartition("own.yaml:")[2] for line in str(raised.value).splitlines()]


def test_all_mistakes_at_once(declared):
    found, expected = mistakes_in(declared, FILE), MISTAKES.strip().splitlines()
    cut = [line[: want.index("*")] + "*" if "*" in want else line for line, want in zip(found, expected, strict=False)]
    assert cut + found[len(cut) :] == expected


STEPS = "steps: [{map: a -> b, op: normalize}]"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (f"input: a\n{STEPS}", "1: output missing."),
        (f"{STEPS}\noutput: b", "1: input missing."),
        ("input: a\nsteps: normalize\noutput: a", "2: steps is a list of at least one step."),
        ("input: a\nsteps: []\noutput: a", "2: steps is a list of at least one step."),
        (f"input: 5\n{STEPS}\noutput: b", "1: 5 is no column name or list of them (letters, digits, '_')."),
        (f"input: {{}}\n{STEPS}\noutput: b", "1: [] is no column name or list of them (letters, digits, '_')."),
        (f"input: a\n{STEPS}\noutput: c", "3: column 'c' is not there yet. There: a, b."),
        (f"input: {{a: '${{top}}'}}\n{STEPS}\noutput: b", "1: ${top}: there is no such setting. Did you mean 'top_k'?"),
        ("input: a\nsteps: [{map: 5, op: normalize}]\noutput: a", "2: step 1: 5 is not `input -> output` or"),
        ("input: a\nsteps: [{map: a->b c, op: normalize}]\noutput: a", "2: step 1: 'a->b c' is not `input -> output`"),
        ("input: a\nsteps: [{window: a -> b, op: normalize}]\noutput: b", "2: step 1: size and step missing."),
        (
            "input: a\nsteps: [{time_window: a -> b, timestamp: [a, a], size: 1, step: 1, op: normalize}]\noutput: b",
            "2: step 1: [['a', 'a']] is no column name or list of them",
        ),
        (
            "input: a\nsteps: [{map: a -> b, op: ops.normalize}]\noutput: b",
            "2: step 1: operator 'ops.normalize' is not registered. Did you mean 'normalize'?",
        ),
    ],
)
def test_one_mistake(declared, text, mistake):
    assert [found[: len(mistake)] for found in mistakes_in(declared, text)][:1] == [mistake]
