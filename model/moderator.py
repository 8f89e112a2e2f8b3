"""One loaded artefact, ready to judge: comments in, decisions out. HTTP, files and evaluation all come through here."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.artefact_copy import ArtefactCopy
from model.artefact.folder import StoredArtefact, read_artefact, shipped_folder
from model.artefact.manifest import LabelThresholds, Prior
from model.artefact.public_view import profile_version, public_fields
from model.classifier import Classifier, NgramReader, PriorChange
from model.comment import Comment, Format
from model.contained_reading import find_spans, mark_unreadable, rescore_each, score_each, score_together
from model.decisions import Decisions, withhold_hateful
from model.encoder.combined import ENCODER, CombinedReader
from model.encoder.context_rule import prepare_contexts
from model.encoder.passage_rule import mark_rows_to_read
from model.encoder.stored_encoder import build_stored_encoder
from model.errors import ArtefactError
from model.explain import Explanation, explain_scores
from model.failures import NO_FAILURES, Failures, Step, add_failures
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.raw_scores import RawScores, allocate_scores
from model.ngrams.shared_words import empty_lexicon, shared_lexicon
from model.normaliser.version import PACK_NORMALISER, normaliser_version
from model.policy import Policy, unknown_policy_error
from model.profile import DEFAULT_RISK, Profile
from model.text.text_form import ENGLISH_FORM, TextForm
from model.threads import available_cores

__all__ = ["FirstPass", "Moderator", "build_classifier"]

_NO_ROWS = np.empty(0, np.intp)
# Log-odds of these, summed over all features of the longest text, are finite.
_MAX_SCALE = 1e4
_MAX_BIAS = 1e6
_MAX_SHOWN = 200  # letters of an error
_NO_COMMENTS: frozenset[int] = frozenset()


class FirstPass(NamedTuple):
    """What the n-grams say of n comments, before the encoder has read any; ``Moderator.decide`` goes on from here.

    Attributes:
        raw: the scores by the n-grams.
        policy: whose thresholds give the verdicts.
        encoder_rows: the numbers of the comments that the encoder is to read, which takes a thousand times as long.
        unreadable: the numbers of the comments that could be read in no way.
        failures: for how many comments a step has failed.
    """

    raw: RawScores
    policy: Policy
    encoder_rows: npt.NDArray[np.intp]
    unreadable: frozenset[int] = frozenset()
    failures: Failures = NO_FAILURES


def build_classifier(stored: StoredArtefact) -> Classifier:
    """Return the classifier that an artefact describes.

    Raises:
        ArtefactError: its arrays do not fit its manifest.
    """
    manifest = stored.manifest
    kinds = [reader.get("kind") for reader in manifest.readers]
    if kinds not in (["ngrams"], ["ngrams", ENCODER]):
        raise ArtefactError(f"artefact {manifest.name}: readers {kinds} are unknown here: upgrade Tipstaff")
    try:
        settings = FeatureSettings(**manifest.features)  # type: ignore[arg-type]
        values, scales, biases = (stored.arrays[str(manifest.readers[0][key])] for key in ("weights", "scales", "biases"))
    except (TypeError, ValueError, KeyError) as error:
        what = f"artefact {manifest.name}: its features or readers are not what this Tipstaff knows"
        raise ArtefactError(f"{what}: {str(error)[:_MAX_SHOWN]!a}: train it anew") from error
    heads, shapes = len(manifest.heads), (values.shape, scales.shape, biases.shape)
    if values.dtype.name not in ("int8", "int16") or shapes != ((1 << settings.bits, heads), (heads,), (heads,)):
        raise ArtefactError(f"artefact {manifest.name}: the shapes of its arrays do not fit its manifest: train it anew")
    if (np.abs(scales, dtype=np.float64) > _MAX_SCALE).any() or (np.abs(biases, dtype=np.float64) > _MAX_BIAS).any():
        raise ArtefactError(f"artefact {manifest.name}: its scales or biases are larger than any fit gives: train it anew")
    is_pack = manifest.normaliser == PACK_NORMALISER
    lexicon, form = (empty_lexicon(), TextForm(manifest.languages[0])) if is_pack else (shared_lexicon(), ENGLISH_FORM)
    reader = NgramReader(settings, lexicon, values, scales.astype(np.float64), biases.astype(np.float64), form)
    return Classifier(manifest.heads, reader, manifest.calibration, manifest.thresholds, manifest.prior)


def _bounds(thresholds: LabelThresholds, policy: Policy) -> FloatArray:
    """Return the thresholds as ``heads.write_scores`` takes them."""
    review, reject = (policy.review_abusive, policy.review_hateful), (policy.reject_abusive, policy.reject_hateful)
    return np.array([thresholds.abusive, thresholds.hateful, *review, *reject], np.float64)


class Moderator:
    """One loaded artefact, ready to judge.

    Attributes:
        version: name and content of the artefact, such as ``default@3f2a9c1d04be``; where it holds an encoder, with the
            profile: ``default@3f2a9c1d04be+cascade``.
        policies: by name; contains "default"; their thresholds are for the prior.
        prior: how common abuse is taken to be.
        classifier: what gives the scores of the n-grams alone, at the prior of the artefact.
        combined: the encoder and how it is combined with the n-grams; None where the profile never asks it.
        profile: which readers judge.
        risk: the share of labels that the cascade may leave wrong for the sake of speed, whether or not it judges.
        content_hash: SHA-256 of all of the artefact that can change a score or a verdict.
    """

    def __init__(
        self,
        stored: StoredArtefact,
        *,
        prior: Prior | None = None,
        profile: Profile | None = Profile.FAST,
        risk: float = DEFAULT_RISK,
        like: "Moderator | None" = None,
    ) -> None:
        self._manifest, self.content_hash = stored.manifest, stored.manifest.content_hash
        self.classifier = build_classifier(stored)
        rule, own = self.classifier.thresholds, self.classifier.prior
        self.prior, self.risk = prior or own, risk
        self._prior_change = None if self.prior == own else PriorChange(own, self.prior)
        self._own_policies, change = (policies := stored.manifest.named_policies()), self._prior_change
        self.policies = {name: change.policy(policy, rule) if change else policy for name, policy in policies.items()}
        self._bounds = {name: _bounds(rule, policy) for name, policy in policies.items()}
        known = None if like is None else (like._manifest, like.combined)
        self.combined: CombinedReader | None = None if profile is Profile.FAST else build_stored_encoder(stored, known=known)
        self.profile = profile = profile or (Profile.FAST if self.combined is None else Profile.CASCADE)
        self.version, self._ngrams_version = (profile_version(stored.manifest, each) for each in (profile, Profile.FAST))
        self._withholds, self._ngrams_withhold = (not stored.manifest.tells("hateful", each.value) for each in (profile, Profile.FAST))
        # Nothing of this object refers to it: so it is gone, with its arrays, once the last call that it judges is answered.
        classifier = self.classifier  # and not this object, which would keep itself in memory
        self._explain: Callable[..., Explanation] = lambda *given, **options: explain_scores(classifier, *given, **options)
        self._encoder_threshold = self.combined.encoder_threshold(risk) if self.combined and profile is Profile.CASCADE else 0.0

    @classmethod
    def load(
        cls,
        folder: Path | ArtefactCopy | None = None,
        *,
        prior: Prior | None = None,
        profile: Profile | None = Profile.FAST,
        risk: float = DEFAULT_RISK,
        like: "Moderator | None" = None,
    ) -> "Moderator":
        """Load an artefact.

        Args:
            folder: of the artefact; None for the one that ships.
            prior: how common abuse is on the site, where that differs from what the artefact states.
            profile: which readers judge; None for the cascade, or the n-grams alone where the artefact has no encoder.
            risk: share of labels that the cascade may leave as the n-grams alone give them although both would change them.
            like: another that is loaded; if the encoder is the same, both share it, and it is neither built nor tried once more.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        stored = read_artefact(folder or shipped_folder(), normaliser=normaliser_version())
        return cls(stored, prior=prior, profile=profile, risk=risk, like=like)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the published attribute heads."""
        return self.classifier.attributes

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags of the languages that the model learned (ISO 639-1; with a script where that is not the usual one)."""
        return self._manifest.languages

    @property
    def reads_context(self) -> bool:
        """Whether what a comment answers is read with it: the encoder may, the n-grams never do."""
        return self.combined is not None and self.combined.encoder.reads_context

    def public_manifest(self) -> dict[str, Any]:
        """Return the part of the manifest that anybody may see, JSON-ready."""
        return public_fields(self._manifest) | {"version": self.version, "prior": self.prior.model_dump()}

    def warm(self) -> None:
        """Compile or load the kernels and read the tables that only foreign letters need, so that the next call is fast."""
        comments = [Comment("0", "Warm \u0430\u00e9 \U0001f600 &amp; up", written) for written in Format]
        self.decide(comments, explain=True, threads=1)
        PackedComments(pack_bytes([b"Warm up"]), Format.PLAIN).prepare()

    def decide(
        self,
        comments: Sequence[Comment],
        *,
        policy: str = "default",
        explain: bool = False,
        threads: int | None = None,
        ngrams_only: bool = False,
        first_pass: FirstPass | None = None,
    ) -> Decisions:
        """Judge comments. What fails while one of them is read concerns that one alone, and ``failures`` of the decisions count it.

        Args:
            comments: n of them.
            policy: whose thresholds give the verdicts.
            explain: whether to find the words that moved the scores.
            threads: how many may share the work; 1 stays in the calling thread, None is all cores for large batches.
            ngrams_only: whether the n-grams are to judge alone this time, whatever the profile.
            first_pass: what ``first_pass`` returned for the same comments and policy, if it was asked before.

        Raises:
            PolicyError: there is no such policy.
        """
        threads = threads or available_cores()
        first = first_pass or self.first_pass(comments, policy=policy, threads=threads)
        raw, rows, failures = first.raw, first.encoder_rows, first.failures
        if ngrams_only or self.combined is None:
            rows = _NO_ROWS
        elif rows.size:
            try:
                read = [comments[row] for row in rows.tolist()]
                given: Any = {"classifier": self.classifier, "contexts": prepare_contexts(read), "threads": threads}
                prepare = self.classifier.reader.form.prepare_for_encoder
                texts = [prepare(comment.text, comment.format) for comment in read]
                raw = self.combined.rescore(raw, texts, rows, first.policy, **given)
            except Exception as error:
                raw, rows, failed = rescore_each(self.combined, self.classifier, comments, raw, rows, policy=first.policy, cause=error)
                failures = add_failures(failures, failed)
        if self.combined is not None and not ngrams_only and self._encoder_threshold > 0:
            raw = self.combined.rescore_unread(raw, rows, first.policy)
        raw = self._adopt_prior(raw, rows, policy)
        spans = None
        if explain:
            combined, by_both = None if ngrams_only else self.combined, frozenset(rows.tolist())
            spans = find_spans(comments, lambda comment, row: self._explain(comment, combined, by_both=row in by_both))
            if unexplained := spans.count(None):
                failures = add_failures(failures, {Step.EXPLANATION: unexplained})
        profile, version, withholds = self.profile, self.version, self._withholds
        if ngrams_only:
            profile, version, withholds = Profile.FAST, self._ngrams_version, self._ngrams_withhold
        if withholds:
            raw = withhold_hateful(raw, self.policies[policy])
        return Decisions(raw, self.attributes, spans, policy, version, profile, rows.size, first.unreadable, failures)

    def _adopt_prior(self, raw: RawScores, rows: npt.NDArray[np.intp], policy: str) -> RawScores:
        """Return scores for the prior of the site, where the encoder has read the comments in ``rows``."""
        if not (change := self._prior_change):
            return raw
        rules = [(np.arange(len(raw.labels)), self.classifier.thresholds), *([(rows, self.combined.thresholds)] if self.combined else [])]
        return change.rescore(raw, self.policies[policy], rules)

    def decide_unreadable(self, n: int, *, policy: str = "default", explain: bool = False) -> Decisions:
        """Return the decisions about n comments that can be read in no way: none has a label, and all wait for a moderator."""
        raw = allocate_scores(n, heads=len(self.classifier.heads))
        mark_unreadable(raw, range(n))
        spans, unreadable = [None] * n if explain else None, frozenset(range(n))
        return Decisions(raw, self.attributes, spans, policy, self.version, self.profile, unreadable=unreadable)

    def first_pass(self, comments: Sequence[Comment], *, policy: str = "default", threads: int = 1) -> FirstPass:
        """Have the n-grams alone read comments, and find those that the encoder is to read as well.

        Raises:
            PolicyError: there is no such policy.
        """
        bounds = self._bounds.get(policy)
        if bounds is None:
            raise unknown_policy_error(policy, self.policies)
        try:
            raw, unreadable, failures = score_together(self.classifier, comments, bounds, threads=threads), _NO_COMMENTS, NO_FAILURES
        except Exception as error:
            raw, unreadable, failures = score_each(self.classifier, comments, bounds, cause=error)
        labels = raw.labels
        if -1 in labels.tolist():
            raw.floats[labels < 0] = np.nan
        rows = _NO_ROWS
        if self.combined is not None:
            is_read = (1 - raw.scores[:, 0] >= self._encoder_threshold) & (labels >= 0)
            if self._encoder_threshold > 0:
                mark_rows_to_read(is_read, comments, labels >= 0, self.classifier, self.combined, threshold=self._encoder_threshold)
            rows = np.flatnonzero(is_read)
        return FirstPass(raw, self._own_policies[policy], rows, unreadable, failures)

    def explain(self, comment: Comment) -> Explanation:
        """Return which words moved the scores of one comment, for every head."""
        return self._explain(comment, self.combined, by_both=bool(self.first_pass([comment]).encoder_rows.size))
