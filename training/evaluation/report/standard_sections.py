"""The sections that every report has: the tables and pictures of its results, with introductions that say how to read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.comment import LABELS
from training.evaluation.report.curve_charts import recall_chart
from training.evaluation.report.diagrams import confusion_heatmap, reliability_diagram
from training.evaluation.report.row_charts import Series, bar_chart, dot_chart
from training.evaluation.report.sections import Cell, ReportColumn, ReportSection, ReportTable
from training.evaluation.report.slice_sections import identity_section, kinds_section
from training.evaluation.results import Estimates, EvaluationResults, SourceResult
from training.metrics.estimate import Estimate
from training.metrics.metric_names import (
    ACCURACY,
    AUC_ABUSIVE,
    AUC_HATEFUL,
    CALIBRATION_ERROR,
    FALSE_POSITIVE_RATE,
    MACRO_F1,
    METRICS,
    RECALL_ABUSIVE,
    RECALL_HATEFUL,
)
from training.metrics.source_metrics import ABUSIVE_FPR, HATEFUL_FPR

__all__ = ["HEADLINES", "build_sections"]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that a reader sees first.

    Attributes:
        metric: its key.
        title: its name.
        note: under which conditions and of which rows it is measured.
        percent: whether it is a share.
    """

    metric: str
    title: str
    note: str
    percent: bool = False


HEADLINES = (
    Headline(RECALL_ABUSIVE, "recall of abusive comments", "at 5 % false positives on clean conversation, mean of sources", percent=True),
    Headline(RECALL_HATEFUL, "recall of hateful comments", "at 1 % false positives on clean conversation, mean of sources", percent=True),
    Headline(AUC_ABUSIVE, "AUC abusive", "mean of sources"),
    Headline(AUC_HATEFUL, "AUC hateful", "mean of sources"),
    Headline(MACRO_F1, "macro-F1 of the labels", "mean of the sources with three labels"),
    Headline(CALIBRATION_ERROR, "calibration error", "of P(abusive), pooled, at the stated prior"),
)
"""The figures at the top of a page and below a table in the terminal."""

_MOST_SOURCES = 40
_MISTAKES = {"false alarm": "false positive", "missed": "false negative"}
_MOST_NAMES = 12
_RECALL_TITLE = "Recall at a fixed false-positive rate"
_METRIC_COLUMNS = (
    ReportColumn("source"),
    *(ReportColumn(name) for name in ("rows", "AUC abusive", "AUC hateful", "AP abusive", "AP hateful")),
    *(ReportColumn(name, percent=True) for name in ("recall abusive", "recall hateful", "false-positive rate", "accuracy")),
    *(ReportColumn("macro-F1"), ReportColumn("calibration error")),
)


def build_sections(results: EvaluationResults) -> list[ReportSection]:
    """Return the sections that every report has, in their order."""
    sources = _largest(results.sources)
    return [
        _recall_section(results, sources),
        _sources_section(results, sources),
        _labels_section(results, sources),
        _calibration_section(results),
        identity_section(results.slices),
        kinds_section(results.slices),
        _mistakes_section(results),
    ]


def _largest(sources: Sequence[SourceResult]) -> list[SourceResult]:
    largest = sorted(sources, key=lambda source: -source.rows)[:_MOST_SOURCES]
    return [source for source in sources if source in largest]


def _series(name: str, metric: str, sources: Sequence[SourceResult], colour: int = 0) -> Series:
    return Series(name, [source.figures[metric] for source in sources], colour)


