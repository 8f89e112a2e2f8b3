"""The TypeScript package, compiled, and programs that import it as others would."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "integrations/typescript"

RunProgram = Callable[..., Any]
CheckTypes = Callable[[dict[str, str]], dict[str, list[str]]]


def _run(*command: str | Path, cwd: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "NODE_"))} | variables
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="session")
def project(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the package is installed; that it compiles by the strictest rules is a test of its own."""
    folder = tmp_path_factory.mktemp("project")
    installed = folder / "node_modules/tipstaff-client"
    installed.mkdir(parents=True)
    shutil.copy(PACKAGE / "package.json", installed)
    compiler = node.parents[1] / "node_modules/typescript/bin/tsc"
    result = _run(node, compiler, "--project", PACKAGE, "--outDir", installed / "dist", cwd=folder)
    assert result.returncode == 0, result.stdout
    return folder


@pytest.fixture(scope="session")
def run_program(node: Path, project: Path) -> RunProgram:
    """A function that runs an ES module in that project, with arguments and environment variables, and returns what it prints as JSON."""

    def run(program: str, *arguments: str, **variables: str) -> Any:
        result = _run(node, "--input-type=module", "-e", program, *arguments, cwd=project, **variables)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture(scope="session")
def run_example(node: Path, project: Path) -> RunProgram:
    """A function that runs a module in TypeScript in that project, with environment variables, and returns what it prints."""

    def run(program: str, **variables: str) -> str:
        result = _run(node, "--input-type=module-typescript", "-e", program, cwd=project, **variables)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


@pytest.fixture(scope="session")
def check_types(node: Path, project: Path) -> CheckTypes:
    """A function that has modules, by name, compiled strictly in that project, and returns the complaints about each."""

    def check(modules: dict[str, str]) -> dict[str, list[str]]:
        for name, code in modules.items():
            (project / f"{name}.mts").write_text(code, encoding="utf-8")
        strictly = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,esnext.disposable"]
        compiler = node.parents[1] / "node_modules/typescript/bin/tsc"
        result = _run(node, compiler, *strictly, *(f"{name}.mts" for name in modules), cwd=project)
        lines = result.stdout.splitlines()
        assert all(line.startswith((*(f"{name}.mts(" for name in modules), " ")) for line in lines), result.stdout
        return {name: [line for line in lines if line.startswith(f"{name}.mts(")] for name in modules}

    return check
