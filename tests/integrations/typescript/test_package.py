"""The TypeScript package: its generated part is up to date, it compiles strictly, is installed whole, and its README is right."""

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from integrations.generate_clients import TYPESCRIPT_SCHEMA, render_typescript
from service.http.app import create_app
from service.settings import read_settings
from tests.integrations.typescript.conftest import PACKAGE, ROOT, CheckTypes, RunProgram
from tests.service.http.conftest import Running

if TYPE_CHECKING:
    from model.moderator import Moderator

BLOCK = re.compile(r"^```typescript\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = (PACKAGE / "README.md", ROOT / "docs/client-libraries.md")
EXAMPLES = {f"{page.stem}{at}": code for page in PAGES for at, code in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))}

PROGRAMS = {
    "fine": 'export const verdict: "approve" | "review" | "reject" | undefined = (await client.moderate("text")).verdict;',
    "many": 'export const length: number = (await client.moderate(["text"])).length;',
    "told_apart": 'const judged = await client.moderate("text");\nexport const says = isJudged(judged) ? judged.label : judged.error.type;',
    "not_told_apart": 'export const label = (await client.moderate("text")).label;',
    "misspelt": 'await client.moderate("text", { explian: true });',
    "wrong_format": 'await client.moderate({ id: 1, text: "text", format: "latex" });',
    "without_id": 'await client.moderate({ text: "text" });',
    "number": "await client.moderate(5);",
}
RIGHT = {"fine", "many", "told_apart"}


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service with everything as it ships, but that nothing waits in vain on a busy machine."""
    settings = read_settings(data_dir=tmp_path_factory.mktemp("data"), queue_ms=60_000)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


def test_generated_types_are_up_to_date(node: Path, service: httpx.Client) -> None:
    """The types are those that the document of a running service has; `python -m integrations.generate_clients` makes them anew."""
    document = service.get("/openapi.json").json()

    assert render_typescript(document, node) == TYPESCRIPT_SCHEMA.read_text(encoding="utf-8")


def test_version_is_that_of_the_service() -> None:
    """The client is released with the service, needs nothing at run time, and names no registry."""
    release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))

    assert (package["version"], package["license"]) == (release["version"], "Apache-2.0")
    assert "dependencies" not in package
    assert "://" not in json.dumps(package)


def test_compiler_finds_mistakes_and_no_others(check_types: CheckTypes) -> None:
    """By the package's types the examples of the pages are right, and calls that cannot be right are not."""
    head = 'import { Client, isJudged } from "tipstaff-client";\nconst client = new Client();\nvoid isJudged;\n'
    modules = {name: head + program for name, program in PROGRAMS.items()}

    complaints = check_types(modules | EXAMPLES)

    assert {name for name, lines in complaints.items() if lines} == set(PROGRAMS) - RIGHT


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(service: httpx.Client, run_example: RunProgram, name: str) -> None:
    """Each example of the pages runs as it stands, against the service that the environment names."""
    program = EXAMPLES[name].replace('{ url: "http://127.0.0.1:8000" }', "")

    printed = run_example(program, TIPSTAFF_URL=str(service.base_url))

    assert bool(printed) == ("console.log(" in program and "catch" not in program)


@pytest.mark.nightly
def test_package_is_installed_from_its_folder(node: Path, project: Path, tmp_path: Path) -> None:
    """Npm makes a package of what is built, and installs it without asking any registry."""
    folder, other = tmp_path / "typescript", tmp_path / "other"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    shutil.copytree(project / "node_modules/tipstaff-client/dist", folder / "dist")
    other.mkdir()
    (other / "package.json").write_text('{"name": "other", "private": true, "type": "module"}', encoding="utf-8")
    npm = [node, node.resolve().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"]
    offline = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund"]

    subprocess.run([*npm, "pack", "--ignore-scripts", "--pack-destination", tmp_path], cwd=folder, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tgz")
    subprocess.run([*npm, "install", *offline, archive], cwd=other, check=True, capture_output=True)
    program = 'import { Client } from "tipstaff-client"; console.log(typeof new Client().moderate);'
    result = subprocess.run([node, "--input-type=module", "-e", program], cwd=other, check=True, capture_output=True, text=True)

    assert result.stdout.strip() == "function"
