"""Trains a language pack from labelled tables: some two thousand rows, and the encoder that ships for all languages.

The rows are too few to hold some back: every row is judged by a fit of the n-grams to two thirds without it, and by the encoder, which has
seen none of them. On that rest calibration, label rule, policy, the way in which both are combined, and the figures. Rows that the tables
call ``dev`` choose nothing, and give the figures if there are enough of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from model.array_types import BoolArray, FloatArray
from model.artefact.folder import write_artefact
from model.artefact.manifest import DataSource, Manifest
from model.errors import TableError
from model.language.language_names import language_name
from model.language.tags import bare_tag, canonical_tag
from model.languages.pack_folders import shipped_languages
from training.both_readers.long_reading import scores_from_log_odds
from training.fit.train_job import TrainJob
from training.languages.fit_packs import FittedNgrams, fit_ngrams, prepare_rows, raw_log_odds
from training.languages.own_tables.stated_languages import is_stated_as, read_stated_languages
from training.languages.pack_draft import MeasuredRows, PackDraft, draft_combined_pack, draft_pack
from training.languages.pack_encoder import CombinedPack, SharedEncoder, combine_packs, read_both
from training.languages.pack_figures import measure_pack
from training.languages.pack_judgement import JudgingNgrams, calibrate_pack
from training.languages.pack_plans import PACK_PLANS, PackPlan
from training.output_places import check_output_folder
from training.tables.describe_files import describe_files
from training.tables.duplicates import deduplicate
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TableReading, read_tables
from training.tables.row_weights import check_source_names, weigh_rows
from training.terminal import StepProgress

__all__ = ["FEWEST_OF_A_KIND", "TrainedPack", "check_pack_language", "find_shared_encoder", "train_pack"]

FEWEST_OF_A_KIND = 50
"""So many fine rows, and so many abusive ones, a table needs."""

_FEWEST_HATEFUL = 20  # with fewer, hate is seldom told
_ENOUGH = 2000  # rows, from which a pack is worth having in most languages
_HELD_BACK, _CROSS_FITTED = "dev rows of the tables", "rows of the tables, each judged by a fit without it"


@dataclass(frozen=True)
class TrainedPack:
    """A pack that was trained and written.

    Attributes:
        manifest: of the pack.
        out: its folder.
        rows: number of rows that it has learnt from.
        summary: figure → value, as ``PackDraft`` has them.
        remarks: what the rows did not suffice for, and what was left out, a line each.
        reading: the rows and problems of the tables.
    """

    manifest: Manifest
    out: Path
    rows: int
    summary: Mapping[str, str]
    remarks: tuple[str, ...]
    reading: TableReading


def check_pack_language(tag: str) -> str:
    """Return the tag of a language for which a pack can be made.

    Raises:
        TableError: it is none, is English, or names more than the language, such as a region.
    """
    known = canonical_tag(tag)
    if known is None:
        raise TableError(f"language {tag!r}: is no tag of a language: give one of ISO 639-1 such as de, or hi-Latn for another script")
    if known == "en":
        raise TableError("language en: English is what the model that ships reads: leave --language out, or use tipstaff retrain")
    if (bare := bare_tag(known)) != tag:
        raise TableError(f"language {tag!r}: a pack is for the whole of a language, whatever its region: give {bare}")
    return tag


def find_shared_encoder() -> Path | None:
    """Return the folder of the encoder that ships for all languages; None where ``tipstaff-languages`` is missing, or has none."""
    shipped = shipped_languages()
    return shipped / "shared" if shipped is not None and (shipped / "shared" / "network.npy").is_file() else None


def train_pack(job: TrainJob, tag: str, progress: StepProgress | None = None) -> TrainedPack:
    """Train a pack from labelled tables and write it.

    Args:
        job: the tables, the folder and the settings; ``encoder`` is the folder of ``network.npy`` and ``pieces.npy``, None for n-grams
            alone. How the weights are fitted follows from the language.
        tag: the language.
        progress: called with the name of each step, and the share of it that is done.

    Raises:
        TableError: a table cannot be read, too few rows of a kind are left, the tag is none, or ``strict`` and a row is bad.
        ArtefactError: the encoder cannot be read, or the pack cannot be written.
    """
    report = progress or (lambda step, share: None)
    check_pack_language(tag)
    check_output_folder(job.out)
    encoder = None if job.encoder is None else SharedEncoder.read(job.encoder)
    report("reading", 0.0)
    reading = read_tables(job.tables, columns=job.columns, labels=job.labels, strict=job.strict)
    own, remarks = _rows_of_language(reading.rows, tag)
    check_source_names(job.source_weights, own.source)
    report("duplicates", 0.0)
    rows = deduplicate(own).rows
    is_dev = np.array([side == "dev" for side in rows.split], np.bool_)
    learn = rows.take(np.flatnonzero(~is_dev))
    _check_kinds(learn, tag, remarks)
    learn = weigh_rows(learn, sources=job.source_weights, labels=job.class_weights)
    learn = replace(learn, reread=np.ones(len(learn), np.bool_))  # so that each of them is judged by a fit without it
    plan = PACK_PLANS.get(tag, PackPlan())
    fitted = fit_ngrams(learn, tag, features=plan.features, progress=partial(report, "fitting"))
    report("judging", 0.0)
    judging = calibrate_pack(fitted, learn, job.prior)
    dev = rows.take(np.flatnonzero(is_dev))
    draft = _draft(tag, fitted, judging, dev, encoder, data=describe_files(rows), job=job)
    report("writing", 0.0)
    # Another encoder than the one that ships is kept beside the n-grams.
    shared = [] if encoder is None or job.encoder != find_shared_encoder() else list(encoder.arrays)
    manifest = write_artefact(job.out, description=draft.description, arrays=draft.arrays, shared=shared)
    return TrainedPack(manifest, job.out, len(learn), draft.summary, (*remarks, *_remarks(learn, manifest)), reading)


def _rows_of_language(rows: Labelled, tag: str) -> tuple[Labelled, tuple[str, ...]]:
    """Return the rows that do not state another language, and a remark if there were others."""
    stated = read_stated_languages(rows)
    kept = [row for row, language in enumerate(stated) if language is None or is_stated_as(language, tag)]
    left = len(rows) - len(kept)
    return (rows, ()) if not left else (rows.take(kept), (f"{left:,} rows that state another language were left out",))


def _check_kinds(rows: Labelled, tag: str, remarks: Iterable[str]) -> None:
    for kind, answer in (("fine", 0), ("abusive (toxic or hateful)", 1)):
        count = int((rows.abusive == answer).sum())
        if count < FEWEST_OF_A_KIND:
            raise TableError(
                "; ".join(
                    (
                        f"only {count} rows in {language_name(tag)} to learn from are {kind}: {FEWEST_OF_A_KIND} are needed, "
                        f"{FEWEST_OF_A_KIND - count} are missing",
                        *remarks,
                    )
                )
            )


def _remarks(rows: Labelled, manifest: Manifest) -> Iterator[str]:
    if len(rows) < _ENOUGH:
        yield f"only {len(rows):,} rows: from {_ENOUGH:,} on a pack is worth having in most languages"
    if (rows.hateful == 1).sum() < _FEWEST_HATEFUL:
        yield f"fewer than {_FEWEST_HATEFUL} rows are hateful: the pack will hardly tell hateful comments from toxic ones"
    for profile, told in manifest.answers.items():
        if "abusive" not in told:
            yield f"profile {profile}: abuse is not told well enough (AUC below 0.75): the language counts as not read"


def _draft(
    tag: str,
    fitted: FittedNgrams,
    judging: JudgingNgrams,
    dev: Labelled,
    encoder: SharedEncoder | None,
    *,
    data: tuple[DataSource, ...],
    job: TrainJob,
) -> PackDraft:
    """Return the draft of a pack whose figures are of the dev rows if there are enough of them, else of all rows by cross-fitting."""
    classifier = judging.classifier
    held_back = replace(dev, weight=np.zeros(len(dev)))  # without a say
    rows = Labelled.concat([replace(fitted.judged, weight=np.ones(len(fitted.judged))), held_back])
    log_odds = np.concatenate([fitted.log_odds, raw_log_odds(classifier, prepare_rows(dev, tag))])
    is_held_back = np.arange(len(rows)) >= len(fitted.judged)
    is_enough = "abusive" in measure_pack(np.full((len(dev), 3), 1 / 3), dev)
    measured = is_held_back if is_enough else ~is_held_back
    about = MeasuredRows(rows.take(np.flatnonzero(measured)), _HELD_BACK if is_enough else _CROSS_FITTED)
    if encoder is None:
        draft = draft_pack(tag, judging, about, data=data, settings=fitted.settings, fast=_fast(judging, log_odds)[measured])
    else:
        readings = replace(read_both(rows, tag, classifier, encoder.reader), ngrams=log_odds)
        combined = combine_packs({tag: readings}, encoder.reader, job.prior)[tag]
        fast = _fast(combined, log_odds)[measured]
        draft = draft_combined_pack(tag, _judged(combined, measured), encoder, about, data=data, settings=fitted.settings, fast=fast)
    description = draft.description.model_copy(update={"name": tag.lower() if job.name == "custom" else job.name})
    return replace(draft, description=description)


def _fast(pack: JudgingNgrams | CombinedPack, log_odds: FloatArray) -> FloatArray:
    """Return the scores by the n-grams alone of n rows of which their log-odds are given, (n, 3)."""
    return scores_from_log_odds(log_odds * pack.classifier.slopes + pack.classifier.intercepts)


def _judged(combined: CombinedPack, rows: BoolArray) -> CombinedPack:
    return replace(combined, full=combined.full[rows], cascade=combined.cascade[rows])
