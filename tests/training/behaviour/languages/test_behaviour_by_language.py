"""How a judge does on the comments of a language: right and wrong answers are counted, by kind and under attack."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from model.artefact.manifest import Prior
from model.comment import LABELS, VERDICTS, Comment, Label, Verdict
from model.decisions import Decisions
from model.moderator import Moderator
from model.ngrams.raw_scores import allocate_scores
from training.behaviour.languages.attacks_by_language import LANGUAGE_ATTACKS
from training.behaviour.languages.behaviour_by_language import format_attacks, format_behaviour, measure_language, untaught_cases
from training.behaviour.languages.cases_by_language import LanguageKind, case_languages, read_language_cases

CASES = {case.text: case for case in read_language_cases("de")}
Answer = Callable[[Comment], tuple[Label | None, Verdict]]


class AnsweringJudge:
    """Judges each comment as a function says."""

    version = "answering"
    prior = Prior(hateful=0.02, abusive=0.1)

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def decide(self, comments: Sequence[Comment]) -> Decisions:
        """Returns the answers of the function."""
        raw = allocate_scores(len(comments), heads=2)
        for row, comment in enumerate(comments):
            label, verdict = self.answer(comment)
            raw.labels[row] = -1 if label is None else LABELS.index(label)
            raw.verdicts[row] = VERDICTS.index(verdict)
        raw.scores[:] = np.nan
        return Decisions(raw, (), None, "default", self.version)


def answer_rightly(comment: Comment) -> tuple[Label | None, Verdict]:
    """Knows the cases by heart, and approves of what is none."""
    case = CASES.get(comment.text)
    if case is None or case.fine:
        return Label.FINE, Verdict.APPROVE
    return min(case.right), Verdict.REJECT


def test_right_answers_are_counted() -> None:
    """Everything is right before an attack, and nothing is caught after one, for a judge who knows just the cases."""
    behaviour = measure_language(AnsweringJudge(answer_rightly), "de")

    assert set(behaviour.kinds) == set(LanguageKind)
    assert behaviour.abusive.cases + behaviour.fine.cases + behaviour.left_out == len(CASES)
    assert sum(shares.cases for shares in behaviour.kinds.values()) == behaviour.abusive.cases + behaviour.fine.cases
    assert (behaviour.abusive.right, behaviour.abusive.approved, behaviour.abusive.rejected) == (1, 0, 1)
    assert (behaviour.fine.right, behaviour.fine.approved, behaviour.fine.mislabelled) == (1, 1, 0)
    assert set(behaviour.attacks) == set(LANGUAGE_ATTACKS)
    assert behaviour.attacks["masked"][0] > 20
    assert {share for number, share in behaviour.attacks.values() if number} == {0}


def test_what_is_not_judged_is_neither_right_nor_mislabelled() -> None:
    """A comment that waits for a moderator without a label is not approved, and under attack it is still caught."""
    behaviour = measure_language(AnsweringJudge(lambda comment: (None, Verdict.REVIEW)), "de")

    assert (behaviour.fine.right, behaviour.fine.approved, behaviour.fine.rejected, behaviour.fine.mislabelled) == (0, 0, 0, 0)
    assert (behaviour.abusive.right, behaviour.abusive.approved) == (0, 0)
    assert {share for number, share in behaviour.attacks.values() if number} == {1}


def test_the_language_is_said_only_if_wanted() -> None:
    """Comments come without their language unless it is to be stated."""
    stated: set[str | None] = set()

    def note(comment: Comment) -> tuple[Label | None, Verdict]:
        stated.add(comment.language)
        return Label.FINE, Verdict.APPROVE

    behaviour = measure_language(AnsweringJudge(note), "de")
    assert stated == {None}
    assert set(behaviour.attacks.values()) == {(0, None)}
    measure_language(AnsweringJudge(note), "de", stated=True)
    assert stated == {None, "de"}


def test_the_tables_have_a_line_for_each_language() -> None:
    """Both tables have as many cells in each line as in their headings, and end with the mean."""
    behaviours = [measure_language(Moderator.load(), language) for language in ("fr", "ja")]

    for table in (format_behaviour(behaviours), format_attacks(behaviours)):
        lines = table.splitlines()
        assert [line.split(" | ")[0] for line in lines[2:]] == ["| fr", "| ja", "| mean"]
        assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize("language", case_languages())
def test_longer_comments_are_taught_to_nobody(language: str) -> None:
    """None of more than five words is among the comments that teach, and of all others, such as the commonest insults, few are."""
    cases, untaught = read_language_cases(language), set(untaught_cases(language))
    taught = [case for case in cases if case not in untaught]

    assert [case.text for case in taught if len(case.text.split()) > 5] == []
    assert len(untaught) >= 52
