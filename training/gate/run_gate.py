"""Runs the gate: a candidate beside the champion, rule by rule."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.array_types import IntArray
from model.artefact.folder import StoredArtefact
from model.artefact.manifest import Prior
from model.comment import Comment
from model.decisions import CommentJudge
from model.moderator import Moderator
from model.profile import DEFAULT_RISK, Profile
from training.evaluation.subject import JudgeBuilder
from training.gate.cross_fit import CrossFit
from training.gate.gate_kit import build_gate_kit
from training.gate.gate_report import GateReport, RuleResult
from training.gate.kit_reading import read_kit
from training.gate.rules.gain_rules import as_fitted_rule, gain_rules, trust_rule
from training.gate.rules.identity_rules import identity_kit_rules, identity_ruling_rule
from training.gate.rules.kit_rules import attack_rule, kit_rules, trusted_rows, trusted_rows_rule
from training.gate.rules.person_rules import (
    agreement_rule,
    fixed_answer_rule,
    flood_rule,
    influence_rule,
    persons_against_others,
    persons_with_one_answer,
    raid_rule,
    without_one_rule,
)
from training.gate.rules.verdict_rules import MOST_COMMUNITIES, community_rule, recent_rule, size_rule, speed_rule, verdict_change
from training.languages.read_model import read_model
from training.retrain.difference_fit import DifferenceFit
from training.retrain.ruling_rows import RulingRows
from training.terminal import StepProgress

__all__ = ["GateJob", "run_gate"]

_MOST_ROWS = 10_000  # that are cross-fitted, so that the gate never takes much longer than the fit
_COMMUNITY_STEP = 10  # of the kit, every so many comments are judged in each community


def _judge_as_is(moderator: Moderator) -> CommentJudge:
    return moderator


@dataclass(frozen=True)
class GateJob:
    """What to hold against what.

    Attributes:
        champion: folder of the artefact in force, or what was read from it.
        candidate: folder of the artefact that may take its place, or what was read from it.
        rows: what the candidate learned from.
        fit: that which made the candidate (`Candidate.fit`), so that nothing is fitted twice; None to fit anew.
        learned: whether the champion has learned from each row already; such rows are no witnesses of a gain. None for none.
        recent: recent comments of the site, whatever is known of them.
        corpus: the folder of a corpus with rows that were read again, or a table with trusted labels; None for none.
        profile: which readers judge at the site; None for both where the champion has both.
        prior: how common abuse is at the site, where that differs from what the artefacts state.
        risk: see `Moderator`.
        judges: community → how the site judges in it; None stands for comments of no community. Where one is missing, the model judges.
        cache: folder that keeps what the champion says of the kit; None for none.
        threads: how many may share the work; the report does not depend on it.
    """

    champion: Path | StoredArtefact
    candidate: Path | StoredArtefact
    rows: RulingRows
    fit: DifferenceFit | None = None
    learned: Sequence[bool] | None = None
    recent: Sequence[Comment] = ()
    corpus: Path | None = None
    profile: Profile | None = Profile.FAST
    prior: Prior | None = None
    risk: float = DEFAULT_RISK
    judges: Mapping[str | None, JudgeBuilder] = field(default_factory=dict)
    cache: Path | None = None
    threads: int | None = None


def run_gate(job: GateJob, progress: StepProgress | None = None) -> GateReport:
    """Hold a candidate against the champion, by every rule.

    The same artefacts, rows and comments give the same report, in whatever order the rows come.

    Args:
        job: what to hold against what.
        progress: called with the name of each step, and the share of it that is done.

    Raises:
        ArtefactError: one of the artefacts cannot be read.
        TableError: the corpus cannot be read.
    """
    report_step = progress or (lambda step, share: None)
    trusted = None if job.corpus is None else trusted_rows(job.corpus)
    stored = [_read(each) for each in (job.champion, job.candidate)]
    models = [Moderator(each, prior=job.prior, profile=job.profile, risk=job.risk) for each in stored]
    report_step("cross-fitting", 0.0)
    about_rulings = _ruling_rules(job, stored[0], models)
    report_step("kit", 0.0)
    about_kit = _kit_rules(job, stored, models)
    report_step("verdicts", 0.0)
    corpus_line = trusted_rows_rule(trusted, *models)
    champion, candidate = (f"{each.manifest.name}@{each.manifest.content_hash[:12]}" for each in stored)
    return GateReport(champion, candidate, (*about_rulings, *about_kit[:4], corpus_line, *about_kit[4:], *_verdict_rules(job, models)))


def _read(artefact: Path | StoredArtefact) -> StoredArtefact:
    return read_model(artefact) if isinstance(artefact, Path) else artefact


def _ruling_rules(job: GateJob, champion: StoredArtefact, models: Sequence[Moderator]) -> list[RuleResult]:
    profile = models[0].profile
    chosen = np.arange(len(job.rows)) if job.fit else _choose_rows(job.rows)
    rows, learned = job.rows.take(chosen), None if job.learned is None else np.asarray(job.learned, np.bool_)[chosen]
    fit = job.fit.for_profile(profile) if job.fit else DifferenceFit(champion, rows, profile=profile, learned=learned, threads=job.threads)
    cross = CrossFit(fit, learned=learned)
    evidence = cross.evidence
    several = len(evidence.names) > 1
    taught = {person: cross.taught_by(person) for person in range(len(evidence.names))} if several else {}
    against, fixed = persons_against_others(evidence, taught), persons_with_one_answer(evidence)
    suspects = [*against, *(person for person, is_blind in fixed.items() if is_blind)]
    witnesses = evidence.restricted(~np.isin(evidence.persons, suspects))
    if 2 * witnesses.weights.sum() < evidence.weights.sum():
        witnesses = evidence.restricted(np.zeros(len(evidence), np.bool_))
    gain = witnesses.mean_change()
    return [
        *gain_rules(witnesses, gain),
        as_fitted_rule(*cross.log_odds_as_fitted(models[1].classifier), exact=cross.is_complete and len(rows) == len(job.rows)),
        without_one_rule(witnesses, gain),
        influence_rule(evidence, against, cross.scores_without, gain),
        fixed_answer_rule(evidence, fixed, gain),
        agreement_rule(rows),
        flood_rule(cross.persons, cross.names),
        raid_rule(rows),
        trust_rule(evidence),
        identity_ruling_rule(witnesses),
        attack_rule(*cross.held_out_pair()),
    ]


def _choose_rows(rows: RulingRows) -> IntArray:
    """Return the numbers of the rows to cross-fit, in an order that follows from their texts: all, or whole groups up to so many rows."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in rows.labelled.text]
    key: dict[int, str] = {}
    for group, digest in zip(rows.group.tolist(), digests, strict=True):
        key[group] = min(key.get(group, digest), digest)
    # Rulings come before rows of plain tables: it is the site that is asked.
    order = sorted(range(len(rows)), key=lambda row: (rows.person[row] is None, key[int(rows.group[row])], digests[row]))
    return np.sort(np.array(order[:_MOST_ROWS], np.int64))


