"""The OpenAPI document, as linters, generators of clients and a fuzzer of interfaces read it."""

import hmac
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.http.app import create_app
from service.settings import read_settings
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
MakeKey = Callable[..., str]
NodeTool = Callable[[str], list[str | Path]]

WAYS_OF_A_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"keyHeader": []}, {"keyQuery": []}]
NEEDS_NO_KEY = {
    "/healthz",
    "/readyz",
    "/v1/model",
    "/health",
    "/$discovery/rest",
    "/discovery/v1/apis/commentanalyzer/v1alpha1/rest",
    # The key of these is a field of the form.
    "/1.1/verify-key",
    "/1.1/comment-check",
    "/1.1/submit-spam",
    "/1.1/submit-ham",
    "/1.1/get-subscription",
    "/1.1/get-stats",
    "/1.1/deactivate",
    "/1.1/test",
}

WEBHOOK = "/discourse/webhook"
WEBHOOK_SECRET = "a-long-secret"

RIGHT_PROGRAM = """
import type { components } from "./openapi";
const least: components["schemas"]["ModerateRequest"] = { comments: [{ id: "1", text: "Good morning" }] };
const more: components["schemas"]["ModerateRequest"] = { ...least, explain: true, community: null };
const comment = { text: "Good morning" };
const analyze: components["schemas"]["AnalyzeCommentRequest"] = { comment, requestedAttributes: { TOXICITY: {} } };
const suggest: components["schemas"]["SuggestCommentScoreRequest"] = { comment };
const answer = (given: components["schemas"]["JudgedComment"]): [string, number] => [given.label, given.scores.toxic];
export { least, more, analyze, suggest, answer };
"""
WRONG_PROGRAM = """
import type { components } from "./openapi";
export const withoutText: components["schemas"]["ModerateRequest"] = { comments: [{ id: "1" }] };
export const withoutComments: components["schemas"]["ModerateRequest"] = { explain: true };
export const misspelt: components["schemas"]["ModerateRequest"] = { comments: [], explian: true };
"""

