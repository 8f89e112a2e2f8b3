"""``/docs``: one page made from the OpenAPI document, without scripts and without anything from elsewhere.

A service in a closed network has to explain itself too, so the page needs no other host.
"""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from service.http.problems import ProblemKind

__all__ = ["add_routes", "page"]

Json = Mapping[str, Any]

# Errors of single comments: no problem documents, but the same words in the same place.
_COMMENT_ERRORS = {
    "comment-too-long": "The text of this comment is too long",
    "comment-empty": "This comment has no text to judge",
}
_CODE = re.compile(r"`([^`]+)`")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: .25rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
section { margin-top: 2.5rem; }
:target { outline: 2px solid #48f; outline-offset: .3rem; }
"""


def add_routes(app: FastAPI) -> None:
    """Adds the route."""
    app.add_api_route("/docs", _docs, include_in_schema=False, response_class=HTMLResponse)


async def _docs(request: Request) -> HTMLResponse:
    return HTMLResponse(page(request.app.openapi()), headers=_HEADERS)


def page(document: Json) -> str:
    """The documentation as HTML.

    Args:
        document: an OpenAPI document. Everything in it is escaped.
    """
    info = document["info"]
    operations = [
        _operation(path, method, operation) for path, methods in document["paths"].items() for method, operation in methods.items()
    ]
    shapes = [_shape(name, schema) for name, schema in document["components"]["schemas"].items()]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{_prose(info.get('description', ''))}</p>"
        f'<p>For programs: <a href="openapi.json">openapi.json</a></p>'
        f"{''.join(operations)}{_problems()}<section><h2>Shapes</h2>{''.join(shapes)}</section></body></html>"
    )


def _operation(path: str, method: str, operation: Json) -> str:
    responses = [
        [f"<code>{escape(status)}</code>", _prose(response["description"]), _contents(response.get("content", {}))]
        for status, response in sorted(operation["responses"].items())
    ]
    return (
        f'<section id="{escape(operation["operationId"])}"><h2><code>{escape(method.upper())} {escape(path)}</code></h2>'
        f"<p><strong>{escape(operation['summary'])}</strong> {_prose(operation.get('description', ''))}</p>"
        f"{_request(path, operation.get('requestBody', {}).get('content', {}))}"
        f"{_table(('status', 'meaning', 'body'), responses)}</section>"
    )


def _request(path: str, content: Json) -> str:
    if not content:
        return ""
    example = json.dumps(next(iter(content.values())).get("example", {}), ensure_ascii=False)
    command = f"curl http://localhost:8000{path} -H 'Content-Type: application/json' -d '{example}'"
    return f"<p>Takes {_contents(content)}</p><pre>{escape(command)}</pre>"


def _contents(content: Json) -> str:
    return "; ".join(f"{_type(each.get('schema', {}))} as <code>{escape(media)}</code>" for media, each in content.items())


def _problems() -> str:
    rows = [(kind.code, str(kind.status), kind.title) for kind in ProblemKind]
    rows += [(code, "200, in its place", title) for code, title in _COMMENT_ERRORS.items()]
    cells = [[f'<code id="{escape(code)}">{escape(code)}</code>', escape(status), escape(title)] for code, status, title in rows]
    return (
        "<section><h2>Problems</h2><p>The type of a problem document is the address of its row here. 413 means: send less in one "
        f"call. 422 means: the call is wrong and stays wrong.</p>{_table(('problem', 'status', 'meaning'), cells)}</section>"
    )


def _shape(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = [
        [
            f"<code>{escape(field)}</code>",
            _type(each) + ("" if field in required else ", optional"),
            _prose(each.get("description", "")),
        ]
        for field, each in schema.get("properties", {}).items()
    ]
    fields = _table(("field", "type", "meaning"), rows) if rows else f"<p>{_type(schema)}</p>"
    return f'<h3 id="shape-{escape(name)}">{escape(name)}</h3><p>{_prose(schema.get("description", ""))}</p>{fields}'


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"array of {_type(schema.get('items', {}))}{most}"
    return escape(str(schema.get("type", "anything")))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _prose(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))
