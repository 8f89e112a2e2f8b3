"""The Python package: its generated part is up to date, it is installed whole and typed, runs where it says, and its README is right."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import tipstaff_client
from tipstaff_client.calls import ModerateCall, ModerateOptions

from integrations.generate_clients import PYTHON_MODELS, render_python
from service.http.app import create_app
from service.settings import Settings, read_settings
from tests.integrations.built_wheel import build_wheel
from tests.service.http.conftest import Running

if TYPE_CHECKING:
    from model.moderator import Moderator

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "integrations/python"
PAGES = [PACKAGE / "README.md", ROOT / "docs/client-libraries.md"]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = [code for page in PAGES for code in BLOCK.findall(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service with everything as it ships, but that nothing waits in vain on a busy machine."""
    settings = read_settings(data_dir=tmp_path_factory.mktemp("data"), queue_ms=60_000)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


def test_generated_types_are_up_to_date(service: httpx.Client) -> None:
    """The types are those that the document of a running service has; `python -m integrations.generate_clients` makes them anew."""
    document = service.get("/openapi.json").json()

    assert render_python(document) == PYTHON_MODELS.read_text(encoding="utf-8")


def test_all_that_a_call_may_say_can_be_said(service: httpx.Client) -> None:
    """The client has a name for each field of a call and of a comment, but for `store`, by which nothing changes."""
    schemas = service.get("/openapi.json").json()["components"]["schemas"]

    call_fields = set(schemas["ModerateRequest"]["properties"]) - {"comments", "store"}
    assert call_fields <= set(ModerateOptions.__annotations__)
    assert set(ModerateOptions.__annotations__) == set(signature(ModerateCall).parameters)
    assert set(schemas["CommentRequest"]["properties"]) == set(signature(tipstaff_client.Comment).parameters)


def test_version_is_that_of_the_service() -> None:
    """The client is released with the service, and says so."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert tipstaff_client.__version__ == project["version"]


def test_wheel_is_whole(tmp_path: Path) -> None:
    """A wheel made from a checkout has every module and the mark that it is typed, and needs httpx alone."""
    names, metadata = build_wheel(PACKAGE, tmp_path)

    assert {f"tipstaff_client/{path.name}" for path in (PACKAGE / "tipstaff_client").glob("*.py")} | {"tipstaff_client/py.typed"} <= names
    assert (metadata["Name"], metadata["Version"]) == ("tipstaff-client", tipstaff_client.__version__)
    assert [requirement.partition("<")[0].partition(">")[0] for requirement in metadata.get_all("Requires-Dist", [])] == ["httpx"]


def test_code_is_of_the_oldest_python() -> None:
    """Every module is written in the Python that the package asks for at least, and imports nothing but that, httpx and itself."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.9"
    imported: set[str] = set()

    for path in (PACKAGE / "tipstaff_client").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])

    # The last is read by type checkers alone.
    assert imported - set(sys.stdlib_module_names) == {"httpx", "tipstaff_client", "typing_extensions"}


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples_run(service: httpx.Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str) -> None:
    """Each example of the pages runs as it stands, against the service that the environment names, and prints what it says."""
    monkeypatch.setenv("TIPSTAFF_URL", str(service.base_url))
    monkeypatch.delenv("TIPSTAFF_KEY", raising=False)

    exec(code.replace('"http://127.0.0.1:8000"', ""), {"__name__": "__main__"})

    assert bool(capsys.readouterr().out) == ("print(" in code and "except" not in code)


@pytest.mark.nightly
def test_mistakes_are_found_by_type_checkers(tmp_path: Path) -> None:
    """A type checker knows what a call returns, and complains about one that cannot be right."""
    complaints = {
        'reveal_type(client.moderate("text"))': "JudgedComment | ",
        'reveal_type(client.moderate(["text"]))': "Judgements",
        'client.moderate("text", explian=True)': "explian",
        'client.moderate("text", format="latex")': "format",
        'client.moderate("text").label': "label",
        "client.moderate(5)": "int",
        'client.moderate("text").verdict == "good"': "comparison-overlap",
    }
    program = "\n".join(["from tipstaff_client import Client", "client = Client()", *complaints])
    (tmp_path / "program.py").write_text(program, encoding="utf-8")

    command = [sys.executable, "-m", "mypy", "--strict", "program.py"]
    result = subprocess.run(command, cwd=tmp_path, env=os.environ | {"MYPYPATH": str(PACKAGE)}, capture_output=True, text=True, check=False)

    for line, complaint in enumerate(complaints.values(), start=3):
        said = [text for text in result.stdout.splitlines() if text.startswith(f"program.py:{line}:")]
        assert any(complaint in text for text in said), result.stdout


def test_default_settings_are_those_of_the_document() -> None:
    """What the client sends at once at most is what a service takes unless it is told otherwise."""
    parameters = signature(tipstaff_client.Client).parameters

    assert parameters["max_comments"].default == Settings.model_fields["max_comments"].default
    assert parameters["max_body_bytes"].default == Settings.model_fields["max_body_bytes"].default