def _recall_section(results: EvaluationResults, sources: Sequence[SourceResult]) -> ReportSection:
    introduction = (
        "What a moderator feels: how much of the abuse is found when the threshold is set so that 5 % of clean conversation is "
        "flagged as abusive, or 1 % as hateful. "
    )
    if not results.clean_rows:
        return ReportSection(_RECALL_TITLE, introduction + "No row here is clean conversation, so it cannot be measured.")
    introduction += f"Clean conversation is {results.clean_rows:,} rows known to be fine, of {_join_names(results.clean)}."
    recall_curves = recall_chart(
        "Recall, for every false-positive rate",
        "Mean over the sources. The dashed lines mark 5 % and 1 % of clean conversation; further left and higher is better.",
        curves=[(curve.question, curve.false_positive_rates, curve.recalls) for curve in results.curves],
        marks=(HATEFUL_FPR, ABUSIVE_FPR),
    )
    with_recall = [source for source in sources if source.figures[RECALL_ABUSIVE] or source.figures[RECALL_HATEFUL]]
    recalls = bar_chart(
        "Recall, by source",
        "Share of the abusive comments above the 5 % threshold and of the hateful ones above the 1 % threshold, with 95 % intervals.",
        names=[source.source for source in with_recall],
        series=[_series("abusive", RECALL_ABUSIVE, with_recall), _series("hateful", RECALL_HATEFUL, with_recall, 1)],
    )
    with_fine = [source for source in sources if source.figures[FALSE_POSITIVE_RATE]]
    false_positives = bar_chart(
        "False positives, by source",
        "Share of each source's fine comments above the 5 % threshold. Over all clean conversation that is 5 % by definition; more "
        "elsewhere shows where innocent comments look like abuse.",
        names=[source.source for source in with_fine],
        series=[_series("fine comments flagged", FALSE_POSITIVE_RATE, with_fine, 2)],
        reference=ABUSIVE_FPR,
    )
    thresholds = ReportTable(
        "The two thresholds: the scores that so much of clean conversation exceeds",
        (ReportColumn("question"), ReportColumn("false-positive rate", percent=True), ReportColumn("score")),
        (
            ("abusive", ABUSIVE_FPR, results.thresholds["abusive"]),
            ("hateful", HATEFUL_FPR, results.thresholds["hateful"]),
        ),
    )
    pictures = (recall_curves, recalls, false_positives) if with_recall else (false_positives,)
    return ReportSection(_RECALL_TITLE, introduction, (thresholds,), pictures)


def _sources_section(results: EvaluationResults, sources: Sequence[SourceResult]) -> ReportSection:
    rows: list[Sequence[Cell]] = [(source.source, source.rows, *_metric_cells(source.figures)) for source in sources]
    rows.append(("mean of sources", None, *_metric_cells(results.mean)))
    rows.append(("all rows pooled", results.rows, *_metric_cells(results.pooled)))
    more = len(results.sources) - len(sources)
    caption = "All figures by source" + (f" ({more:,} smaller sources are in report.json)" if more else "")
    counts = ReportTable(
        "What is known of the rows",
        (
            ReportColumn("source"),
            *(ReportColumn(name) for name in ("rows", "fine", "abusive", "hateful", "not hateful", "clean conversation")),
        ),
        [
            (
                source.source,
                source.rows,
                source.fine,
                source.abusive,
                source.hateful,
                source.not_hateful,
                "yes" if source.clean and source.fine else "no",
            )
            for source in sources
        ],
    )
    with_auc = [source for source in sources if source.figures[AUC_ABUSIVE] or source.figures[AUC_HATEFUL]]
    picture = dot_chart(
        "AUC, by source",
        "The chance that an abusive (hateful) comment scores higher than one that is not. 0.5 is a coin, 1 is perfect.",
        names=[source.source for source in with_auc],
        series=[_series("abusive", AUC_ABUSIVE, with_auc), _series("hateful", AUC_HATEFUL, with_auc, 1)],
        bounds=(0.4, 1.0),
        reference=0.5,
    )
    introduction = (
        "Each source answers what it can: a dash means that its rows do not answer the question both ways. The mean gives every "
        "source the same weight; pooled figures treat all rows as one source. Average precision (AP) depends on how common abuse is in a "
        "source, so compare it only within one. Small print under a figure is its 95 % interval."
    )
    return ReportSection(
        "Every source", introduction, (ReportTable(caption, _METRIC_COLUMNS, rows), counts), (picture,) if with_auc else ()
    )


