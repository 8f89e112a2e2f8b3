"""Composes the model card of an artefact: its purpose, its training data, its metrics and its limits."""

from collections.abc import Mapping
from typing import Any

from model.artefact.manifest import AttributeEvidence, Description
from training.authored.authored_rows import AUTHORED_SOURCE
from training.fit.attribute_fit import LEAST_AUC
from training.shipped_model.sources import ALL_SOURCES
from training.shipped_model.synthetic_rows import SYNTHETIC_SOURCE

__all__ = ["compose_model_card"]

_ONE_READER = "A linear model over hashed n-grams of words and letters, two heads, 8-bit weights; plain arrays, no code."
_TWO_READERS = """Two readers, put together by a calibrated map. The first is a linear model over hashed n-grams of words and letters,
two heads, 8-bit weights. The second, asked where its word may change the label, is a small transformer that knows word
order, 8-bit weights, trained further from the pretrained weights that NOTICE names; an ONNX graph, no code of its own."""
_FIGURES = {
    "auc_hateful": "AUC hateful",
    "auc_abusive": "AUC abusive",
    "caught_abusive": "recall of abusive comments at a false-positive rate of 5 % on clean conversation",
    "caught_hateful": "recall of hateful comments at a false-positive rate of 1 %",
    "macro_f1": "macro-F1 of the three labels",
}
_SHIPPED_TITLE = "the classifier that ships with Tipstaff"
_PUBLIC_DATA = "Public research data. The licences are as seen in the copies used; no text of theirs is in the artefact."
_OWN_DATA = "Labelled tables that `make train` was given, and comments written for Tipstaff; no text of theirs is in the artefact."

_CARD = """# Model card: {title}

**What it does.** It labels English comments *fine*, *toxic* (insults, threats, harassment without a protected target) or
*hateful* (attacks or demeans people for race, ethnicity, nationality, religion, gender, sexual orientation or disability),
with probabilities calibrated for a site where {prior.abusive:.0%} of the comments are abusive, a fifth of these hateful.

**What it is.** {readers}

**What it is for.** To help moderators: to sort what they should see first, to hold back the worst. Not for: deciding alone
about people, other languages than English, or measuring a person.

## How good it is

On dev rows that it was not fitted on (calibration and thresholds were chosen on them), means over the sources that answer:

{head}
{figures}

{calibration}Attribute heads, measured on rows of all sources together that they were not fitted on; half of those of the n-grams were
drawn because models err on them, those of both readers at random. Fine, toxic and hateful rows have the shares that they have
among all rows that were read again. A head is published only if at least 100 rows say yes and 100 no, and the lower end of the
95 % interval of the AUC of its n-grams is at least {least_auc}. Its probabilities are calibrated for as many comments with the attribute as
the column "share" says, which follows from the stated prior.

| attribute | yes / no | share | n-grams: AUC | both readers: AUC |
|---|---|---|---|---|
{attributes}

## Where it fails

It reads words, not the world: irony, insinuation and hate without hateful words pass; counter-speech that quotes
abuse, reclaimed words, and negation can be taken for abuse; comments that name a group are judged more severely than others.
Labels of the corpus are disputed in places, as labels of this kind are.

## What it was trained on

{data}

| source | rows | domain | origin | licence as seen |
|---|---|---|---|---|
{sources}
"""


def compose_model_card(description: Description, *, from_corpus: bool = True) -> str:
    """Return the model card of an artefact as Markdown.

    Args:
        description: what the manifest says of the artefact.
        from_corpus: whether it was trained on the public corpus, else on other labelled tables.
    """
    mean: Any = description.metrics["dev"]["MEAN"]  # type: ignore[index, call-overload]
    both: Any = description.metrics["profiles"]["both"] if "profiles" in description.metrics else {}  # type: ignore[index, call-overload]
    reread: Any = description.metrics.get("reread") or {}
    error = description.metrics["calibration_error"]
    sources = "\n".join(f"| {s.source} | {s.rows:,} | {_domain(s.source)} | {s.origin} | {s.licence} |" for s in description.data)
    of_both: Any = description.metrics.get("attributes", {})
    attributes = "\n".join(_attribute_row(name, evidence, of_both.get(name)) for name, evidence in description.attributes.items())
    return _CARD.format(
        title=_SHIPPED_TITLE if from_corpus else f"the classifier {description.name}",
        readers=_TWO_READERS if both else _ONE_READER,
        figures="\n".join(
            f"| {caption} | {_figure(mean[name])} |" + (f" {_figure(both[name])} |" if both else "") for name, caption in _FIGURES.items()
        ),
        head="| figure | n-grams alone | both readers |\n|---|---|---|" if both else "| figure | mean |\n|---|---|",
        calibration=_reread_table(reread) + _calibration_line(error),
        attributes=attributes or "| none | | | | |",
        data=_PUBLIC_DATA if from_corpus else _OWN_DATA,
        sources=sources,
        prior=description.prior,
        least_auc=LEAST_AUC,
    )


def _calibration_line(error: Any) -> str:
    return "" if error is None else f"The calibration error of P(abusive) at the stated prior is {error:.3f} by the n-grams alone.\n\n"


def _reread_table(figures: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return the figures of both readers on the rows that were read again and only report; empty without any."""
    if not figures:
        return ""
    lines = [f"| {caption} | {_figure(figures['ngrams'][name])} | {_figure(figures['both'][name])} |" for name, caption in _FIGURES.items()]
    return "On rows that were read again by the guide of the labels, and by which nothing was chosen:\n\n" + "\n".join(
        ["| figure | n-grams alone | both readers |", "|---|---|---|", *lines, "", ""]
    )


def _attribute_row(name: str, evidence: AttributeEvidence, of_both: Mapping[str, float] | None) -> str:
    both = "not measured" if of_both is None else f"{of_both['auc']:.3f} ({of_both['auc_low']:.3f} to {of_both['auc_high']:.3f})"
    ngrams = f"{evidence.auc:.3f} ({evidence.auc_low:.3f} to {evidence.auc_high or 1:.3f})"
    return f"| {name} | {evidence.positives:,} / {evidence.negatives:,} | {evidence.share or 0:.1%} | {ngrams} | {both} |"


def _figure(value: float | None) -> str:
    """Return a figure with three decimals, or that it was not measured."""
    return "not measured" if value is None else f"{value:.3f}"


def _domain(source: str) -> str:
    if source in {SYNTHETIC_SOURCE, AUTHORED_SOURCE}:
        return "comments of our own, from templates and written singly"
    return ALL_SOURCES[source].domain if source in ALL_SOURCES else "not stated"
