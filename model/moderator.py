"""One loaded artefact, ready to judge: comments in, decisions out. HTTP, files and evaluation all come through here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.artefact.folder import StoredArtefact, profile_version, public_fields, read_artefact, shipped_folder
from model.artefact.manifest import HEADS, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader, prior_shift
from model.comment import Comment, Format
from model.encoder.combined import KIND, Second, second_of
from model.errors import ArtefactError
from model.explain import Explanation, Span, explain
from model.ngrams import reader as ngrams
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.reader import Reading
from model.normaliser.lexicon import load_lexicon
from model.normaliser.version import normaliser_version
from model.policy import Policy, unknown_policy_error
from model.profile import RISK, Profile
from model.text.pipeline import prepare
from model.threads import available_cores, run_in_slices

__all__ = ["EMPTY", "Decided", "Decisions", "Moderator", "Span", "classifier_of"]

EMPTY = "empty"


class Decided(NamedTuple):
    """What is decided of one comment.

    Attributes:
        label, verdict: codes into ``LABELS`` and ``VERDICTS``, -1 if it was not judged.
        scores: probabilities in the order of ``LABELS``.
        attributes: probabilities in the order of ``Decisions.names``.
        reason: why it was not judged, else None.
    """

    label: int
    verdict: int
    scores: list[float]
    attributes: list[float]
    reason: str | None


class Decisions(NamedTuple):
    """What is decided of n comments, in the order given.

    Attributes:
        reading: what was read out of each, and what follows from it.
        names: of the published attributes.
        spans: the words that moved the scores, if asked for; n.
        policy: the name of the policy that gave the verdicts.
        version: the artefact that gave the scores.
        profile: which of its readers were to judge.
        passed: how many of the comments the second reader read.
    """

    reading: Reading
    names: Sequence[str]
    spans: Sequence[Sequence[Span]] | None
    policy: str
    version: str
    profile: Profile = Profile.FAST
    passed: int = 0

    @property
    def reasons(self) -> list[str | None]:
        """Why a comment was not judged (``"empty"``), else None; n."""
        return [None if label >= 0 else EMPTY for label in self.labels.tolist()]

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """Codes into ``LABELS``, -1 where a comment was not judged; shape (n,)."""
        return self.reading.codes[:, 2]

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Probabilities in the order of ``LABELS``, rows sum to 1, NaN where not judged; shape (n, 3)."""
        return self.reading.scores

    @property
    def verdicts(self) -> npt.NDArray[np.int64]:
        """Codes into ``VERDICTS``, -1 where not judged; shape (n,)."""
        return self.reading.codes[:, 3]

    @property
    def attributes(self) -> dict[str, npt.NDArray[np.float64]]:
        """Probability of each published attribute, NaN where not judged; shape (n,)."""
        first = self.reading.floats.shape[1] - 3 - len(self.names)
        return {name: self.reading.floats[:, first + at] for at, name in enumerate(self.names)}

    def rows(self) -> Iterator[Decided]:
        """Return what is decided of each comment in plain Python: for a few comments that takes less than the arrays do."""
        scores = self.reading.floats.shape[1] - 3
        attributes = scores - len(self.names)
        for row, (_, _, label, verdict, _, _) in zip(self.reading.floats.tolist(), self.reading.codes.tolist(), strict=True):
            yield Decided(label, verdict, row[scores:], row[attributes:scores], None if label >= 0 else EMPTY)


def classifier_of(stored: StoredArtefact) -> Classifier:
    """Return the classifier that an artefact describes.

    Raises:
        ArtefactError: its arrays do not fit its manifest.
    """
    manifest = stored.manifest
    kinds = [reader.get("kind") for reader in manifest.readers]
    if kinds not in (["ngrams"], ["ngrams", KIND]):
        raise ArtefactError(f"artefact {manifest.name}: readers {kinds} are unknown here: upgrade Tipstaff")
    try:
        settings = FeatureSettings(**manifest.features)  # type: ignore[arg-type]
        values, scales, biases = (stored.arrays[str(manifest.readers[0][key])] for key in ("weights", "scales", "biases"))
    except (TypeError, KeyError) as error:
        raise ArtefactError(f"artefact {manifest.name}: its features or readers are not what this Tipstaff knows: {error}") from error
    heads = len(manifest.heads)
    if values.dtype != np.int8 or values.shape != (1 << settings.bits, heads) or scales.shape != (heads,) or biases.shape != (heads,):
        raise ArtefactError(f"artefact {manifest.name}: the shapes of its arrays do not fit its manifest: train it anew")
    reader = NgramReader(settings, load_lexicon(), values, scales.astype(np.float64), biases.astype(np.float64))
    return Classifier(manifest.heads, (reader,), manifest.calibration, manifest.thresholds, manifest.prior)


