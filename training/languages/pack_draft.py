"""Describes a pack before it is written: what it can tell, how well, and what it has learnt from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.field_types import Scalar
from model.artefact.manifest import DataSource, Description, ProfileName
from model.classifier import Classifier
from model.comment import Label
from model.encoder.script_pieces import PLAIN_FORM
from model.languages.recorded_figures import HATE_BY_OWN_TESTS, READ_ANEW
from model.normaliser.version import PACK_NORMALISER
from model.policy import Policy
from training.behaviour.languages.behaviour_by_language import untaught_cases
from training.behaviour.languages.cases_by_language import case_languages
from training.fit.artefact_draft import LIBRARIES
from training.fit.combination import describe_encoder
from training.fit.derived_policy import policy_thresholds
from training.fit.ngram_weights import FitSettings
from training.languages.fit_packs import prepare_rows
from training.languages.pack_encoder import CombinedPack, SharedEncoder
from training.languages.pack_figures import Figures, measure_pack, told_answers
from training.languages.pack_judgement import JudgingNgrams
from training.languages.pack_rows import CorpusOfLanguages
from training.tables.labelled import UNKNOWN, Labelled, Place

__all__ = ["MeasuredRows", "PackDraft", "draft_combined_pack", "draft_pack", "find_measured_rows"]

_BY_SOURCES, _OUR_OWN = "rows by the labels of their sources", "behaviour tests of our own"
_NGRAMS: Mapping[str, Scalar] = {"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"}


@dataclass(frozen=True)
class PackDraft:
    """A pack that is not yet written.

    Attributes:
        description: the fields of the manifest.
        arrays: file name → array.
        summary: figure → value, for those who make it.
    """

    description: Description
    arrays: Mapping[str, npt.NDArray[Any]]
    summary: Mapping[str, str]


@dataclass(frozen=True)
class MeasuredRows:
    """The rows that a pack is measured on.

    Attributes:
        rows: n rows that nothing was learnt from or chosen by.
        kind: what they are, in words.
    """

    rows: Labelled
    kind: str


def find_measured_rows(corpus: CorpusOfLanguages, tag: str) -> MeasuredRows:
    """Return the rows to measure a pack on: those read again; where these are too few, by their sources' labels, else our own tests.

    Where enough of them are abusive but too few are hateful, our own tests join them, which are asked about hate alone.
    """
    own = _behaviour_rows(tag)
    for rows, kind in ((corpus.measured_rows(tag), READ_ANEW), (corpus.noisy_measured_rows(tag), _BY_SOURCES)):
        measurable = measure_pack(np.full((len(rows), 3), 1 / 3), rows)
        if "abusive" in measurable and ("hateful" in measurable or not len(own)):
            return MeasuredRows(rows, kind)
        if "abusive" in measurable:
            asked_about_hate = replace(own, abusive=np.full(len(own), UNKNOWN, np.int8))
            return MeasuredRows(Labelled.concat([rows, asked_about_hate]), kind + HATE_BY_OWN_TESTS)
    return MeasuredRows(own, _OUR_OWN)


def draft_pack(
    tag: str,
    judging: JudgingNgrams,
    measured: MeasuredRows,
    *,
    data: Sequence[DataSource],
    settings: FitSettings,
    fast: FloatArray | None = None,
) -> PackDraft:
    """Return the draft of a pack of n-grams.

    Args:
        tag: its language.
        judging: the calibrated n-grams.
        measured: the rows that it is measured on.
        data: the origin of the rows that it has learnt from.
        settings: how it was fitted.
        fast: scores of the measured rows by the n-grams, shape (n, 3), where these have learnt from them; None to have them judged.
    """
    scores = judging.classifier.score(prepare_rows(measured.rows, tag)).scores if fast is None else fast
    readers = (dict(_NGRAMS),)
    pack = _Judging(judging.classifier, judging.policy, readers, {"fast": scores})
    return _draft(tag, pack, measured, data=data, settings=settings, more={})


def draft_combined_pack(
    tag: str,
    pack: CombinedPack,
    encoder: SharedEncoder,
    measured: MeasuredRows,
    *,
    data: Sequence[DataSource],
    settings: FitSettings,
    fast: FloatArray | None = None,
) -> PackDraft:
    """Return the draft of a pack of n-grams and the shared encoder; arguments as of ``draft_pack``."""
    entry, arrays = describe_encoder(pack.reader)
    readers = (dict(_NGRAMS), entry | {"form": PLAIN_FORM})
    if fast is None:
        fast = pack.classifier.score(prepare_rows(measured.rows, tag)).scores
    judging = _Judging(pack.classifier, pack.policy, readers, {"fast": fast, "cascade": pack.cascade, "full": pack.full})
    return _draft(tag, judging, measured, data=data, settings=settings, more={**arrays, **encoder.arrays})


class _Judging(NamedTuple):
    """The parts of a pack by which it judges, and what each profile makes of the rows that it is measured on."""

    classifier: Classifier
    policy: Policy
    readers: tuple[dict[str, Scalar], ...]
    scores: Mapping[ProfileName, FloatArray]


def _draft(
    tag: str,
    pack: _Judging,
    measured: MeasuredRows,
    *,
    data: Sequence[DataSource],
    settings: FitSettings,
    more: Mapping[str, npt.NDArray[Any]],
) -> PackDraft:
    classifier, reader = pack.classifier, pack.classifier.reader
    by_profile = {profile: measure_pack(scores, measured.rows) for profile, scores in pack.scores.items()}
    fitted = asdict(settings)
    features = fitted.pop("features")
    learned_rows = sum(source.rows for source in data)
    description = Description(
        name=tag.lower(),
        normaliser=PACK_NORMALISER,
        features=features,
        readers=pack.readers,
        heads=classifier.heads,
        prior=classifier.prior,
        calibration=dict(classifier.calibration),
        thresholds=classifier.thresholds,
        policies={"default": policy_thresholds(pack.policy)},
        languages=(tag,),
        answers={profile: told_answers(figures, learned_rows=learned_rows) for profile, figures in by_profile.items()},
        data=tuple(data),
        metrics={"dev": _as_json(by_profile), "rows": learned_rows, "measured_on": measured.kind},
        settings=fitted,
        libraries={name: metadata.version(name) for name in LIBRARIES},
    )
    arrays = {"weights.npy": reader.values, "scales.npy": reader.scales, "biases.npy": reader.biases, **more}
    return PackDraft(description, arrays, _summarise(by_profile, measured, pack, classifier))


def _as_json(by_profile: Mapping[ProfileName, Mapping[str, Figures]]) -> dict[str, Any]:
    return {profile: dict(figures) for profile, figures in by_profile.items()}


def _summarise(
    by_profile: Mapping[ProfileName, Mapping[str, Figures]], measured: MeasuredRows, pack: _Judging, classifier: Classifier
) -> dict[str, str]:
    summary = {
        f"{profile} {name}": f"{figures['auc']:.3f} ({figures['auc_low']:.3f} to {figures['auc_high']:.3f})"
        for profile, by_name in by_profile.items()
        for name, figures in by_name.items()
    }
    fine = measured.rows.abusive == 0
    for profile, scores in pack.scores.items() if fine.any() else ():
        summary[f"{profile} fine called otherwise"] = f"{(classifier.labels(scores)[fine] != 0).mean():.3f}"
    return summary | {"on": f"{len(measured.rows)} {measured.kind}"}


def _behaviour_rows(tag: str) -> Labelled:
    """Return the behaviour tests of a language as dev rows; where toxic and hateful are both right, it is only known to be abusive."""
    cases = untaught_cases(tag) if tag in case_languages() else ()
    n = len(cases)
    either = np.array([len(case.right) > 1 for case in cases], np.bool_)
    return Labelled(
        text=[case.text for case in cases],
        abusive=np.array([not case.fine for case in cases], np.int8),
        hateful=np.where(either, UNKNOWN, [Label.HATEFUL in case.right for case in cases]).astype(np.int8),
        source=[_OUR_OWN] * n,
        split=["dev"] * n,
        id=[str(number) for number in range(n)],
        weight=np.zeros(n),
        target=[None] * n,
        attributes={},
        place=[Place(_OUR_OWN, number) for number in range(1, n + 1)],
    )
