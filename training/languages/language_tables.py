"""Fills the tables of languages in the documentation from the manifests of the packs: ``python -m training.languages.language_tables``.

In a page a table stands between two comments of HTML, of which the first names it.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from model.artefact.manifest import Manifest
from model.errors import ArtefactError
from model.language.language_names import language_name
from model.languages.pack_folders import find_packs
from model.languages.recorded_figures import HATE_BY_OWN_TESTS, READ_ANEW, AnswerFigure, measured_on, recorded_figures, rows_learned
from model.profile import Profile

__all__ = ["PERSPECTIVE_LANGUAGES", "figures_table", "fill_table", "language_tables_command", "perspective_table"]

PERSPECTIVE_LANGUAGES = ("ar", "cs", "de", "en", "es", "fr", "hi", "hi-Latn", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "zh")
"""The languages that Perspective's TOXICITY was served in, as its documentation lists them."""

_DOCS = Path(__file__).parents[2] / "docs"
_ENGLISH = "en"
_NONE, _STAR = "–", r"\*"


def figures_table(manifests: Sequence[Manifest]) -> str:
    """Return a table in Markdown of how well the languages of packs are told, in order of their names."""
    figures = "abusive: fast | with the encoder | hateful: fast | with the encoder"
    lines = [f"| language | tag | rows learned from | rows measured | {figures} | read |", f"|---|---|{'---:|' * 6}---|"]
    for manifest in sorted(manifests, key=lambda each: language_name(each.languages[0])):
        tag, recorded = manifest.languages[0], recorded_figures(manifest.metrics)
        fast, slow = recorded.get(Profile.FAST, {}), recorded.get(Profile.CASCADE, recorded.get(Profile.FULL, {}))
        measured = (slow or fast).get("abusive")
        cells = [
            language_name(tag),
            f"`{tag}`",
            f"{rows_learned(manifest.metrics, (table.rows for table in manifest.data)):,}",
            _describe_rows(manifest, measured) if measured else _NONE,
            *(_describe_figure(each.get("abusive")) for each in (fast, slow)),
            *(_describe_figure(each.get("hateful"), _hate_star(manifest)) for each in (fast, slow)),
            _describe_reading(manifest),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _describe_rows(manifest: Manifest, measured: AnswerFigure) -> str:
    """Return on how many rows a language was measured, with a star where these are not rows of public data."""
    star = "" if (measured_on(manifest.metrics) or READ_ANEW).startswith(READ_ANEW) else _STAR
    return f"{measured.positives + measured.negatives:,}{star}"


def _hate_star(manifest: Manifest) -> str:
    return _STAR if (measured_on(manifest.metrics) or "").endswith(HATE_BY_OWN_TESTS) else ""


def _describe_figure(figure: AnswerFigure | None, star: str = "") -> str:
    return _NONE if figure is None else f"{figure.auc:.2f} ({figure.auc_low:.2f} to {figure.auc_high:.2f}){star}"


def _describe_reading(manifest: Manifest) -> str:
    """Return in words by which profiles a language is read, and whether hateful is told."""
    is_read, tells_hateful = _answered(manifest)
    if not is_read:
        return "no"
    hateful = "" if tells_hateful else ", without `hateful`"
    return ("yes" if manifest.tells("abusive", "fast") else "with the encoder") + hateful


def perspective_table(manifests: Sequence[Manifest]) -> str:
    """Return a table in Markdown of the attributes that are answered in each language, those of Perspective first."""
    packs = {manifest.languages[0]: manifest for manifest in manifests}
    others = sorted(set(packs).difference(PERSPECTIVE_LANGUAGES), key=language_name)
    lines = ["| language | tag | Perspective had it | `TOXICITY` | `IDENTITY_ATTACK` | others |", "|---|---|---|---|---|---|"]
    for tag in (*sorted(PERSPECTIVE_LANGUAGES, key=language_name), *others):
        had = "yes" if tag in PERSPECTIVE_LANGUAGES else "no"
        cells = ("yes", "yes", "yes") if tag == _ENGLISH else _describe_attributes(packs.get(tag))
        lines.append(f"| {language_name(tag)} | `{tag}` | {had} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _describe_attributes(manifest: Manifest | None) -> tuple[str, str, str]:
    is_read, tells_hateful = (False, False) if manifest is None else _answered(manifest)
    return "yes" if is_read else "not read", "yes" if tells_hateful else "no", "no"


def _answered(manifest: Manifest) -> tuple[bool, bool]:
    """Return whether the best profile of a pack tells abuse, so that its language is read, and whether it tells hate as well."""
    best = Profile.FAST if len(manifest.readers) == 1 else Profile.CASCADE
    is_read = manifest.tells("abusive", best.value)
    return is_read, is_read and manifest.tells("hateful", best.value)


def fill_table(page: str, name: str, table: str) -> str:
    """Return a page with another table in the place of the one of that name.

    Raises:
        ValueError: the page has no place for it.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"there is no place for the table {name!r}: write {begin.strip()} and {end.strip()} on lines of their own")
    return f"{before}{begin}{table}\n{end}{after}"


_TABLES: Mapping[str, tuple[str, Callable[[Sequence[Manifest]], str]]] = {
    "languages.md": ("table of languages", figures_table),
    "leaving-perspective.md": ("table of attributes by language", perspective_table),
}


def language_tables_command(arguments: Sequence[str] | None = None) -> int:
    """Fill the tables of all pages, and return the exit code."""
    parser = argparse.ArgumentParser(description="Fill the tables of languages in the documentation from the manifests of the packs.")
    parser.add_argument("--packs", type=Path, help="a folder of packs that come before those that are installed")
    parser.add_argument("--docs", type=Path, default=_DOCS, help="the folder of the pages")
    options = parser.parse_args(arguments)
    try:
        manifests = [pack.manifest for pack in find_packs(options.packs).values()]
        for name, (table, render) in _TABLES.items():
            page = options.docs / name
            page.write_text(fill_table(page.read_text(encoding="utf-8"), table, render(manifests)), encoding="utf-8")
            print(f"{page}: {table}, {len(manifests)} packs")
    except (ArtefactError, OSError, ValueError) as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(language_tables_command())
