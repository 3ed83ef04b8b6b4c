from __future__ import annotations

import json

import pytest

from towhee_recsys.support.terminal import json_text, visible, visible_lines

HOSTILE = {
    "\x1b[31mred": r"\x1b[31mred",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x9b2J": r"\x9b2J",
    "a\rb\tc\nd\x00\x7f": r"a\x0db\x09c\x0ad\x00\x7f",
    "\u202egnp.exe\u202c": r"\u202egnp.exe\u202c",
    "\u2066x\u2069\u200e\u200f\u061c": r"\u2066x\u2069\u200e\u200f\u061c",
}


@pytest.mark.parametrize(("text", "shown"), HOSTILE.items())
def test_what_a_terminal_would_obey_is_escaped(text, shown):
    assert visible(text) == shown
    assert json.loads(json_text({text: [text]})) == {text: [text]}
    assert visible(json_text({text: [text]})) == json_text({text: [text]})


@pytest.mark.parametrize("text", ["Amélie (2001)", "千と千尋の神隠し", "שלום", "👩‍👩‍👧", r"C:\x1b", ""])
def test_other_text_stays_as_it_is(text):
    assert visible(text) == text
    assert text == "" or text.startswith("C:") or text in json_text([text])


def test_the_lines_of_a_message_stay_lines():
    assert visible_lines("- a\n- \x1bb\n") == "- a\n- \\x1bb\n"
    assert json_text({"a": ["\x1b"]}, indent=1) == '{\n "a": [\n  "\\u001b"\n ]\n}'