def _metric_cells(figures: Estimates) -> list[Estimate | None]:
    return [figures[metric] for metric in METRICS]


def _labels_section(results: EvaluationResults, sources: Sequence[SourceResult]) -> ReportSection:
    introduction = "The label that the service gives, against the human one, on the sources with at least five rows of each label."
    if results.confusion is None:
        return ReportSection("The three labels", introduction + " No source has them.")
    with_labels = [source for source in sources if source.confusion]
    heatmap = confusion_heatmap(
        "Confusion matrix",
        "Rows are true labels, columns predicted ones; the shade is the share of the row.",
        names=[str(label) for label in LABELS],
        counts=results.confusion,
    )
    scores = dot_chart(
        "Macro-F1 and accuracy, by source",
        "Macro-F1 gives each label the same weight, accuracy each comment.",
        names=[source.source for source in with_labels],
        series=[_series("macro-F1", MACRO_F1, with_labels), _series("accuracy", ACCURACY, with_labels, 1)],
    )
    shares = ReportTable(
        "Shares of each label's comments, with intervals",
        (ReportColumn("true label"), *(ReportColumn(f"predicted {label}", percent=True) for label in LABELS)),
        [(label, *(figures[name] for name in LABELS)) for label, figures in results.recall.items()],
    )
    return ReportSection("The three labels", introduction, (shares,), (heatmap, scores))


def _calibration_section(results: EvaluationResults) -> ReportSection:
    introduction = (
        "When P(abusive) is 30 %, is the comment abusive in 30 of 100 cases? Rows are weighted so that "
        f"{100 * results.prior:.3g} % of them are abusive, which is what the artefact states; only sources with fine and abusive "
        "rows count. The calibration error is the mean distance from the diagonal."
    )
    if not results.reliability:
        return ReportSection("Calibration", introduction + " No source has both, so it cannot be measured.")
    bins = results.reliability
    diagram = reliability_diagram(
        "Reliability diagram",
        "Marks on the dashed diagonal are right; below it the artefact predicts too much, above it too little.",
        points=[
            (reliability.predicted, reliability.observed)
            for reliability in bins
            if reliability.predicted is not None and reliability.observed is not None
        ],
        shares=[reliability.share for reliability in bins],
    )
    table = ReportTable(
        "The ten bins",
        (
            *(ReportColumn("P(abusive)"), ReportColumn("rows")),
            *(ReportColumn(name, percent=True) for name in ("share of comments", "mean predicted", "observed")),
        ),
        [
            (
                f"{reliability.low:.1f} to {reliability.high:.1f}",
                reliability.rows,
                reliability.share,
                reliability.predicted,
                reliability.observed,
            )
            for reliability in bins
        ],
    )
    error = ReportTable(
        "Calibration error",
        (ReportColumn("rows"), ReportColumn("error")),
        (("all rows pooled", results.pooled[CALIBRATION_ERROR]), ("mean of sources", results.mean[CALIBRATION_ERROR])),
    )
    return ReportSection("Calibration", introduction, (error, table), (diagram,))


def _mistakes_section(results: EvaluationResults) -> ReportSection:
    columns = tuple(ReportColumn(name) for name in ("mistake", "source", "id", "file", "line", "P(abusive)"))
    rows = [
        (_MISTAKES[mistake.kind], mistake.source, mistake.id, mistake.file, mistake.line, mistake.score) for mistake in results.mistakes
    ]
    introduction = (
        "The fine comments with the highest and the abusive ones with the lowest score: look them up in the tables, their text is not "
        "repeated here. Some will be mistakes of the labels."
    )
    return ReportSection("The worst mistakes", introduction, (ReportTable("Rows judged most wrongly", columns, rows),))


def _join_names(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")
