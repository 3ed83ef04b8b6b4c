"""The page about the HTTP service, from its OpenAPI document."""

from __future__ import annotations

import json
from typing import Any

from docs.site.markdown import code, page, prose, table
from towhee_recsys import load_config
from towhee_recsys.service.app import openapi_document
from towhee_recsys.service.openapi import ERRORS

INTRODUCTION = """
`towhee-recsys serve -c CONFIG` answers these requests ([Serving](../how-to/serving.md) shows how to run it), and has
the same reference at `/docs`, with a form for each request, and as OpenAPI at `/openapi.json`. The columns of users,
interactions and items are those of the dataset: here of the config `sample`. Where `serve.tokens` is set, each of these
requests but `/livez` and `/readyz` needs `Authorization: Bearer TOKEN`; where it is not, only this machine is answered,
and `/admin` is refused.
"""
MODELS = "#/components/schemas/"


def document() -> dict[str, Any]:
    """The OpenAPI document of the config `sample`."""
    return openapi_document(load_config("sample"))


def http_page() -> str:
    """The page as Markdown."""
    found = document()
    routes = [(path, method, route) for path, methods in found["paths"].items() for method, route in methods.items()]
    rows = [(_link(path, method), prose(_summary(each))) for path, method, each in routes]
    errors = [(str(status), prose(each["description"])) for status, each in ERRORS.items()]
    models = found["components"]["schemas"]
    return page(
        "HTTP",
        INTRODUCTION,
        table(("Request", "What it does"), rows),
        *(_route(*each) for each in routes),
        "## Errors",
        f"Any request may be answered with these, and with an {_model('ErrorAnswer')} as the body.",
        table(("Status", "Meaning"), errors),
        "## Bodies",
        *(_fields(name, schema) for name, schema in sorted(models.items()) if "Validation" not in name),
    )


def _link(path: str, method: str) -> str:
    return f"[{code(f'{method.upper()} {path}')}](#{_anchor(path, method)})"


def _anchor(path: str, method: str) -> str:
    return f"{method}{path}".replace("/", "-").replace("{", "").replace("}", "")


def _summary(route: dict[str, Any]) -> str:
    return str(route.get("description", route["summary"])).partition("\n\n")[0]


def _route(path: str, method: str, route: dict[str, Any]) -> str:
    given = [
        [code(each["name"]), each["in"], _type(each["schema"]), prose(each.get("description", ""))]
        for each in route.get("parameters", ())
    ]
    return "\n\n".join(
        [
            f"## {code(f'{method.upper()} {path}')} {{ #{_anchor(path, method)} }}",
            str(route.get("description", "")),
            table(("Parameter", "In", "Type", "Meaning"), given),
            _body(route.get("requestBody")),
            *(_answer(*each) for each in route["responses"].items() if _own(*each)),
        ]
    )


def _own(status: str, answer: dict[str, Any]) -> bool:
    """Whether an answer is the route's own: those of any route are in a table of their own."""
    return status.startswith("2") or answer["description"] != ERRORS.get(int(status), {}).get("description")


def _body(body: dict[str, Any] | None) -> str:
    return f"Body: {_type(body['content']['application/json']['schema'])}." if body else ""


def _answer(status: str, answer: dict[str, Any]) -> str:
    types = [_type(each["schema"]) for each in answer.get("content", {}).values() if each.get("schema")]
    meaning = "" if answer["description"] == "Successful Response" else f": {answer['description']}"
    return f"Answers {status}{' with ' * bool(types)}{', '.join(types)}{meaning}".rstrip(".") + "."


def _fields(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = [
        [code(key), _type(value), "yes" if key in required else "", prose(value.get("description", ""))]
        for key, value in schema.get("properties", {}).items()
    ]
    text = str(schema.get("description", ""))
    return "\n\n".join([f"### {name} {{ #{name} }}", text, table(("Field", "Type", "Required", "Meaning"), rows)])


def _type(schema: dict[str, Any]) -> str:
    """What a JSON Schema accepts, with links to models."""
    if "$ref" in schema:
        return _model(schema["$ref"].removeprefix(MODELS))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each) for each in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return ", ".join(code(json.dumps(each)) for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "anything")) + _range(schema)


def _range(schema: dict[str, Any]) -> str:
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return "".join(f" {word} {schema[key]}" for key, word in words.items() if key in schema)


def _model(name: str) -> str:
    return f"[{name}](#{name})"