def _kit_rules(job: GateJob, stored: Sequence[StoredArtefact], models: Sequence[Moderator]) -> list[RuleResult]:
    kit = build_gate_kit(models[0].classifier.reader.form.tag)
    before, after = (
        read_kit(kit, model, content_hash=each.manifest.content_hash, cache=cache, threads=job.threads)
        for model, each, cache in zip(models, stored, (job.cache, None), strict=True)
    )
    heads = len(models[0].classifier.heads), len(models[1].classifier.heads)
    sizes = [{name: array.nbytes for name, array in each.arrays.items()} for each in stored]
    return [*kit_rules(kit, before, after), *identity_kit_rules(kit, before, after), speed_rule(before, after, heads), size_rule(*sizes)]


def _verdict_rules(job: GateJob, models: Sequence[Moderator]) -> list[RuleResult]:
    kit, changes = build_gate_kit(models[0].classifier.reader.form.tag), {}
    rows = range(0, len(kit), _COMMUNITY_STEP)
    for community in _largest_communities(job):
        judges = [job.judges.get(community, _judge_as_is)(model) for model in models]
        changes[community] = verdict_change(kit, rows, *(judge.decide([kit.comments[row] for row in rows]) for judge in judges))
    judge = job.judges.get(None, _judge_as_is)
    return [community_rule(changes), recent_rule(job.recent, *(judge(model) for model in models))]


def _largest_communities(job: GateJob) -> list[str | None]:
    counts: dict[str | None, int] = dict.fromkeys(job.judges, 0)
    for community in job.rows.community:
        counts[community] = counts.get(community, 0) + 1
    counts.setdefault(None, 0)
    return sorted(counts, key=lambda name: (-counts[name], name or ""))[:MOST_COMMUNITIES]
