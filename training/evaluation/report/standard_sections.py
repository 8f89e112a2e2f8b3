"""The results of an evaluation as the parts of a report: which tables and pictures, and how to read them."""

from collections.abc import Sequence

from model.comment import LABELS
from training.evaluation.report.pictures import Series, bars, caught_curve, confusion_heat, dots, reliability_diagram
from training.evaluation.report.sections import Cell, Estimate, Picture, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import Estimates, EvaluationResults, SliceResult, SourceResult
from training.evaluation.scoreboard import METRICS
from training.evaluation.slices import IDENTITY_FAMILY
from training.evaluation.source_metrics import ABUSIVE_FPR, HATEFUL_FPR

__all__ = ["HEADLINES", "build_sections"]

HEADLINES = (
    ("caught_abusive", "abusive comments caught", "at 5 % false alarms on clean conversation, mean of sources", True),
    ("caught_hateful", "hateful comments caught", "at 1 % false alarms on clean conversation, mean of sources", True),
    ("auc_abusive", "AUC abusive", "mean of sources", False),
    ("auc_hateful", "AUC hateful", "mean of sources", False),
    ("macro_f1", "macro-F1 of the labels", "mean of the sources with three labels", False),
    ("calibration_error", "calibration error", "of P(abusive), pooled, at the stated prior", False),
)
"""Figure, its name, what it is of, and whether it is a share: what a reader sees first."""

_SHOWN = 40
_FEWEST = 10
_COLUMNS = (
    ReportColumn("source"),
    *(
        ReportColumn("rows"),
        ReportColumn("AUC abusive"),
        ReportColumn("AUC hateful"),
        ReportColumn("AP abusive"),
        ReportColumn("AP hateful"),
    ),
    *(
        ReportColumn("caught abusive", percent=True),
        ReportColumn("caught hateful", percent=True),
        ReportColumn("false alarms", percent=True),
    ),
    *(ReportColumn("accuracy", percent=True), ReportColumn("macro-F1"), ReportColumn("calibration error")),
)


def build_sections(results: EvaluationResults) -> list[ReportSection]:
    """Return the parts of a report that every evaluation has."""
    shown = _largest(results.sources)
    return [
        _caught(results, shown),
        _sources(results, shown),
        _labels(results, shown),
        _calibration(results),
        _identity([one for one in results.slices if one.family == IDENTITY_FAMILY]),
        _slices([one for one in results.slices if one.family != IDENTITY_FAMILY]),
        _mistakes(results),
    ]


def _largest(sources: Sequence[SourceResult]) -> list[SourceResult]:
    kept = sorted(sources, key=lambda one: -one.rows)[:_SHOWN]
    return [one for one in sources if one in kept]


def _series(name: str, figure: str, of: Sequence[SourceResult] | Sequence[SliceResult], colour: int = 0) -> Series:
    return Series(name, [one.figures[figure] for one in of], colour)


def _caught(results: EvaluationResults, shown: Sequence[SourceResult]) -> ReportSection:
    introduction = (
        "What a moderator feels: how much of the abuse is caught when the threshold is set so that 5 % of clean conversation is "
        "flagged as abusive, or 1 % as hateful. "
    )
    if not results.clean_rows:
        return ReportSection(
            "Caught at a fixed false-alarm rate", introduction + "No row here is clean conversation, so it cannot be told."
        )
    introduction += f"Clean conversation is {results.clean_rows:,} rows known to be fine, of {_listed(results.clean)}."
    curve = caught_curve(
        "Caught, for every false-alarm rate",
        "Mean over the sources. The dashed lines mark 5 % and 1 % of clean conversation; further left and higher is better.",
        curves=[(one.question, one.false_alarms, one.caught) for one in results.curves],
        marks=(HATEFUL_FPR, ABUSIVE_FPR),
    )
    any_caught = [one for one in shown if one.figures["caught_abusive"] or one.figures["caught_hateful"]]
    by_source = bars(
        "Caught, by source",
        "Share of the abusive comments above the 5 % point and of the hateful ones above the 1 % point, with 95 % intervals.",
        names=[one.source for one in any_caught],
        series=[_series("abusive", "caught_abusive", any_caught), _series("hateful", "caught_hateful", any_caught, 1)],
    )
    fine = [one for one in shown if one.figures["false_alarms"]]
    alarms = bars(
        "False alarms, by source",
        "Share of each source's fine comments above the 5 % point. Over all clean conversation that is 5 % by definition; more "
        "elsewhere shows where innocent comments look like abuse.",
        names=[one.source for one in fine],
        series=[_series("fine comments flagged", "false_alarms", fine, 2)],
        line=ABUSIVE_FPR,
    )
    points = ReportTable(
        "The two points: the scores that so much of clean conversation exceeds",
        (ReportColumn("question"), ReportColumn("false alarms", percent=True), ReportColumn("score")),
        (
            ("abusive", ABUSIVE_FPR, results.points["abusive"]),
            ("hateful", HATEFUL_FPR, results.points["hateful"]),
        ),
    )
    return ReportSection(
        "Caught at a fixed false-alarm rate", introduction, (points,), (curve, by_source, alarms) if any_caught else (alarms,)
    )


