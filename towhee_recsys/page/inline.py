"""The page in one file: style sheets, modules and data inside of index.html, and no connection to anywhere."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from towhee_recsys.page.files import STATIC

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([^"]+)";$', re.MULTILINE)
_EXPORTED = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
_LIST = re.compile(r"export ?\{([^}]*)\};?\s*$", re.MULTILINE)
_LINK = re.compile(r'<link rel="stylesheet" href="static/([^"]+)">\n')
_SCRIPT = re.compile(r'<script type="module" src="static/([^"]+)"></script>\n')


def one_file(entry: str, data: Any) -> str:
    """index.html with everything in it: the module `entry` runs, and finds `data` as JSON in the element `data`."""
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    style = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in _LINK.findall(html))
    script = "\n".join(["const modules = {};", *_modules(entry)])
    rules = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; base-uri 'none'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{rules}">\n<style>{style}</style>\n'
    body = (
        f'<script type="application/json" id="data">{_json(data)}</script>\n<script type="module">{script}</script>\n'
    )
    html = _SCRIPT.sub("", _LINK.sub("", html))
    return html.replace("</head>", f"{head}</head>").replace("</body>", f"{body}</body>")


def _modules(entry: str) -> Iterator[str]:
    """The modules that `entry` needs, each after those that it imports: functions that give what a module exports."""
    done: set[str] = set()

    def visit(file: Path) -> Iterator[str]:
        name = file.relative_to(STATIC).as_posix()
        if name in done:
            return
        done.add(name)
        source = file.read_text(encoding="utf-8")
        for _, imported in _IMPORT.findall(source):
            yield from visit((file.parent / imported).resolve())
        yield _as_function(file, source)

    yield from visit(STATIC / entry)


def _as_function(file: Path, source: str) -> str:
    exported = {name: name for _, name in _EXPORTED.findall(source)}
    for listed in _LIST.findall(source):
        exported |= {new: old for old, new in map(_renamed, filter(str.strip, listed.split(",")))}

    def taken(match: re.Match[str]) -> str:
        names = ", ".join(f"{old}: {new}" for old, new in map(_renamed, filter(str.strip, match.group(1).split(","))))
        return f"const {{ {names} }} = modules[{_key(file.parent / match.group(2))}];"

    body = _EXPORTED.sub(r"\1", _LIST.sub("", _IMPORT.sub(taken, source))).replace("</script", "<\\/script")
    given = ", ".join(f"{new}: {old}" for new, old in exported.items())
    return f"modules[{_key(file)}] = (() => {{\n{body}\nreturn {{ {given} }};\n}})();"


def _renamed(name: str) -> tuple[str, str]:
    """`a as b` is a, b; `a` is a, a."""
    old, _, new = name.strip().partition(" as ")
    return old, new or old


def _key(file: Path) -> str:
    return json.dumps(file.resolve().relative_to(STATIC).as_posix())


def _json(data: Any) -> str:
    """JSON that cannot end the element that it is in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
