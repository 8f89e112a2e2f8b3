"""``/docs``: Swagger UI with the OpenAPI document of this service.

Swagger UI's files are those that the package fastapi-offline brings. They are served as they are; its code is not imported.
A service in a closed network has to explain itself too, so the page may load nothing from elsewhere.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from string import Template

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse

from service.http.problems import ProblemKind

__all__ = ["add_docs_routes"]

# Errors of single comments: no problem documents, but the same words in the same place.
_COMMENT_ERRORS = {
    "comment-too-long": "The text of this comment is too long",
    "comment-empty": "This comment has no text to judge",
}
_DIGEST_DIGITS = 16
_OWN_FILES = Path(__file__).parent / "docs_page"
# Swagger UI sets styles of elements from its script, and has its images within its style sheet.
_CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_PAGE_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
# The page names each file with a digest of its content, so that a browser need never ask for it again.
_FILE_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class _Asset:
    """A file that the page loads."""

    path: Path
    media_type: str


def add_docs_routes(app: FastAPI) -> None:
    """Add the routes of the page and of the files that it loads."""
    app.add_api_route("/docs", serve_page, include_in_schema=False, response_class=HTMLResponse)
    app.add_api_route("/docs/{name}", serve_asset, include_in_schema=False, response_model=None)


async def serve_page(_request: Request) -> HTMLResponse:
    """Answer with the page."""
    return HTMLResponse(await asyncio.to_thread(_page), headers=_PAGE_HEADERS)


async def serve_asset(request: Request) -> FileResponse:
    """Answer with a file that the page loads.

    Raises:
        HTTPException: there is no such file.
    """
    asset = _assets().get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    return FileResponse(asset.path, media_type=asset.media_type, headers=_FILE_HEADERS)


@cache
def _assets() -> Mapping[str, _Asset]:
    package = find_spec("fastapi_offline")
    if package is None or package.origin is None:
        raise RuntimeError("the package fastapi-offline is not installed; Tipstaff depends on it")
    swagger_ui = Path(package.origin).parent / "static"
    return {
        "swagger-ui-bundle.js": _Asset(swagger_ui / "swagger-ui-bundle.js", "text/javascript"),
        "swagger-ui.css": _Asset(swagger_ui / "swagger-ui.css", "text/css"),
        "start.js": _Asset(_OWN_FILES / "start.js", "text/javascript"),
        "page.css": _Asset(_OWN_FILES / "page.css", "text/css"),
    }


@cache
def _page() -> str:
    template = Template((_OWN_FILES / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        swagger_js=_address("swagger-ui-bundle.js"),
        swagger_css=_address("swagger-ui.css"),
        start_js=_address("start.js"),
        page_css=_address("page.css"),
        problems=_problem_rows(),
    )


def _address(name: str) -> str:
    """Return the address of an asset relative to the page, so that it is right behind any proxy."""
    digest = hashlib.sha256(_assets()[name].path.read_bytes()).hexdigest()
    return f"docs/{name}?v={digest[:_DIGEST_DIGITS]}"


def _problem_rows() -> str:
    rows = [(kind.code, str(kind.status), kind.title) for kind in ProblemKind]
    rows += [(code, "200, in its place", title) for code, title in _COMMENT_ERRORS.items()]
    return "\n".join(
        f'<tr id="{escape(code)}"><td><code>{escape(code)}</code></td><td>{escape(status)}</td><td>{escape(title)}</td></tr>'
        for code, status, title in rows
    )
