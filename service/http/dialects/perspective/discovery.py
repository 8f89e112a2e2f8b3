"""The discovery document, from which Google's clients learn where and how to call; it is generated from our own types."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from service.http.dialects.perspective.google_errors import bad_request
from service.http.dialects.perspective.schemas import (
    AnalyzeCommentRequest,
    AnalyzeCommentResponse,
    SuggestCommentScoreRequest,
    SuggestCommentScoreResponse,
)
from service.http.responses import json_response

__all__ = ["DISCOVERY_PATHS", "serve_discovery"]

DISCOVERY_PATHS = ("/$discovery/rest", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest")
"""The paths at which clients look for the document."""

_VERSION = "v1alpha1"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_COPIED_KEYWORDS = ("type", "description", "enum", "minimum", "maximum")
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
    """Answer with the document, which names the address at which the client found it."""
    if request.query_params.get("version", _VERSION) != _VERSION:
        raise bad_request([("version", f"Invalid value at 'version': {_VERSION} is served")])
    root = _root_url(request)
    return json_response({**_build_document(), "rootUrl": root, "baseUrl": root})


def _root_url(request: Request) -> str:
    scope = request.scope
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = scope["server"]
        host = f"{name}:{port}"
    return f"{scope['scheme']}://{host}{scope.get('root_path', '').rstrip('/')}/"


@cache
def _build_document() -> Mapping[str, Any]:
    schemas: dict[str, Any] = {}
    methods = {}
    for name, about, request_type, response_type in _CALLS:
        references = []
        for message_type in (request_type, response_type):
            _add_schemas(schemas, message_type)
            references.append({"$ref": message_type.__name__})
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


def _add_schemas(schemas: dict[str, Any], message_type: Any) -> None:
    """Add the schema of a type, and of the types that it refers to, as discovery documents write them."""
    json_schema = TypeAdapter(message_type).json_schema(ref_template="{model}")
    for name, schema in {message_type.__name__: json_schema, **json_schema.get("$defs", {})}.items():
        schemas[name] = {"id": name, **_convert_schema(schema)}


def _convert_schema(json_schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in json_schema:
        return {"$ref": json_schema["$ref"]}
    if "anyOf" in json_schema:
        # A field that may be null may be absent, which discovery documents take for granted.
        (branch,) = (branch for branch in json_schema["anyOf"] if branch.get("type") != "null")
        return _convert_schema(branch)
    schema = {name: json_schema[name] for name in _COPIED_KEYWORDS if name in json_schema}
    if schema.get("type") == "number":
        schema["format"] = "float"
    if schema.get("type") == "integer":
        schema["format"] = "int32"
    if "items" in json_schema:
        schema["items"] = _convert_schema(json_schema["items"])
    if isinstance(json_schema.get("additionalProperties"), dict):
        schema["additionalProperties"] = _convert_schema(json_schema["additionalProperties"])
    if "properties" in json_schema:
        schema["properties"] = {name: _convert_schema(field) for name, field in json_schema["properties"].items()}
    return schema
