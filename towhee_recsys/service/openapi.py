"""The OpenAPI document: FastAPI's, with the bodies that the routes read themselves."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from towhee_recsys.config import Config
from towhee_recsys.service.answer_bodies import ErrorAnswer
from towhee_recsys.service.bodies import SimilarBody, feedback_body, recommend_body

_REF = "#/components/schemas/{model}"

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": text}
    for status, text in {
        400: "The body is not acceptable JSON.",
        401: "No token, or a wrong one.",
        403: "This needs a token, and none is configured.",
        404: "There is nothing of that id.",
        413: "The body is too large.",
        415: "The body is not JSON.",
        422: "A field is not acceptable.",
        503: "Overloaded, too late, or a store fails: try again after Retry-After seconds.",
    }.items()
}
"""The errors that any route may answer."""


def body(name: str, *, one_or_list: bool = False, required: bool = True) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads a body of a model by itself."""
    schema: dict[str, Any] = {"$ref": _REF.format(model=name)}
    if one_or_list:
        schema = {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def document_bodies(app: FastAPI, config: Config) -> None:
    """Adds the models of bodies to the app's OpenAPI document."""
    made = app.openapi
    models: list[type[BaseModel]] = [recommend_body(config), SimilarBody, feedback_body(config)]
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=_REF)

    def openapi() -> dict[str, Any]:
        document = made()
        document.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
        return document

    app.openapi = openapi  # type: ignore[method-assign]
