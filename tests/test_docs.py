"""Tests of the documentation: it can be built, its links lead somewhere, it needs nothing from elsewhere, and names what exists."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.batch.rows import ReadAs, Reason

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
MODULE = re.compile(r"(?:model|service|training)(?:\.\w+)+")
CLASS_OR_CONSTANT = re.compile(r"_?[A-Z]\w*[a-z]\w*|(?!TIPSTAFF_|NUMBA_)_?[A-Z]+(?:_[A-Z]+)*")
PLACEHOLDER = re.compile(r"\bNAME\b|test_NAME")
ROOMS = ("model", "training", "service")
MAPS = [ROOT / "docs/architecture.md", ROOT / "CONTRIBUTING.md"]
LOADED = re.compile(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=\"?(https?:[^\" >]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the site; a warning, as of a link that leads nowhere, is an error."""
    mkdocs = Path(sys.executable).with_name("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [mkdocs, "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_in_the_site(site: Path) -> None:
    """Each page of docs/ is a page of the site."""
    for page in (ROOT / "docs").glob("**/*.md"):
        assert (site / page.relative_to(ROOT / "docs")).with_suffix(".html").exists()


def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """A browser that shows the site asks no other host for anything."""
    for page in site.glob("**/*.html"):
        loaded = [address for address in LOADED.findall(page.read_text()) if "canonical" not in address]
        assert not loaded, page.name


def test_promises_name_the_tests_that_keep_them() -> None:
    """Every promise about security names a test, and each of these tests exists."""
    promises = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("| promise |")[2].partition("## ")[0]
    for promise in promises.splitlines()[2:]:
        kept_by = [code.partition("::") for code in CODE.findall(promise.rpartition(" | ")[2]) if code.startswith("tests/")]
        assert kept_by or not promise, promise
        for file, _, test in kept_by:
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), promise


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link in a page names a file of the repository."""
    for link in LINK.findall(page.read_text()):
        path = link.partition("#")[0]
        assert link.startswith(("http://", "https://", "mailto:")) or not path or (page.parent / path).exists(), link


def test_everything_that_can_be_said_of_a_dump_is_described() -> None:
    """The pages on dumps name each format and platform of ``--format``, and each reason why a row is not judged."""
    described = code_names(ROOT / "docs/dumps.md") | code_names(ROOT / "docs/tables.md")
    described |= {name.removeprefix("--format ") for name in described}

    assert {*ReadAs, *Reason} <= described


def code_names(page: Path) -> set[str]:
    """Returns what a page sets as code, without placeholders such as docs/NAME.md."""
    return {name for name in CODE.findall(page.read_text(encoding="utf-8")) if not PLACEHOLDER.search(name)}


def is_path(name: str) -> bool:
    """Tells whether a name is that of a file or folder of the repository: it ends like one, or begins in one of its folders."""
    first, separator, _ = name.partition("/")
    if not PATH.fullmatch(name):
        return False
    return name.endswith((".py", ".md", ".toml", ".txt", ".tsv", ".yml")) or (bool(separator) and (ROOT / first).is_dir())


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_paths_that_a_page_names_exist(page: Path) -> None:
    """Every file and folder that the page names is in the repository."""
    paths = {name for name in code_names(page) if is_path(name)}

    assert len(paths) > 20
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_a_page_names_exist(page: Path) -> None:
    """Every dotted name that begins with one of the packages is a module, or something that a module defines."""
    assert [name for name in sorted(code_names(page)) if (match := MODULE.match(name)) and not is_defined(match[0])] == []


def is_defined(name: str) -> bool:
    """Tells whether a dotted name is that of a module, or of something that a module defines."""
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        return False
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        if path.is_dir() or path.with_suffix(".py").exists():
            return length == len(parts) or parts[length] in defined_names(path.with_suffix(".py"))
    return False


def defined_names(path: Path) -> set[str]:
    """Returns the names that a module defines."""
    if not path.exists():
        return set()
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("page", MAPS, ids=lambda page: page.name)
def test_classes_and_constants_that_a_page_names_exist(page: Path) -> None:
    """Every name in the form of a class or a constant is defined in the three packages, or in Python's library."""
    names = {name for room in ROOMS for path in (ROOT / room).rglob("*.py") for name in defined_names(path)}
    named = {name for name in code_names(page) if CLASS_OR_CONSTANT.fullmatch(name)}

    assert len(named) > 5
    assert sorted(named - names - {"StrEnum"}) == []


def test_index_lists_every_page() -> None:
    """The start page links to every other page of the site."""
    links = set(LINK.findall((ROOT / "docs/index.md").read_text(encoding="utf-8")))

    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= {link.partition("#")[0] for link in links}