def _second(stored: StoredArtefact) -> Second | None:
    manifest = stored.manifest
    if len(manifest.readers) == 1:
        return None
    try:
        second = second_of(manifest.readers[1], stored.arrays)
        second.reader.load()
    except (KeyError, ValueError) as error:
        raise ArtefactError(f"artefact {manifest.name}: its encoder is not what this Tipstaff knows: {error}: train it anew") from error
    return second


def _prepared(comments: Sequence[Comment]) -> Sequence[bytes] | PackedTexts:
    return comments.prepared() if isinstance(comments, PackedComments) else prepare(comments)


def _with_prior(classifier: Classifier, prior: Prior) -> Classifier:
    moved = dict(classifier.calibration)
    for head, shift in zip(HEADS, prior_shift(classifier.prior, prior), strict=True):
        moved[head] = Calibration(slope=moved[head].slope, intercept=moved[head].intercept + shift)
    return replace(classifier, calibration=moved, prior=prior)


def _moved(curve: npt.NDArray[np.float64], old: float, new: float) -> npt.NDArray[np.float64]:
    """Return the curve of a cascade, its probabilities as when abuse is as common as ``new`` says, not ``old``; see ``prior_shift``."""
    moved, factor = curve.copy(), (1 - old) / old * new / (1 - new)
    moved[:, 0] = curve[:, 0] * factor / (1 - curve[:, 0] + curve[:, 0] * factor)
    return moved


def _bounds(thresholds: LabelThresholds, policy: Policy) -> npt.NDArray[np.float64]:
    """Return the thresholds as ``heads.finish`` takes them."""
    review, reject = (policy.review_abusive, policy.review_hateful), (policy.reject_abusive, policy.reject_hateful)
    return np.array([thresholds.abusive, thresholds.hateful, *review, *reject], np.float64)


