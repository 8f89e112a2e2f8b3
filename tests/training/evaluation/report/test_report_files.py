"""The report: a page that stands alone, says what the JSON says, and cannot be commanded by what the tables hold."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from model.errors import ArtefactError
from training.evaluation.report.pictures import Series, bars, confusion_heat, dots
from training.evaluation.report.report_files import REPORT_FILES, EvaluationReport, ScoredTable, report_html, report_json, write_report
from training.evaluation.report.sections import Estimate, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import compute_results
from training.evaluation.scoreboard import ScoredRows
from training.tables.labelled import Labelled
from training.tables.labelled_tables import RowProblem, TablesRead

MakeJudged = Callable[..., ScoredRows]
HOSTILE = "<script>alert('\"1\"')</script>"
THREE = ("fine", "toxic", "hateful")


class Page(HTMLParser):
    """What a page holds: its tags, what they ask of other places, and whether they are closed in order."""

    VOID = frozenset({"meta", "line", "rect", "circle", "path", "polyline", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asked: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.asked += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "data", "action"}]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def made(of: ScoredRows, *sections: ReportSection) -> EvaluationReport:
    rows: Labelled = of.rows
    reading = TablesRead(rows=rows, problems=[RowProblem("t.csv", 7, "label", HOSTILE)], read=9, used=7, skipped=1, bad=1)
    return EvaluationReport(compute_results(of, resamples=20), sections, (ScoredTable("t.csv", "0" * 64, 7),), reading, "all", (HOSTILE,))


@pytest.fixture(scope="module")
def report(judged: MakeJudged) -> EvaluationReport:
    table = ReportTable(HOSTILE, (ReportColumn(HOSTILE), ReportColumn("n")), ((HOSTILE, 3), ("b", Estimate(0.5, 0.4, 0.6))))
    picture = bars(HOSTILE, HOSTILE, names=[HOSTILE], series=[Series(HOSTILE, [Estimate(0.5, 0.4, 0.6)])])
    extra = ReportSection(HOSTILE, HOSTILE, (table,), (picture,))
    return made(judged({HOSTILE: THREE, "b": THREE, "c": ("hateful", "not hateful")}), extra)


def test_names_from_the_tables_are_no_markup(report: EvaluationReport) -> None:
    """A source called <script> is shown as text, in tables and pictures."""
    page = report_html(report)
    assert "<script" not in page
    assert "script" not in Page(page).tags
    assert "&lt;script&gt;" in page


def test_the_page_stands_alone(report: EvaluationReport) -> None:
    """It is closed tag by tag and asks for nothing but its own parts."""
    page = Page(report_html(report))
    assert page.open == []
    assert page.asked
    assert all(link.startswith("#part-") for link in page.asked)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)


def test_pictures_and_tables_can_be_heard(report: EvaluationReport) -> None:
    """Every picture has a label and a description, every table a caption, every part a heading."""
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
    """What the page shows, programs find: figures with intervals by source, in the mean and pooled, and all that was wrong."""
    found = json.loads(report_json(report))
    assert found["mean"]["auc_abusive"].keys() == {"value", "low", "high"}
    assert [source["source"] for source in found["sources"]] == [HOSTILE, "b", "c"]
    assert found["sources"][2]["figures"]["auc_abusive"] is None
    assert found["sources"][0]["confusion"][0][0] > 0
    assert len(found["reliability"]) == 10
    assert found["reading"]["problems"] == [f"t.csv: line 7: label: {HOSTILE}"]
    assert found["sections"][HOSTILE][HOSTILE][1] == {HOSTILE: "b", "n": {"value": 0.5, "low": 0.4, "high": 0.6}}
    assert {one["family"] for one in found["slices"]} == {"identity", "length", "profanity", "language", "capitals", "emoji"}


@pytest.mark.parametrize(
    "sources", [{"a": ("fine",)}, {"a": ("abusive",)}, {"a": ("hateful", "not hateful")}, {"a": ("fine", "abusive")}, {"a": THREE}]
)
def test_a_page_of_whatever_is_known(judged: MakeJudged, sources: dict[str, tuple[str, ...]]) -> None:
    """Tables that answer only some questions have a report all the same."""
    of = judged(sources, size=12)
    assert Page(report_html(made(of))).open == []
    json.loads(report_json(made(of)))


def test_one_row(judged: MakeJudged) -> None:
    """One row is enough for a page, if not for figures."""
    assert Page(report_html(made(judged({"a": ("fine",)}, size=1)))).open == []


def test_the_same_rows_make_the_same_report(judged: MakeJudged) -> None:
    """Judging the same rows with the same seed gives the same files, byte by byte."""
    first, again = (made(judged({"a": THREE})) for _ in range(2))
    assert report_json(first) == report_json(again)
    assert report_html(first) == report_html(again)


def test_a_report_replaces_a_report(report: EvaluationReport, tmp_path: Path) -> None:
    """Both files are written at once, in place of those of an earlier report; nothing else is left behind."""
    for _ in range(2):
        write_report(report, tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == sorted(REPORT_FILES)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_a_disk_that_refuses_is_told_of(report: EvaluationReport, tmp_path: Path) -> None:
    """What cannot be written ends with one clear line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="not written"):
        write_report(report, tmp_path / "file" / "out")


def test_table_rows_fit_their_columns() -> None:
    """A table whose rows are too short is refused where it is made."""
    with pytest.raises(ValueError, match="must have 2 cells"):
        ReportTable("t", (ReportColumn("a"), ReportColumn("b")), (("x",),))


def test_pictures_stay_inside() -> None:
    """What lies beyond the scale is drawn at its end; a row without a figure stays empty."""
    picture = dots("t", "d", names=["a", "b"], series=[Series("s", [Estimate(0.1, -3.0, 7.0), None])], bounds=(0.4, 1.0))
    assert picture.svg.count("<circle") == 2  # one of the legend
    assert "-0" not in confusion_heat("t", "d", names=["x"], counts=[[0]]).svg
