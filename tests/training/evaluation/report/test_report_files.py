"""The report: a page that loads nothing, JSON with the same figures, and neither can be abused by what the tables hold."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from model.errors import ArtefactError
from training.evaluation.measurement import compute_results
from training.evaluation.report.report_files import REPORT_FILES, EvaluationReport, ScoredTable, report_html, report_json, write_report
from training.evaluation.report.row_charts import Series, bar_chart
from training.evaluation.report.sections import ReportColumn, ReportSection, ReportTable
from training.evaluation.scored_rows import ScoredRows
from training.metrics.estimate import Estimate
from training.tables.labelled import Labelled
from training.tables.labelled_tables import RowProblem, TableReading

MakeScored = Callable[..., ScoredRows]
HOSTILE = "<script>alert('\"1\"')</script>"
THREE = ("fine", "toxic", "hateful")


class Page(HTMLParser):
    """The content of a page: its tags, the places they refer to, and the tags that are still open; tags must be closed in order."""

    VOID = frozenset({"meta", "line", "rect", "circle", "path", "polyline", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "data", "action"}]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def make_report(scored: ScoredRows, *sections: ReportSection) -> EvaluationReport:
    rows: Labelled = scored.rows
    reading = TableReading(rows=rows, problems=[RowProblem("t.csv", 7, "label", HOSTILE)], read=9, used=7, skipped=1, bad=1)
    return EvaluationReport(
        compute_results(scored, resamples=20), sections, (ScoredTable("t.csv", "0" * 64, 7),), reading, "all", (HOSTILE,)
    )


@pytest.fixture(scope="module")
def report(make_scored: MakeScored) -> EvaluationReport:
    table = ReportTable(HOSTILE, (ReportColumn(HOSTILE), ReportColumn("n")), ((HOSTILE, 3), ("b", Estimate(0.5, 0.4, 0.6))))
    picture = bar_chart(HOSTILE, HOSTILE, names=[HOSTILE], series=[Series(HOSTILE, [Estimate(0.5, 0.4, 0.6)])])
    extra = ReportSection(HOSTILE, HOSTILE, (table,), (picture,))
    return make_report(make_scored({HOSTILE: THREE, "b": THREE, "c": ("hateful", "not hateful")}), extra)


def test_names_from_the_tables_are_no_markup(report: EvaluationReport) -> None:
    """A source called <script> is shown as text, in tables and pictures."""
    page = report_html(report)
    assert "<script" not in page
    assert "script" not in Page(page).tags
    assert "&lt;script&gt;" in page


def test_the_page_loads_nothing(report: EvaluationReport) -> None:
    """Its tags are closed in order, and its links lead to its own sections only."""
    page = Page(report_html(report))
    assert page.open == []
    assert page.links
    assert all(link.startswith("#part-") for link in page.links)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)


def test_pictures_and_tables_can_be_read_aloud(report: EvaluationReport) -> None:
    """Every picture has a label and a description, every table a caption, every section a heading."""
    html = report_html(report)
    page = Page(html)
    assert page.tags.count("svg") >= 8
    assert page.tags.count("svg") == html.count('role="img" aria-label=') == page.tags.count("desc") == page.tags.count("figcaption")
    assert page.tags.count("table") == page.tags.count("caption")
    assert page.tags.count("section") == page.tags.count("h2") - 1


def test_no_comment_is_quoted(report: EvaluationReport) -> None:
    """Neither file holds the text of a comment."""
    for text in set(report.reading.rows.text):
        assert text not in report_html(report)
        assert text not in report_json(report)


def test_json_holds_every_figure(report: EvaluationReport) -> None:
    """Programs find what the page shows: figures with intervals by source, in the mean and pooled, and all problems of the tables."""
    document = json.loads(report_json(report))
    assert document["mean"]["auc_abusive"].keys() == {"value", "low", "high"}
    assert [source["source"] for source in document["sources"]] == [HOSTILE, "b", "c"]
    assert document["sources"][2]["figures"]["auc_abusive"] is None
    assert document["sources"][0]["confusion"][0][0] > 0
    assert len(document["reliability"]) == 10
    assert document["reading"]["problems"] == [f"t.csv: line 7: label: {HOSTILE}"]
    assert document["sections"][HOSTILE][HOSTILE][1] == {HOSTILE: "b", "n": {"value": 0.5, "low": 0.4, "high": 0.6}}
    assert {one["family"] for one in document["slices"]} == {"identity", "length", "profanity", "language", "capitals", "emoji"}


@pytest.mark.parametrize(
    "sources", [{"a": ("fine",)}, {"a": ("abusive",)}, {"a": ("hateful", "not hateful")}, {"a": ("fine", "abusive")}, {"a": THREE}]
)
def test_a_page_of_whatever_is_known(make_scored: MakeScored, sources: dict[str, tuple[str, ...]]) -> None:
    """Tables that answer only some questions have a report too."""
    scored = make_scored(sources, size=12)
    assert Page(report_html(make_report(scored))).open == []
    json.loads(report_json(make_report(scored)))


def test_one_row(make_scored: MakeScored) -> None:
    """One row is enough for a page, if not for figures."""
    assert Page(report_html(make_report(make_scored({"a": ("fine",)}, size=1)))).open == []


def test_the_same_rows_make_the_same_report(make_scored: MakeScored) -> None:
    """The same rows and the same seed give the same files, byte by byte."""
    first, again = (make_report(make_scored({"a": THREE})) for _ in range(2))
    assert report_json(first) == report_json(again)
    assert report_html(first) == report_html(again)


def test_a_report_replaces_a_report(report: EvaluationReport, tmp_path: Path) -> None:
    """Both files are written at once, in place of those of an earlier report; nothing else is left behind."""
    for _ in range(2):
        write_report(report, tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == sorted(REPORT_FILES)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_a_folder_that_cannot_be_written_is_one_clear_error(report: EvaluationReport, tmp_path: Path) -> None:
    """The error says that nothing was written."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="not written"):
        write_report(report, tmp_path / "file" / "out")