def _sources(results: EvaluationResults, shown: Sequence[SourceResult]) -> ReportSection:
    rows: list[Sequence[Cell]] = [(one.source, one.rows, *_cells(one.figures)) for one in shown]
    rows.append(("mean of sources", None, *_cells(results.mean)))
    rows.append(("all rows pooled", results.rows, *_cells(results.pooled)))
    more = len(results.sources) - len(shown)
    caption = "All figures by source" + (f" ({more:,} smaller sources are in report.json)" if more else "")
    counts = ReportTable(
        "What is known of the rows",
        (
            ReportColumn("source"),
            *(ReportColumn(name) for name in ("rows", "fine", "abusive", "hateful", "not hateful", "clean conversation")),
        ),
        [(s.source, s.rows, s.fine, s.abusive, s.hateful, s.not_hateful, "yes" if s.clean and s.fine else "no") for s in shown],
    )
    ranked = [one for one in shown if one.figures["auc_abusive"] or one.figures["auc_hateful"]]
    picture = dots(
        "AUC, by source",
        "The chance that an abusive (hateful) comment scores higher than one that is not. 0.5 is a coin, 1 is perfect.",
        names=[one.source for one in ranked],
        series=[_series("abusive", "auc_abusive", ranked), _series("hateful", "auc_hateful", ranked, 1)],
        bounds=(0.4, 1.0),
        line=0.5,
    )
    introduction = (
        "Each source answers what it can: a dash means that it does not answer the question both ways. The mean gives every "
        "source the same weight; pooled figures treat all rows as one source. Average precision (AP) depends on how common abuse is in a "
        "source, so compare it only within one. Small print under a figure is its 95 % interval."
    )
    return ReportSection("Every source", introduction, (ReportTable(caption, _COLUMNS, rows), counts), (picture,) if ranked else ())


def _cells(figures: Estimates) -> list[Estimate | None]:
    return [figures[name] for name in METRICS]


def _labels(results: EvaluationResults, shown: Sequence[SourceResult]) -> ReportSection:
    introduction = "The label that the service gives, against the human one, on the sources with at least five rows of each label."
    if results.confusion is None:
        return ReportSection("The three labels", introduction + " No source has them.")
    three = [one for one in shown if one.confusion]
    heat = confusion_heat(
        "Confusion matrix",
        "Rows are what comments are, columns what they were called; the shade is the share of the row.",
        names=[str(label) for label in LABELS],
        counts=results.confusion,
    )
    scores = dots(
        "Macro-F1 and accuracy, by source",
        "Macro-F1 gives each label the same weight, accuracy each comment.",
        names=[one.source for one in three],
        series=[_series("macro-F1", "macro_f1", three), _series("accuracy", "accuracy", three, 1)],
    )
    shares = ReportTable(
        "Shares of each label's comments, with intervals",
        (ReportColumn("is"), *(ReportColumn(f"called {label}", percent=True) for label in LABELS)),
        [(label, *(figures[name] for name in LABELS)) for label, figures in results.recall.items()],
    )
    return ReportSection("The three labels", introduction, (shares,), (heat, scores))


def _calibration(results: EvaluationResults) -> ReportSection:
    introduction = (
        "When P(abusive) says 30 %, is the comment abusive in 30 of 100 cases? Rows are weighted so that "
        f"{100 * results.prior:.3g} % of them are abusive, which is what the artefact states; only sources with fine and abusive "
        "rows count. The calibration error is the mean distance from the diagonal."
    )
    if not results.reliability:
        return ReportSection("Calibration", introduction + " No source has both, so it cannot be told.")
    points = [(one.said, one.observed) for one in results.reliability if one.said is not None and one.observed is not None]
    diagram = reliability_diagram(
        "Reliability diagram",
        "Marks on the dashed diagonal are right; below it the artefact says too much, above it too little.",
        points=points,
        shares=[one.share for one in results.reliability],
    )
    table = ReportTable(
        "The ten bins",
        (
            ReportColumn("P(abusive)"),
            ReportColumn("rows"),
            *(ReportColumn(name, percent=True) for name in ("share of comments", "mean said", "true")),
        ),
        [(f"{one.low:.1f} to {one.high:.1f}", one.rows, one.share, one.said, one.observed) for one in results.reliability],
    )
    error = ReportTable(
        "Calibration error",
        (ReportColumn("of"), ReportColumn("error")),
        (("all rows pooled", results.pooled["calibration_error"]), ("mean of sources", results.mean["calibration_error"])),
    )
    return ReportSection("Calibration", introduction, (error, table), (diagram,))


