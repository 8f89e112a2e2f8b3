"""Tests of the documentation: it can be built, its links lead somewhere, and it needs nothing from elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link in a page names a file of the repository."""
    for link in LINK.findall(page.read_text()):
        path = link.partition("#")[0]
        assert link.startswith(("http://", "https://", "mailto:")) or not path or (page.parent / path).exists(), link
