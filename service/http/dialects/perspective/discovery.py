"""The discovery document, from which Google's clients learn where and how to call; made of our own types."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from service.http.dialects.perspective.google_errors import bad_request
from service.http.dialects.perspective.requests import json_response
from service.http.dialects.perspective.schemas import (
    AnalyzeCommentRequest,
    AnalyzeCommentResponse,
    SuggestCommentScoreRequest,
    SuggestCommentScoreResponse,
)

__all__ = ["DISCOVERY_PATHS", "serve_discovery"]

DISCOVERY_PATHS = ("/$discovery/rest", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest")
"""Where clients look for the document."""

_VERSION = "v1alpha1"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_KEPT = ("type", "description", "enum", "minimum", "maximum")
_CALLS: tuple[tuple[str, str, Any, Any], ...] = (
    ("analyze", "Scores a comment.", AnalyzeCommentRequest, AnalyzeCommentResponse),
    ("suggestscore", "Says what the scores of a comment should be.", SuggestCommentScoreRequest, SuggestCommentScoreResponse),
)
_PARAMETERS = {
    "$.xgafv": "Not heeded.",
    "access_token": "OAuth access token; taken as a key is.",
    "alt": "Form of the answer; json.",
    "callback": "Not heeded.",
    "fields": "Which fields of the answer are wanted.",
    "key": "Key of this service.",
    "oauth_token": "Not heeded.",
    "prettyPrint": "Not heeded.",
    "quotaUser": "Not heeded.",
    "uploadType": "Not heeded.",
    "upload_protocol": "Not heeded.",
}


async def serve_discovery(request: Request) -> Response:
    """Answer with the document for the address at which the client found it."""
    if request.query_params.get("version", _VERSION) != _VERSION:
        raise bad_request([("version", f"Invalid value at 'version': {_VERSION} is served")])
    root = _root(request)
    return json_response({**_document(), "rootUrl": root, "baseUrl": root})


def _root(request: Request) -> str:
    scope = request.scope
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = scope["server"]
        host = f"{name}:{port}"
    return f"{scope['scheme']}://{host}{scope.get('root_path', '').rstrip('/')}/"


@cache
def _document() -> Mapping[str, Any]:
    schemas: dict[str, Any] = {}
    methods = {}
    for name, about, asked, answered in _CALLS:
        references = []
        for shape in (asked, answered):
            _add(schemas, shape)
            references.append({"$ref": shape.__name__})
        path = f"{_VERSION}/comments:{name}"
        methods[name] = {
            **{"id": f"commentanalyzer.comments.{name}", "description": about, "httpMethod": "POST", "path": path, "flatPath": path},
            **{"parameters": {}, "parameterOrder": [], "request": references[0], "response": references[1]},
        }
    return {
        **{"kind": "discovery#restDescription", "discoveryVersion": "v1", "protocol": "rest"},
        **{"id": f"commentanalyzer:{_VERSION}", "name": "commentanalyzer", "version": _VERSION, "revision": "0"},
        **{"title": "Tipstaff, as Perspective Comment Analyzer", "description": "Scores comments on your own machine."},
        **{"servicePath": "", "basePath": "", "batchPath": "batch"},
        "parameters": {
            name: {"type": "boolean" if name == "prettyPrint" else "string", "location": "query", "description": about}
            for name, about in _PARAMETERS.items()
        },
        "resources": {"comments": {"methods": methods}},
        "schemas": schemas,
    }


def _add(schemas: dict[str, Any], shape: Any) -> None:
    """Add the schemas of a type, and of those that it refers to, as discovery documents write them."""
    made = TypeAdapter(shape).json_schema(ref_template="{model}")
    for name, schema in {shape.__name__: made, **made.get("$defs", {})}.items():
        schemas[name] = {"id": name, **_schema(schema)}


def _schema(given: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in given:
        return {"$ref": given["$ref"]}
    if "anyOf" in given:
        # What may be null may be absent, and that goes without saying here.
        (only,) = (each for each in given["anyOf"] if each.get("type") != "null")
        return _schema(only)
    made = {name: given[name] for name in _KEPT if name in given}
    if made.get("type") == "number":
        made["format"] = "float"
    if made.get("type") == "integer":
        made["format"] = "int32"
    if "items" in given:
        made["items"] = _schema(given["items"])
    if isinstance(given.get("additionalProperties"), dict):
        made["additionalProperties"] = _schema(given["additionalProperties"])
    if "properties" in given:
        made["properties"] = {name: _schema(each) for name, each in given["properties"].items()}
    return made
