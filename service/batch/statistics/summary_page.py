"""What a run came to, as a page with pictures that needs nothing from elsewhere."""

from collections.abc import Iterable, Mapping

from model.comment import LABELS
from service.batch.job import Summary
from service.batch.statistics.charts import histogram, shares_over_time
from service.batch.statistics.summary import over_time
from service.batch.statistics.top_names import Ranking

__all__ = ["as_page"]

_NAMES = 25
_Row = tuple[str, list[str]]


def as_page(summary: Summary, *, shown: str) -> str:
    """Return the page.

    Args:
        summary: what it tells.
        shown: what the output is called.
    """
    import jinja2

    loader = jinja2.PackageLoader("service", "batch/statistics")
    page = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined).get_template("summary.html.j2")
    tally, when = summary.tally, over_time(summary)
    return page.render(
        shown=shown,
        summary=summary,
        labels=_shares(summary.labels),
        verdicts=_shares(summary.verdicts),
        over_time=shares_over_time(when, names=list(map(str, LABELS))) if when else None,
        unit="month" if any(len(name) == len("2024-01") for name in when) else "day",
        abusive=histogram(tally.abusive.tolist(), class_="label1"),
        hateful=histogram(tally.hateful.tolist(), class_="label2"),
        rankings=list(_rankings({("By author", "author"): tally.authors, ("By thread", "thread"): tally.threads})),
        reasons=[(name, [f"{count:,}"]) for name, count in summary.reasons.items()],
        left_out=[(name, [f"{count:,}"]) for name, count in tally.left_out.most_common()],
        files=[
            (file.name, [file.columns.text, file.columns.id or "the row number"] if file.columns else ["empty", ""])
            for file in summary.files
        ],
    )


def _shares(counts: Mapping[str, int]) -> list[_Row]:
    total = max(sum(counts.values()), 1)
    return [(name, [f"{count:,}", f"{count / total:.1%}"]) for name, count in counts.items()]


def _rankings(found: Mapping[tuple[str, str], Ranking]) -> Iterable[tuple[str, str, int, int, list[_Row]]]:
    for (title, first), ranking in found.items():
        rows = [(name, [f"{count:,}" for count in (*counts, sum(counts[1:]))]) for name, counts in ranking.worst(_NAMES)]
        if rows:
            yield title, first, len(ranking), ranking.missed, rows
