"""The sections about slices: comments that name a group of people, and kinds of comment such as very short ones."""

from collections.abc import Sequence

from training.evaluation.report.row_charts import Series, bar_chart, dot_chart
from training.evaluation.report.sections import Picture, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import SliceResult
from training.evaluation.slices import IDENTITY_FAMILY
from training.metrics.metric_names import (
    AUC_ABUSIVE,
    AUC_HATEFUL,
    FALSE_POSITIVE_RATE,
    FALSE_POSITIVE_RATE_HATEFUL,
    RECALL_ABUSIVE,
    RECALL_HATEFUL,
)
from training.metrics.source_metrics import ABUSIVE_FPR

__all__ = ["identity_section", "kinds_section"]

_FEWEST_INNOCENT = 10  # comments that name a group, for the group to be listed
_BORKAN = (("auc", "subgroup"), ("bpsn", "BPSN"), ("bnsp", "BNSP"))


def identity_section(slices: Sequence[SliceResult]) -> ReportSection:
    """Return the section about comments that name a group of people; slices of other families are ignored."""
    introduction = (
        "Is a comment judged by what it says, or by whom it names? For comments that name a group: how many fine ones are flagged at the "
        "5 % threshold, and three AUCs (Borkan et al. 2019). Subgroup: among comments that name the group. BPSN: fine comments that name "
        "it against abuse that does not; low means that the name alone raises the score. BNSP: abuse that names it against fine comments "
        "that do not; low means that abuse of the group is missed."
    )
    groups = [
        group
        for group in slices
        if group.family == IDENTITY_FAMILY and (group.fine >= _FEWEST_INNOCENT or group.not_hateful >= _FEWEST_INNOCENT)
    ]
    if not groups:
        return ReportSection("Identity terms", introduction + f" No group is named in {_FEWEST_INNOCENT} innocent comments.")
    introduction += f" Listed are groups with at least {_FEWEST_INNOCENT} innocent comments; the wider the whisker, the fewer there are."
    names = [group.name for group in groups]
    return ReportSection("Identity terms", introduction, _tables(groups, names, heading="group"), _identity_pictures(groups))


def kinds_section(slices: Sequence[SliceResult]) -> ReportSection:
    """Return the section about kinds of comment: all families but the groups of people."""
    kinds = [kind for kind in slices if kind.family != IDENTITY_FAMILY and kind.rows]
    introduction = "Where the judgement is weaker: by length, swearing, language, capitals and emoji, recognised by the text alone."
    names = [f"{kind.family}: {kind.name}" for kind in kinds]
    shares = bar_chart(
        "Flagged, by kind of comment",
        "Share of fine comments and of abusive ones above the 5 % threshold.",
        names=names,
        series=[_series("fine, flagged", FALSE_POSITIVE_RATE, kinds, 2), _series("abusive, flagged", RECALL_ABUSIVE, kinds)],
        reference=ABUSIVE_FPR,
    )
    aucs = dot_chart(
        "AUC, by kind of comment",
        "Among comments of that kind, of the sources that answer both ways.",
        names=names,
        series=[_series("abusive", AUC_ABUSIVE, kinds), _series("hateful", AUC_HATEFUL, kinds, 1)],
        bounds=(0.4, 1.0),
    )
    return ReportSection("Kinds of comment", introduction, _tables(kinds, names, heading="kind"), (shares, aucs))


def _series(name: str, metric: str, slices: Sequence[SliceResult], colour: int = 0) -> Series:
    return Series(name, [result.figures[metric] for result in slices], colour)


def _identity_pictures(groups: Sequence[SliceResult]) -> tuple[Picture, ...]:
    with_fine = [group for group in groups if group.fine >= _FEWEST_INNOCENT]
    with_not_hateful = [group for group in groups if group.not_hateful >= _FEWEST_INNOCENT]
    pictures = []
    if with_fine:
        pictures.append(
            bar_chart(
                "Fine comments flagged, by group named",
                "Share of the fine comments that name the group above the 5 % threshold; the dashed line is clean conversation.",
                names=[group.name for group in with_fine],
                series=[_series("fine comments flagged", FALSE_POSITIVE_RATE, with_fine, 2)],
                reference=ABUSIVE_FPR,
            )
        )
    for question, listed in (("abusive", with_fine), ("hateful", with_not_hateful)):
        if listed:
            pictures.append(
                dot_chart(
                    f"AUC of {question}, by group named",
                    "Marks of one group close to each other: the name matters little.",
                    names=[group.name for group in listed],
                    series=[_series(name, f"{auc}_{question}", listed, colour) for colour, (auc, name) in enumerate(_BORKAN)],
                    bounds=(0.4, 1.0),
                )
            )
    return tuple(pictures)


def _tables(slices: Sequence[SliceResult], names: Sequence[str], *, heading: str) -> tuple[ReportTable, ...]:
    shares = {
        FALSE_POSITIVE_RATE: "fine, flagged at 5 %",
        FALSE_POSITIVE_RATE_HATEFUL: "not hateful, flagged at 1 %",
        RECALL_ABUSIVE: "abusive, flagged at 5 %",
        RECALL_HATEFUL: "hateful, flagged at 1 %",
    }
    counts = tuple(ReportColumn(name) for name in (heading, "rows", "fine", "abusive"))
    flagged = ReportTable(
        f"Flagged, by {heading}",
        (*counts, *(ReportColumn(title, percent=True) for title in shares.values())),
        [
            (name, result.rows, result.fine, result.abusive, *(result.figures[metric] for metric in shares))
            for name, result in zip(names, slices, strict=True)
        ],
    )
    aucs = {f"{auc}_{question}": f"{title}, {question}" for question in ("abusive", "hateful") for auc, title in _BORKAN}
    areas = ReportTable(
        f"AUC, by {heading}",
        (ReportColumn(heading), *(ReportColumn(title) for title in aucs.values())),
        [(name, *(result.figures[metric] for metric in aucs)) for name, result in zip(names, slices, strict=True)],
    )
    return flagged, areas
