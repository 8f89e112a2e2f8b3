"""Makes the artefact that ships, from the public corpus; development tooling behind ``make train``."""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.artefact.manifest import DataSource, Description
from model.comment import Label
from model.errors import TipstaffError
from model.ngrams.feature_settings import FeatureSettings
from training.fit.ngram_weights import FitSettings
from training.fit.train import Trained, TrainJob, build
from training.fit.training_report import print_trained, progress_bar
from training.shipped_model.corpus import FOLDER, SOURCES, load_corpus
from training.shipped_model.synthetic_rows import lessons
from training.tables.labelled import Labelled, Place

__all__ = ["CLEAN", "build_default", "lesson_rows", "main", "model_card"]

CLEAN = ("cad", "convabuse", "jigsaw_subset", "paradetox", "wiki_context_toxicity")
"""Sources whose fine rows are ordinary conversation; the others were searched by key words."""

LESSONS_WEIGHT = 1.0
OUT = Path("model/default")
FIT = FitSettings(features=FeatureSettings(bits=20, pairs=0.7), epochs=8, sharing=0.9)


def lesson_rows() -> Labelled:
    """Return the comments of our own that teach what the corpora teach wrongly, as rows to learn from."""
    told = lessons()
    hateful = np.array([lesson.label is Label.HATEFUL for lesson in told], np.int8)
    return Labelled(
        text=[lesson.text for lesson in told],
        abusive=np.array([lesson.label is not Label.FINE for lesson in told], np.int8),
        hateful=hateful,
        source=["lessons"] * len(told),
        split=["train"] * len(told),
        id=[str(number) for number in range(len(told))],
        weight=np.full(len(told), LESSONS_WEIGHT),
        target=[lesson.group for lesson in told],
        attributes={},
        place=[Place("lessons", number) for number in range(1, len(told) + 1)],
    )


def _lessons_source() -> DataSource:
    told = lessons()
    digest = hashlib.sha256("\n".join(f"{lesson.label} {lesson.text}" for lesson in told).encode()).hexdigest()
    return DataSource(
        source="lessons", sha256=digest, rows=len(told), licence="Apache-2.0", origin="written for Tipstaff: training/shipped_model"
    )


def build_default(rows: Labelled, *, corpus: Path, out: Path = OUT, encoder: Path | None = None) -> Trained:
    """Train the artefact that ships and write it with its model card; the encoder of another artefact, or of the old one, may join."""
    data = [
        DataSource(
            source=path.stem,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            rows=rows.source.count(path.stem),
            licence=SOURCES[path.stem].licence,
            origin=SOURCES[path.stem].origin,
        )
        for path in sorted(corpus.glob("*.parquet"))
    ]
    data.append(_lessons_source())
    job = TrainJob(tables=(), out=out, name="default", fit=FIT, encoder=encoder)
    with progress_bar() as tell:
        return build(
            Labelled.concat([rows, lesson_rows()]),
            job=job,
            data=data,
            tell=tell,
            clean=CLEAN,
            documents=lambda description: {"MODEL_CARD.md": model_card(description)},
        )


def _domain(source: str) -> str:
    return SOURCES[source].domain if source in SOURCES else "comments of our own, from templates and written singly"


def model_card(description: Description) -> str:
    """Return the model card of an artefact: what it is for, what it was trained on, how good it is, where it fails."""
    mean: Any = description.metrics["dev"]["MEAN"]  # type: ignore[index, call-overload]
    both: Any = description.metrics["profiles"]["both"] if "profiles" in description.metrics else {}  # type: ignore[index, call-overload]
    sources = "\n".join(f"| {s.source} | {s.rows:,} | {_domain(s.source)} | {s.origin} | {s.licence} |" for s in description.data)
    heads = "\n".join(
        f"| {name} | {e.source} | {e.positives} / {e.negatives} | {e.auc:.3f} | {e.auc_low:.3f} |"
        for name, e in description.attributes.items()
    )
    return _CARD.format(
        reads=_BOTH if both else _NGRAMS,
        figures="\n".join(f"| {named} | {mean[name]:.3f} |" + (f" {both[name]:.3f} |" if both else "") for name, named in _FIGURES.items()),
        head="| figure | n-grams alone | both readers |\n|---|---|---|" if both else "| figure | mean |\n|---|---|",
        sources=sources,
        heads=heads or "| none | | | | |",
        prior=description.prior,
        error=description.metrics["calibration_error"],
    )


_NGRAMS = "A linear model over hashed n-grams of words and letters, two heads, 8-bit weights; plain arrays, no code."
_BOTH = """Two readers, put together by a calibrated map. The first is a linear model over hashed n-grams of words and letters,
two heads, 8-bit weights. The second, asked where its word may change the label, is a small transformer that knows word
order, 8-bit weights, trained further from the pretrained weights that NOTICE names; an ONNX graph, no code of its own."""
_FIGURES = {
    "auc_hateful": "AUC hateful",
    "auc_abusive": "AUC abusive",
    "caught_abusive": "abusive comments caught at 5 % false alarms on clean conversation",
    "caught_hateful": "hateful comments caught at 1 %",
    "macro_f1": "macro-F1 of the three labels",
}

_CARD = """# Model card: the classifier that ships with Tipstaff

**What it does.** It labels English comments *fine*, *toxic* (insults, threats, harassment without a protected target) or
*hateful* (attacks or demeans people for race, ethnicity, nationality, religion, gender, sexual orientation or disability),
with probabilities calibrated for a site where {prior.abusive:.0%} of the comments are abusive, a fifth of these hateful.

**What it is.** {reads}

**What it is for.** To help moderators: to sort what they should see first, to hold back the worst. Not for: deciding alone
about people, other languages than English, or measuring a person.

## How good it is

On dev rows that it was not fitted on (calibration and thresholds were chosen on them), means over the sources that answer:

{head}
{figures}

The calibration error of P(abusive) at the stated prior is {error:.3f} by the n-grams alone.

Attribute heads, each with the source that shows it best; one is published only if at least 100 dev rows say yes and 100 no,
and the lower bound of its AUC there is at least 0.85. Their probabilities are calibrated for a
site where {prior.abusive:.0%} of the comments have the attribute.

| attribute | source | yes / no | AUC | lower bound |
|---|---|---|---|---|
{heads}

## Where it fails

It reads words, not the world: irony, insinuation and hate without hateful words pass; counter-speech that quotes
abuse, reclaimed words, and negation can be taken for abuse; comments that name a group are judged more severely than others.
Labels of the corpus are disputed in places, as labels of this kind are.

## What it was trained on

Public research data. The licences are as seen in the copies used; no text of theirs is in the artefact.

| source | rows | domain | origin | licence as seen |
|---|---|---|---|---|
{sources}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the artefact that ships; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped_model.build_shipped", description="Train the shipped artefact on the public corpus."
    )
    parser.add_argument("--corpus", type=Path, default=FOLDER, help="folder of the corpus (default: %(default)s)")
    parser.add_argument("-o", "--out", type=Path, default=OUT, help="folder of the artefact (default: %(default)s)")
    parser.add_argument("--encoder", type=Path, default=OUT, help="folder of an artefact whose encoder joins (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        made = build_default(load_corpus(options.corpus), corpus=options.corpus, out=options.out, encoder=options.encoder)
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    print_trained(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