class Moderator:
    """One loaded artefact, ready to judge.

    Attributes:
        version: name and content of the artefact, such as ``default@3f2a9c1d04be``; where it holds an encoder, with the
            profile: ``default@3f2a9c1d04be+cascade``.
        policies: by name; contains "default".
        classifier: what gives the scores, of the n-grams alone.
        second: the encoder; None where the profile never asks it.
        profile: which readers judge.
        risk: what the cascade may take, whether or not it judges.
    """

    def __init__(
        self, stored: StoredArtefact, *, prior: Prior | None = None, profile: Profile | None = Profile.FAST, risk: float = RISK
    ) -> None:
        self._manifest = stored.manifest
        self.policies: Mapping[str, Policy] = stored.manifest.named_policies()
        self.classifier = classifier_of(stored)
        self._bounds = {name: _bounds(self.classifier.thresholds, chosen) for name, chosen in self.policies.items()}
        self.second = None if profile is Profile.FAST else _second(stored)
        if profile is None:
            profile = Profile.FAST if self.second is None else Profile.CASCADE
        self.profile, self.risk = profile, risk
        self.version = profile_version(stored.manifest, profile)
        self._fast = profile_version(stored.manifest, Profile.FAST)
        if prior is not None and prior != self.classifier.prior:
            self._suit(prior)
        self._passed_from = self.second.threshold(risk) if self.second is not None and profile is Profile.CASCADE else 0.0

    def _suit(self, prior: Prior) -> None:
        """Judge as where abuse is as common as this; the cascade goes on asking about the same comments, or nearly."""
        old = self.classifier.prior
        shift = prior_shift(old, prior)
        self.classifier = _with_prior(self.classifier, prior)
        if self.second is not None:
            self.second = replace(self.second.shifted(shift), curve=_moved(self.second.curve, old.abusive, prior.abusive))

    @classmethod
    def load(
        cls, folder: Path | None = None, *, prior: Prior | None = None, profile: Profile | None = Profile.FAST, risk: float = RISK
    ) -> "Moderator":
        """Load an artefact.

        Args:
            folder: where it lies; None for the one that ships.
            prior: how common abuse is on the site, where that differs from what the artefact states.
            profile: which readers judge; None for the cascade, or the n-grams alone where the artefact has no encoder.
            risk: share of labels that the cascade may leave as the n-grams alone give them although both would change them.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        return cls(read_artefact(folder or shipped_folder(), normaliser=normaliser_version()), prior=prior, profile=profile, risk=risk)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the published attribute heads."""
        return self.classifier.attributes

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that the model learned (ISO 639-1)."""
        return self._manifest.languages

    def public_manifest(self) -> dict[str, Any]:
        """Return the part of the manifest that anybody may see, JSON-ready."""
        return public_fields(self._manifest) | {"version": self.version, "prior": self.classifier.prior.model_dump()}

    def warm(self) -> None:
        """Compile or load the kernels, read the tables that only foreign letters need: the next call is fast."""
        comments = [Comment("0", "Warm \u0430\u00e9 \U0001f600 &amp; up", written) for written in Format]
        self.decide(comments, explain=True, threads=1)
        PackedComments(pack_bytes([b"Warm up"]), Format.PLAIN).prepared()

    def decide(
        self,
        comments: Sequence[Comment],
        *,
        policy: str = "default",
        explain: bool = False,
        threads: int | None = None,
        fast: bool = False,
    ) -> Decisions:
        """Judge comments.

        Args:
            comments: n of them.
            policy: whose thresholds give the verdicts.
            explain: whether to tell which words moved the scores.
            threads: how many may share the work; 1 stays in the calling thread, None is all cores for large batches.
            fast: whether the n-grams are to judge alone this time, whatever the profile.

        Raises:
            PolicyError: there is no such policy.
        """
        chosen = self._bounds.get(policy)
        if chosen is None:
            raise unknown_policy_error(policy, self.policies)
        reading = self._read(comments, chosen, threads or available_cores())
        labels = reading.codes[:, 2]
        if -1 in labels.tolist():
            reading.floats[labels < 0] = np.nan
        profile = Profile.FAST if fast else self.profile
        passed: frozenset[int] = frozenset()
        if profile is not Profile.FAST and self.second is not None:
            rows = self._to_pass(reading)
            passed = frozenset(rows.tolist())
            if passed:
                texts = prepare([comments[row] for row in rows.tolist()])
                self.second.judge(reading, texts, rows, chosen, threads=threads or available_cores())
        spans = [self._explained(comment, both=at in passed).spans() for at, comment in enumerate(comments)] if explain else None
        return Decisions(reading, self.classifier.attributes, spans, policy, self._fast if fast else self.version, profile, len(passed))

    def passes(self, comments: Sequence[Comment]) -> list[int]:
        """Return the places of the comments that the second reader would read, which takes a thousand times as long."""
        if self.second is None:
            return []
        places: list[int] = self._to_pass(self._read(comments, ngrams.NO_BOUNDS, 1)).tolist()
        return places

    def _to_pass(self, reading: Reading) -> npt.NDArray[np.intp]:
        """Return the places of the comments that the second reader is to read."""
        return np.flatnonzero((1 - reading.scores[:, 0] >= self._passed_from) & (reading.codes[:, 2] >= 0))

    def _read(self, comments: Sequence[Comment], bounds: npt.NDArray[np.float64], threads: int) -> Reading:
        if threads == 1:
            return self.classifier.judge(_prepared(comments), bounds, threads=1)
        reading = ngrams.room(len(comments), heads=len(self.classifier.heads))

        def run(lo: int, hi: int) -> None:
            # What Python does for one slice, others do in the kernel meanwhile.
            self.classifier.judge(_prepared(comments[lo:hi]), bounds, threads=1, out=reading.part(lo, hi))

        if isinstance(comments, PackedComments):
            ends = comments.texts.offsets - comments.texts.offsets[0]
        else:
            ends = np.fromiter(accumulate((len(comment.text) for comment in comments), initial=0), np.int64)
        run_in_slices(run, ends, threads)
        return reading

    def explain(self, comment: Comment) -> Explanation:
        """Return which words moved the scores of one comment, for every head."""
        return self._explained(comment, both=bool(self.passes([comment])))

    def _explained(self, comment: Comment, *, both: bool) -> Explanation:
        return explain(self.classifier, comment, self.second if both else None)