GENERATED_CALLS = r"""
import json, sys
from io import BytesIO
sys.path.insert(0, sys.argv[1])
from tipstaff_client import AuthenticatedClient, models
from tipstaff_client.api.moderate import moderate
from tipstaff_client.api.perspective import perspective_analyze, perspective_batch, perspective_suggestscore
from tipstaff_client.types import File

client = AuthenticatedClient(base_url=sys.argv[2], token=sys.argv[3], raise_on_unexpected_status=True)
comment = models.TextEntry(text="You are a stupid idiot")
attributes = models.AnalyzeCommentRequestRequestedAttributesType0.from_dict({"TOXICITY": {}})
scores = models.SuggestCommentScoreRequestAttributeScoresType0.from_dict({"TOXICITY": {"summaryScore": {"value": 1}}})
part = json.dumps({"comment": {"text": "You are a stupid idiot"}, "requestedAttributes": {"TOXICITY": {}}})
batch = (
    "--part\r\nContent-Type: application/http\r\nContent-ID: <1>\r\n\r\nPOST /v1alpha1/comments:analyze HTTP/1.1\r\n"
    f"Content-Type: application/json\r\n\r\n{part}\r\n--part--\r\n"
)
judged = moderate.sync(client=client, body=models.ModerateRequest(comments=[models.CommentRequest(id="1", text="You are a stupid idiot")]))
analyzed = perspective_analyze.sync(
    client=client, body=models.AnalyzeCommentRequest(comment=comment, requested_attributes=attributes, client_token="a")
)
suggested = perspective_suggestscore.sync(
    client=client, body=models.SuggestCommentScoreRequest(comment=comment, attribute_scores=scores, client_token="s")
)
batched = perspective_batch.sync(client=client, body=File(payload=BytesIO(batch.encode())))
print(json.dumps({
    "label": judged.decisions[0].label,
    "toxicity": analyzed.attribute_scores["TOXICITY"].summary_score.value,
    "tokens": [analyzed.client_token, suggested.client_token],
    "batch": batched.payload.read().decode(),
}))
"""


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _run(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a tool that may neither call anybody nor find settings of ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "PYTHON"))}
    environment |= {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def document_file(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as a running service hands it out."""
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_bytes(client.get("/openapi.json").content)
    return file


@pytest.fixture
def keyed_service(running: Running, moderator: "Moderator", make_key: MakeKey, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a service that lets nobody in without a key, and a key with all scopes."""
    secret = make_key(tmp_path, *Scope)
    # Flags of posts are kept for a forum that nobody reaches.
    settings = read_settings(
        data_dir=tmp_path, open=False, discourse_url="http://127.0.0.1:9", discourse_api_key="key", discourse_secrets=WEBHOOK_SECRET
    )
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield str(client.base_url).rstrip("/"), secret


@pytest.fixture
def node_tool(node: Path) -> NodeTool:
    """A function that returns the start of a command that runs a script of an installed package in Node."""
    return lambda script: [node, node.parents[1] / "node_modules" / script]


def test_document_is_whole(client: httpx.Client, app: FastAPI) -> None:
    """The document lists our addresses, and everything that it refers to is in it."""
    document = client.get("/openapi.json").json()

    assert document == app.openapi()
    assert {"/v1/moderate", "/healthz", "/readyz", "/v1/model"} <= set(document["paths"])
    references = set(_references(document))
    assert references
    assert references <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert document["components"]["schemas"]["ModerateRequest"]["properties"]["comments"]["maxItems"] == 20


def test_each_enumeration_is_one_type(app: FastAPI) -> None:
    """Labels, verdicts, formats and reasons are one schema each, which fields refer to, so that generators make one type of each."""
    document = app.openapi()
    schemas = document["components"]["schemas"]

    for name in ("Label", "Verdict", "Format", "CommentErrorType"):
        assert len(schemas[name]["enum"]) == 3
    for judged in ("JudgedComment", "UnjudgedComment"):
        for field in ("verdict", "observed"):
            assert schemas[judged]["properties"][field]["$ref"] == "#/components/schemas/Verdict"
    assert schemas["JudgedComment"]["properties"]["label"] == {"$ref": "#/components/schemas/Label"}
    assert schemas["CommentError"]["properties"]["type"] == {"$ref": "#/components/schemas/CommentErrorType"}
    assert schemas["ServedModel"]["properties"]["labels"]["items"] == {"$ref": "#/components/schemas/Label"}


def test_answers_are_described(app: FastAPI, client: httpx.Client) -> None:
    """An answer about the model holds what the document lists and more; one to comments holds what the document lists and nothing else."""
    schemas = app.openapi()["components"]["schemas"]

    model = client.get("/v1/model").json()
    answer = client.post("/v1/moderate", json={"comments": [{"id": 1, "text": "You are a stupid idiot"}], "explain": True}).json()

    assert set(schemas["ServedModel"]["required"]) < set(model)
    assert set(answer["decisions"][0]) <= set(schemas["JudgedComment"]["properties"])


def test_endpoints_are_called_as_they_are(app: FastAPI) -> None:
    """The framework reads nothing of a call before its endpoint does, which would take a quarter of the time of a small call."""
    routes = [route for route in app.routes if isinstance(route, APIRoute)]

    assert len(routes) > 20
    assert [route.path for route in routes if route.get_route_handler() is not route.endpoint] == []


def test_every_operation_says_who_may_call(app: FastAPI) -> None:
    """Each operation has a name, a tag that is described, and either the ways in which a key may come or none."""
    document = app.openapi()
    names = [operation["operationId"] for _, operation in _operations(document)]
    tags = {tag["name"] for tag in document["tags"]}

    assert len(names) == len(set(names))
    for path, operation in _operations(document):
        assert set(operation["tags"]) <= tags
        expected = [{"discourseSignature": []}] if path == WEBHOOK else [] if path in NEEDS_NO_KEY else WAYS_OF_A_KEY
        assert operation["security"][:3] == expected, path
        assert all(scheme in document["components"]["securitySchemes"] for way in operation["security"] for scheme in way)


@pytest.mark.parametrize("way", ["bearer", "keyHeader", "keyQuery"])
def test_key_is_taken_as_the_document_says(running: Running, moderator: "Moderator", make_key: MakeKey, tmp_path: Path, way: str) -> None:
    """A key that is sent as a security scheme describes it is let in."""
    secret = make_key(tmp_path, Scope.SCORE)
    app = create_app(read_settings(data_dir=tmp_path, open=False), load=lambda _: moderator)
    scheme = app.openapi()["components"]["securitySchemes"][way]
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    if scheme["type"] == "http":
        headers["Authorization"] = f"{scheme['scheme'].title()} {secret}"
    else:
        {"header": headers, "query": query}[scheme["in"]][scheme["name"]] = secret

    with running(app) as client:
        without_key = client.post("/v1/moderate", json={"comments": []})
        with_key = client.post("/v1/moderate", json={"comments": []}, headers=headers, params=query)

    assert (without_key.status_code, with_key.status_code) == (401, 200)


@pytest.mark.parametrize(("root_path", "server"), [("", "/"), ("/tipstaff", "/tipstaff")])
def test_server_is_where_the_service_is(running: Running, moderator: "Moderator", tmp_path: Path, root_path: str, server: str) -> None:
    """The first server is the path under which a proxy has the service; that of a community is its own."""
    communities = tmp_path / "communities.toml"
    communities.write_text('[community.garden]\npolicy = "default"\n', encoding="utf-8")
    app = create_app(read_settings(data_dir=tmp_path, root_path=root_path, communities=communities), load=lambda _: moderator)

    with running(app, root_path=root_path) as client:
        servers = client.get("/openapi.json").json()["servers"]
        servers_of_garden = client.get("/c/garden/openapi.json").json()["servers"]

    assert [entry["url"] for entry in servers] == [server]
    assert servers_of_garden[0]["url"] == f"{root_path}/c/garden"


def test_examples_are_answered_well(app: FastAPI, keyed_service: tuple[str, str]) -> None:
    """The example of each body that is a form or JSON is answered with success."""
    address, secret = keyed_service
    statuses = {}
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
        for path, operation in _operations(app.openapi()):
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                if media == "application/json":
                    body = json.dumps(content["example"]).encode()
                    signature = hmac.new(WEBHOOK_SECRET.encode(), body, "sha256").hexdigest()
                    headers = {"Content-Type": media, "X-Discourse-Event-Signature": f"sha256={signature}"}
                    statuses[path] = client.post(path, content=body, headers=headers).status_code
                elif media == "application/x-www-form-urlencoded":
                    statuses[path] = client.post(path, data=content["example"] | {"api_key": secret}).status_code

    # The version that its example names is not in the registry.
    assert statuses.pop("/v1/models/activate") == 409
    assert set(statuses.values()) == {200}
    assert len(statuses) >= 11


def test_openapi_spec_validator_accepts_it(python: Path, document_file: Path) -> None:
    """The document is valid OpenAPI 3.1."""
    result = _run(python.with_name("openapi-spec-validator"), document_file, cwd=document_file.parent)

    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(document_file.read_bytes())["openapi"].startswith("3.1.")


def test_redocly_finds_nothing(node_tool: NodeTool, document_file: Path) -> None:
    """Redocly's recommended rules find neither an error nor a warning."""
    result = _run(*node_tool("@redocly/cli/bin/cli.js"), "lint", "--format=json", document_file, cwd=document_file.parent)

    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout)["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}


def test_typescript_asks_for_what_is_required_alone(node_tool: NodeTool, document_file: Path, tmp_path: Path) -> None:
    """By the types that openapi-typescript makes, a call needs its comments, and a comment its id and text; all else may be absent."""
    types = tmp_path / "openapi.ts"
    generation = _run(*node_tool("openapi-typescript/bin/cli.js"), document_file, "--output", types, cwd=tmp_path)
    assert generation.returncode == 0, generation.stderr
    (tmp_path / "right.ts").write_text(RIGHT_PROGRAM, encoding="utf-8")
    (tmp_path / "wrong.ts").write_text(WRONG_PROGRAM, encoding="utf-8")
    compiler = [*node_tool("typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck"]

    right, wrong = (_run(*compiler, program, cwd=tmp_path) for program in ("right.ts", "wrong.ts"))

    assert right.returncode == 0, right.stdout
    lines = [line for line in wrong.stdout.splitlines() if line.startswith("wrong.ts(")]
    assert [line.partition("(")[2].partition(",")[0] for line in lines] == ["3", "4", "5"]


def test_generated_python_client_calls_the_service(
    python: Path, document_file: Path, keyed_service: tuple[str, str], tmp_path: Path
) -> None:
    """A client that openapi-python-client makes has our own call and Perspective's three, and each of them is answered."""
    generation = _run(
        python.with_name("openapi-python-client"),
        *("generate", "--path", document_file, "--output-path", tmp_path / "tipstaff_client"),
        *("--meta", "none", "--config", _write_generator_settings(tmp_path)),
        cwd=tmp_path,
    )
    assert generation.returncode == 0, generation.stdout + generation.stderr

    calls = _run(python, "-c", GENERATED_CALLS, tmp_path, *keyed_service, cwd=tmp_path)

    assert calls.returncode == 0, calls.stderr
    answers = json.loads(calls.stdout)
    assert answers["label"] == "toxic"
    assert answers["toxicity"] > 0.5
    assert answers["tokens"] == ["a", "s"]
    assert "response-1" in answers["batch"]
    assert "summaryScore" in answers["batch"]


def test_service_answers_as_its_document_says(python: Path, document_file: Path, keyed_service: tuple[str, str], tmp_path: Path) -> None:
    """Whatever Schemathesis sends, the document lists the status, the content type and the form of the answer, and none is a fault."""
    address, secret = keyed_service
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

    result = _run(
        *(python.with_name("st"), "run", document_file, "--url", address, "--header", f"Authorization: Bearer {secret}"),
        *("--checks", checks, "--phases", "examples,coverage", "--seed", "1", "--no-color"),
        cwd=tmp_path,
    )

    assert result.returncode == 0, result.stdout


def _write_generator_settings(folder: Path) -> Path:
    """Write settings for openapi-python-client by which it does not tidy up what it made, and return their path."""
    file = folder / "generator.json"
    file.write_text(json.dumps({"post_hooks": []}), encoding="utf-8")
    return file