def _identity(groups: Sequence[SliceResult]) -> ReportSection:
    introduction = (
        "Is a comment judged by what it says, or by whom it names? For comments that name a group: how many fine ones are flagged at the "
        "5 % point, and three AUCs (Borkan et al. 2019). Subgroup: among comments that name the group. BPSN: fine comments that name it "
        "against abuse that does not; low means that the name alone raises the score. BNSP: abuse that names it against fine comments that "
        "do not; low means that abuse of the group is missed."
    )
    shown = [one for one in groups if one.fine >= _FEWEST or one.not_hateful >= _FEWEST]
    if not shown:
        return ReportSection("Identity terms", introduction + f" No group is named in {_FEWEST} innocent comments.")
    introduction += f" Shown are groups with at least {_FEWEST} innocent comments; the wider the whisker, the fewer there are."
    return ReportSection("Identity terms", introduction, _slice_tables(shown, "group"), _identity_pictures(shown))


def _identity_pictures(shown: Sequence[SliceResult]) -> tuple[Picture, ...]:
    fine = [one for one in shown if one.fine >= _FEWEST]
    names = [one.name for one in fine]
    alarms = bars(
        "Fine comments flagged, by group named",
        "Share of the fine comments that name the group above the 5 % point; the dashed line is clean conversation.",
        names=names,
        series=[_series("fine comments flagged", "false_alarms", fine, 2)],
        line=ABUSIVE_FPR,
    )
    pictures = [alarms] if fine else []
    for question, of in (("abusive", fine), ("hateful", [one for one in shown if one.not_hateful >= _FEWEST])):
        series = [
            _series(name, f"{figure}_{question}", of, colour)
            for colour, (name, figure) in enumerate((("subgroup", "auc"), ("BPSN", "bpsn"), ("BNSP", "bnsp")))
        ]
        if of:
            title = f"AUC of {question}, by group named"
            names = [one.name for one in of]
            pictures.append(
                dots(
                    title, "Marks of one group close to each other: the name matters little.", names=names, series=series, bounds=(0.4, 1.0)
                )
            )
    return tuple(pictures)


def _slices(slices: Sequence[SliceResult]) -> ReportSection:
    shown = [one for one in slices if one.rows]
    introduction = "Where the judgement is weaker: by length, swearing, language, capitals and emoji, told from the text alone."
    names = [f"{one.family}: {one.name}" for one in shown]
    alarms = bars(
        "Flagged and caught, by kind of comment",
        "Fine comments flagged and abusive ones caught at the 5 % point.",
        names=names,
        series=[_series("fine, flagged", "false_alarms", shown, 2), _series("abusive, caught", "caught_abusive", shown)],
        line=ABUSIVE_FPR,
    )
    aucs = dots(
        "AUC, by kind of comment",
        "Among comments of that kind, of the sources that answer both ways.",
        names=names,
        series=[_series("abusive", "auc_abusive", shown), _series("hateful", "auc_hateful", shown, 1)],
        bounds=(0.4, 1.0),
    )
    return ReportSection("Kinds of comment", introduction, _slice_tables(shown, "kind"), (alarms, aucs))


def _slice_tables(shown: Sequence[SliceResult], what: str) -> tuple[ReportTable, ...]:
    names = [one.name if one.family == IDENTITY_FAMILY else f"{one.family}: {one.name}" for one in shown]
    shares = (
        *(("false_alarms", "fine, flagged at 5 %"), ("false_alarms_hateful", "not hateful, flagged at 1 %")),
        *(("caught_abusive", "abusive, caught"), ("caught_hateful", "hateful, caught")),
    )
    first = ReportTable(
        f"Flagged and caught, by {what}",
        (
            ReportColumn(what),
            ReportColumn("rows"),
            ReportColumn("fine"),
            ReportColumn("abusive"),
            *(ReportColumn(title, percent=True) for _, title in shares),
        ),
        [
            (name, one.rows, one.fine, one.abusive, *(one.figures[figure] for figure, _ in shares))
            for name, one in zip(names, shown, strict=True)
        ],
    )
    kinds = (("auc", "subgroup"), ("bpsn", "BPSN"), ("bnsp", "BNSP"))
    figures = [(f"{kind}_{question}", f"{title}, {question}") for question in ("abusive", "hateful") for kind, title in kinds]
    second = ReportTable(
        f"AUC, by {what}",
        (ReportColumn(what), *(ReportColumn(title) for _, title in figures)),
        [(name, *(one.figures[figure] for figure, _ in figures)) for name, one in zip(names, shown, strict=True)],
    )
    return first, second


def _mistakes(results: EvaluationResults) -> ReportSection:
    columns = tuple(ReportColumn(name) for name in ("what", "source", "id", "file", "line", "P(abusive)"))
    rows = [(one.kind, one.source, one.id, one.file, one.line, one.score) for one in results.mistakes]
    introduction = (
        "The fine comments with the highest and the abusive ones with the lowest score: look them up in the tables, their text is not "
        "repeated here. Some will be mistakes of the labels."
    )
    return ReportSection("The worst mistakes", introduction, (ReportTable("Rows judged most wrongly", columns, rows),))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
