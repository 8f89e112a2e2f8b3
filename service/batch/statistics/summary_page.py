"""The summary of a run as an HTML page with charts, which loads nothing from elsewhere."""

from collections.abc import Iterable, Mapping

from model.comment import LABELS
from model.language.language_names import language_name
from service.batch.statistics.charts import histogram, shares_over_time
from service.batch.statistics.summary import MONTH_LENGTH, InputFile, RunSummary, counts_over_time
from service.batch.statistics.top_names import TopNames

__all__ = ["summary_page"]

_MAX_NAMES = 25
_TableRow = tuple[str, list[str]]


def summary_page(summary: RunSummary, *, output: str) -> str:
    """Render the page of a summary.

    Args:
        summary: the summary.
        output: the name of the output, for the title.
    """
    import jinja2

    loader = jinja2.PackageLoader("service", "batch/statistics")
    template = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined).get_template("summary.html.j2")
    counts, periods = summary.counts, counts_over_time(summary)
    return template.render(
        output=output,
        summary=summary,
        labels=_share_rows(summary.labels),
        verdicts=_share_rows(summary.verdicts),
        over_time=shares_over_time(periods, names=list(map(str, LABELS))) if periods else None,
        unit="month" if any(len(period) == MONTH_LENGTH for period in periods) else "day",
        abusive=histogram(counts.abusive.tolist(), css_class="label1"),
        hateful=histogram(counts.hateful.tolist(), css_class="label2"),
        rankings=list(_rankings({("By author", "author"): counts.authors, ("By thread", "thread"): counts.threads})),
        languages=[(language_name(tag), [f"{count:,}"]) for tag, count in summary.counts.languages.most_common()],
        reasons=[(name, [f"{count:,}"]) for name, count in summary.reasons.items()],
        left_out=[(name, [f"{count:,}"]) for name, count in counts.left_out.most_common()],
        files=[(file.name, [*_describe_columns(file), f"{file.rows:,}", f"{file.judged:,}"]) for file in summary.files],
        remarks=[(file.name, remark) for file in summary.files for remark in file.remarks],
    )


def _describe_columns(file: InputFile) -> list[str]:
    """Return where texts and ids of a file were found."""
    nowhere = "several columns" if file.judged else "nowhere"
    return [nowhere, ""] if file.columns is None else [file.columns.text, file.columns.id or "none"]


def _share_rows(counts: Mapping[str, int]) -> list[_TableRow]:
    total = max(sum(counts.values()), 1)
    return [(name, [f"{count:,}", f"{count / total:.1%}"]) for name, count in counts.items()]


def _rankings(top_names: Mapping[tuple[str, str], TopNames]) -> Iterable[tuple[str, str, int, int, list[_TableRow]]]:
    """Yield title, heading of the first column, number of names, ``missed`` and rows of each ranking that is not empty."""
    for (title, heading), names in top_names.items():
        rows = [(name, [f"{count:,}" for count in (*counts, sum(counts[1:]))]) for name, counts in names.most_abusive(_MAX_NAMES)]
        if rows:
            yield title, heading, len(names), names.missed, rows
