"""The page of a summary shows everything and is safe to open."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

from service.batch.rows import Reason
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.summary import InputFile, RunSummary
from service.batch.statistics.summary_page import summary_page
from tests.service.batch.statistics.scored_rows import score_rows, summarize


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]


def test_the_page_shows_everything_and_needs_nothing_from_elsewhere() -> None:
    """Labels, time, scores, authors, threads and reasons are there; nothing is loaded, and no name is taken for mark-up."""
    hostile = '<script src="https://evil.example/x.js">alert(1)</script>'
    summary = summarize(score_rows([0, 1, 2, -1], author=hostile, parent=hostile), score_rows([1] * 9, days=40))
    summary.counts.reasons[str(Reason.NOT_JSON)] = 3
    summary = replace(summary, files=[replace(summary.files[0], remarks=(f"read as Windows-1252 {hostile}",))])
    page = summary_page(summary, output=f"{hostile}.csv")
    tags = Tags()
    tags.feed(page)
    assert not tags.links
    assert tags.tags["script"] == tags.tags["link"] == tags.tags["img"] == 0
    assert not re.search(r"url\(|@import", page)
    assert tags.tags["svg"] == 3
    for words in ("By author", "By thread", "Over time", "not-json", "empty", "&lt;script", "2024-03-10", "m@1", "read as Windows-1252"):
        assert words in page, words


def test_the_page_of_nothing() -> None:
    """A run without a row has a page too."""
    assert "Every comment was judged" in summary_page(RunSummary([InputFile("a", None)], RunCounts(), 0.0, "default", "m@1"), output="o")
