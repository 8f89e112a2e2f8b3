"""Rules about comments that are no rulings: the parts of the gate kit, attacks on the site's own comments, and trusted rows."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from model.array_types import FloatArray, Int8Array, IntArray
from model.classifier import Classifier
from model.comment import LABELS, Comment
from model.decisions import CommentJudge
from model.errors import TableError
from training.gate.gate_kit import AUTHORED, BEHAVIOUR, PAIRS, GateKit
from training.gate.gate_report import RuleResult, skipped_rule
from training.gate.kit_reading import KitReading
from training.gate.paired_areas import PairedChange, change_of_areas, change_of_means, join_changes
from training.gate.rules.rule_verdicts import judge_harm
from training.gate.ruling_evidence import FEWEST_ANSWERS, QUESTIONS, question_scores
from training.robustness.attacks import ATTACK_FAMILIES, ATTACKS, attack_rng
from training.robustness.robustness import heaviest_words
from training.tables.labelled import Labelled, Place
from training.tables.labelled_tables import read_tables

__all__ = ["attack_rule", "kit_rules", "trusted_rows", "trusted_rows_rule"]

_KIT_LIMIT = 0.01  # of AUC
_LABEL_LIMIT = 0.03  # of the share of labels that are right
_TRUSTED_LIMIT = 0.005  # of AUC
_ATTACK_LIMIT = 0.02  # of AUC
_MOST_ATTACKED = 60  # comments of either kind
_LONGEST_ATTACKED = 1000  # code points
_REREAD = "reread.parquet"
_ABOUT = {
    BEHAVIOUR: "Change in mean AUC on the cases of the behaviour suite, of which no model learns.",
    PAIRS: "Change in mean AUC on minimal pairs: comments that differ in little and mean the opposite.",
    AUTHORED: "Change in mean AUC on comments that were written to test models and are held out of every training.",
}


def kit_rules(kit: GateKit, before: KitReading, after: KitReading) -> list[RuleResult]:
    """Return a line for each part of the kit, and one for the labels.

    Args:
        kit: n comments.
        before: what the champion says of them.
        after: what the candidate says.
    """
    lines = []
    for part, about in _ABOUT.items():
        rows = kit.rows_of(part)
        change = mean_area_change(
            kit.abusive[rows], kit.hateful[rows], before.scores[rows], after.scores[rows], clusters=kit.clusters[rows]
        )
        lines.append(
            skipped_rule(f"kit-{part}", about, "The kit is empty.")
            if change is None
            else judge_harm(f"kit-{part}", about, change, limit=_KIT_LIMIT, is_kit=True)
        )
    about = "Change in the share of the kit that is rightly called fine or abusive; fine and abusive comments count the same."
    is_abusive = kit.abusive == 1
    weights = np.where(is_abusive, 0.5 / max(int(is_abusive.sum()), 1), 0.5 / max(int((~is_abusive).sum()), 1))
    rights = [(decisions.labels > 0) == is_abusive for decisions in (before, after)]
    change = change_of_means(*(right.astype(np.float64) for right in rights), weights=weights, clusters=kit.clusters)
    return lines if change is None else [*lines, judge_harm("kit-labels", about, change, limit=_LABEL_LIMIT, is_kit=True)]


def mean_area_change(
    abusive: Int8Array, hateful: Int8Array, before: FloatArray, after: FloatArray, *, clusters: IntArray
) -> PairedChange | None:
    """Return the mean over both questions of the AUC of two scores, shape (n, 3); None where neither is answered both ways."""
    changes = []
    for question in QUESTIONS:
        answers = hateful if question == "hateful" else abusive
        if min(int((answers == 1).sum()), int((answers == 0).sum())) >= FEWEST_ANSWERS:
            scores = (question_scores(each, question) for each in (before, after))
            change = change_of_areas(answers, *scores, weights=np.ones(answers.size), clusters=clusters)
            if change is not None:
                changes.append(change)
    return join_changes(changes)


def attack_rule(champion: Classifier, candidate: Classifier, rows: Labelled) -> RuleResult:
    """Return the line of attacks on the site's own comments: the words that weigh most are disguised, in one way of each family.

    Args:
        champion: whose weights say which words are attacked.
        candidate: a model that was fitted as the candidate was, but without these comments.
        rows: comments of the site.
    """
    rule, about = "kit-attacks", "Change in AUC of abusive on the site's own comments with their heaviest words disguised (n-grams alone)."
    chosen = _choose_attacked(rows)
    if not chosen.size:
        return skipped_rule(rule, about, f"Fewer than {FEWEST_ANSWERS} rulings of either kind.")
    texts, answers, clusters = [], [], []
    for row in chosen.tolist():
        words = heaviest_words(champion, rows.text[row])
        for family in ATTACK_FAMILIES.values():
            name = family[0]
            if not name.startswith(("long", "moved")):
                texts.append(ATTACKS[name](rows.text[row], words, attack_rng(rows.text[row], attack=name)))
                answers.append(rows.abusive[row])
                clusters.append(row)
    prepared = champion.reader.form.prepare([Comment("", text) for text in texts])
    before, after = (np.nan_to_num(1 - classifier.score(prepared).scores[:, 0]) for classifier in (champion, candidate))
    change = change_of_areas(np.array(answers, np.int8), before, after, weights=np.ones(len(texts)), clusters=np.array(clusters, np.int64))
    return skipped_rule(rule, about, "") if change is None else judge_harm(rule, about, change, limit=_ATTACK_LIMIT)


def _choose_attacked(rows: Labelled) -> IntArray:
    """Return the numbers of the comments to attack, some of either kind; none with too few of one."""
    is_short = np.array([len(text) <= _LONGEST_ATTACKED for text in rows.text], np.bool_)
    kinds = [np.flatnonzero((rows.abusive == answer) & is_short)[:_MOST_ATTACKED] for answer in (1, 0)]
    if min(kind.size for kind in kinds) < FEWEST_ANSWERS:
        return np.zeros(0, np.int64)
    return np.concatenate(kinds).astype(np.int64)


def trusted_rows(place: Path) -> Labelled:
    """Return rows whose labels can be trusted: of a folder with ``reread.parquet`` its dev rows, else those of a table that are not train.

    Raises:
        TableError: there is no such table, or it cannot be read.
    """
    if (place / _REREAD).is_file():
        try:
            table = pq.read_table(place / _REREAD, columns=["text", "source", "label", "split"])
        except (OSError, pa.ArrowException) as error:
            raise TableError(f"{place / _REREAD}: cannot be read: {type(error).__name__}: give a folder with a readable one") from error
        is_used = pc.and_(pc.equal(table["split"], "dev"), pc.is_in(table["label"], pa.array([label.value for label in LABELS])))
        return _labelled(table.filter(is_used))
    rows = read_tables([place]).rows
    return rows.take([number for number, split in enumerate(rows.split) if split != "train"])


def trusted_rows_rule(rows: Labelled | None, champion: CommentJudge, candidate: CommentJudge) -> RuleResult:
    """Return the line of rows with trusted labels: the mean AUC, source by source.

    Args:
        rows: such rows; None where there are none.
        champion: judges them.
        candidate: judges them too.
    """
    rule, about = (
        "kit-corpus",
        "Change in mean AUC, source by source, on rows that were read again by our own definitions, or on trusted rows.",
    )
    if rows is None or not len(rows):
        return skipped_rule(rule, about, "There is no corpus of rows that were read again, nor any other table of trusted rows.")
    comments = rows.comments()
    before, after = (judge.decide(comments).scores for judge in (champion, candidate))
    known = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    sources = np.array(rows.source)
    changes = []
    for source in sorted(set(rows.source)):
        of = np.flatnonzero((sources == source) & known)
        change = mean_area_change(rows.abusive[of], rows.hateful[of], before[of], after[of], clusters=np.arange(of.size))
        if change is not None:
            changes.append(change)
    if not changes:
        return skipped_rule(rule, about, "The trusted rows do not answer the questions both ways.")
    joined = PairedChange(
        float(np.mean([change.before for change in changes])),
        float(np.mean([change.after for change in changes])),
        float(np.sqrt(sum(change.error**2 for change in changes))) / len(changes),
        sum(change.n for change in changes),
        np.zeros(0),
        np.zeros(0, np.int64),
    )
    return judge_harm(rule, about, joined, limit=_TRUSTED_LIMIT, is_kit=True)


def _labelled(table: pa.Table) -> Labelled:
    """Return a table of text, source and label as labelled rows."""
    size = table.num_rows
    codes = np.array([LABELS.index(label) for label in table["label"].to_pylist()], np.int8)
    return Labelled(
        text=table["text"].to_pylist(),
        abusive=(codes > 0).astype(np.int8),
        hateful=(codes == 2).astype(np.int8),
        source=table["source"].to_pylist(),
        split=["dev"] * size,
        id=[str(number) for number in range(size)],
        weight=np.ones(size),
        target=[None] * size,
        attributes={},
        place=[Place(_REREAD, number) for number in range(1, size + 1)],
    )
