"""The page, the summary for programs and the lines for the terminal that tell how far the labels of a table can be trusted."""

import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from importlib import resources

from training.label_quality.label_doubts import LabelDoubts
from training.metrics.estimate import Estimate
from training.tables.file_names import legible_name
from training.tables.labelled_tables import TableReading
from training.terminal import describe_reading, print_remark, replace_unprintable

__all__ = ["LabelQuality", "print_quality", "quality_html", "quality_json", "summarise_quality"]

_SHOWN_ROWS = 200
_MOST_SOURCES = 40
_MOST_PROBLEMS = 20
_LONGEST_TEXT = 600  # characters of a comment on the page


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """The doubts about the rows of one source: how many are contradicted by copies, opposed by near rows, and wrong by the models."""

    source: str
    rows: int
    contradiction: int
    neighbour: int
    model: int


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """The quality of the labels of a table, without its texts.

    Attributes:
        rows: number of rows with an answer.
        wrong_share: the estimated share of wrong answers.
        sources: the doubts by source, sorted by name.
        pairs: given and suggested answer of the rows that confident learning takes for wrong, with their number, the most frequent first.
        model: the model whose scores were joined.
    """

    rows: int
    wrong_share: Estimate
    sources: tuple[SourceQuality, ...]
    pairs: tuple[tuple[str, str, int], ...]
    model: str


def summarise_quality(doubts: LabelDoubts, *, model: str) -> LabelQuality:
    """Return the quality of the labels; ``model`` names the model whose scores were joined."""
    reasons = Counter((source, reason) for source, names in zip(doubts.rows.source, doubts.reasons, strict=True) for reason in names)
    pairs = Counter(
        pair for pair, is_wrong in zip(zip(doubts.given, doubts.suggested, strict=True), doubts.is_wrong, strict=True) if is_wrong
    )
    return LabelQuality(
        rows=len(doubts.rows),
        wrong_share=doubts.wrong_share,
        sources=tuple(
            SourceQuality(name, count, *(reasons[name, reason] for reason in ("contradiction", "neighbour", "model")))
            for name, count in sorted(Counter(doubts.rows.source).items())
        ),
        pairs=tuple((*pair, count) for pair, count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))),
        model=model,
    )


def quality_json(quality: LabelQuality, reading: TableReading) -> str:
    """Return the quality as one JSON document."""
    document = asdict(quality)
    document["pairs"] = [dict(zip(("given", "suggested", "rows"), pair, strict=True)) for pair in quality.pairs]
    document["reading"] = reading.account()
    return json.dumps(document, allow_nan=False, ensure_ascii=False)


def quality_html(quality: LabelQuality, doubts: LabelDoubts) -> str:
    """Return the quality and the most doubtful rows as one page that loads nothing from elsewhere."""
    from jinja2 import Environment, StrictUndefined

    rows = doubts.rows
    shown = [
        {
            "doubt": float(doubts.doubt[row]),
            "given": doubts.given[row],
            "suggested": doubts.suggested[row],
            "why": ", ".join(doubts.reasons[row]),
            "text": rows.text[row][:_LONGEST_TEXT] + ("…" if len(rows.text[row]) > _LONGEST_TEXT else ""),
            "source": rows.source[row],
            "place": f"{legible_name(rows.place[row].file)}, {rows.place[row].line}",
            "neighbour": _describe_neighbour(doubts, int(doubts.neighbour[row])),
        }
        for row in doubts.order[:_SHOWN_ROWS].tolist()
    ]
    page = resources.files("training.label_quality").joinpath("label_quality.html.j2").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    html = environment.from_string(page).render(quality=quality, shown=shown, share=quality.wrong_share.describe(percent=True))
    return html


def print_quality(quality: LabelQuality, reading: TableReading, *, place: str) -> None:
    """Print the quality to standard output, what was read and where the rows are written to standard error."""
    from rich.console import Console
    from rich.table import Table

    for line in describe_reading(reading, most=_MOST_PROBLEMS, rest="--json lists them all"):
        print_remark(line)
    console = Console(width=None if sys.stdout.isatty() else 150, markup=False, highlight=False)
    table = Table("source", title=f"{quality.rows:,} labels beside {replace_unprintable(quality.model)}")
    for heading in ("rows", "contradiction", "neighbour", "model"):
        table.add_column(heading, justify="right")
    largest = sorted(quality.sources, key=lambda one: (-one.rows, one.source))[:_MOST_SOURCES]
    for one in largest:
        table.add_row(replace_unprintable(one.source), *(f"{count:,}" for count in (one.rows, one.contradiction, one.neighbour, one.model)))
    console.print(table)
    if more := len(quality.sources) - len(largest):
        print(f"and {more:,} smaller sources; --json lists them all")
    print(f"estimated share of wrong labels: {quality.wrong_share.describe(percent=True)}")
    for given, suggested, count in quality.pairs:
        print(f"  {given} → {suggested}: {count:,}")
    print_remark(f"the rows are in {place}, the most doubtful first")


def _describe_neighbour(doubts: LabelDoubts, row: int) -> str:
    if row < 0:
        return ""
    place = doubts.rows.place[row]
    return f"{doubts.rows.id[row]} ({doubts.given[row]}; {legible_name(place.file)}, {place.line})"
