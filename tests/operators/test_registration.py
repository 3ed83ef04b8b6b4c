"""Towhee looks up unregistered operators in its hub, but never those of our namespace, in any order of imports."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "imports",
    [
        "import towhee_recsys; from towhee import AutoPipes, ops, pipe",
        "from towhee import AutoPipes, ops, pipe; import towhee_recsys",
        "import towhee_recsys.operators; from towhee import AutoPipes, ops, pipe",
        "import towhee_recsys.pipelines; from towhee import AutoPipes, ops, pipe",
        "from towhee_recsys import load_config; from towhee import AutoPipes, ops, pipe",
    ],
)
def test_our_names_are_there_in_whatever_order_of_imports_and_never_looked_for_elsewhere(run, imports):
    shown = run(f"""
{imports}
composed = pipe.input("v").map("v", "v", ops.towhee_recsys.normalize()).output("v")
print(composed([3.0, 4.0]).get()[0].search.tolist())
print([name for name in AutoPipes._PIPES_DEF if name.startswith("towhee_recsys/")])
try:
    pipe.input("v").map("v", "v", ops.towhee_recsys.normalise()).output("v")
except RuntimeError as error:
    print("there is no operator 'normalise'. Did you mean 'normalize'?" in str(error))
""")
    assert shown.splitlines()[0].startswith("[0.6")
    assert shown.splitlines()[1:] == [
        "['towhee_recsys/add', 'towhee_recsys/index', 'towhee_recsys/recommend', 'towhee_recsys/similar']",
        "True",
    ]
