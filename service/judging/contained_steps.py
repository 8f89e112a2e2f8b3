"""The steps of a judge that may fail for a comment, so that it is judged by the others: its language, and the lists of its community."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from model.array_types import IntArray
from model.comment import VERDICTS, Comment, Verdict
from model.failures import NO_FAILURES, Failures, Step, log_failure
from model.language.identified import ENGLISH_ALONE
from model.threads import check_interruption
from service.judging.community import Community, ListMatch
from service.judging.lists.excused_phrases import Remainder, excuse_phrases
from service.judging.lists.matching_text import fold_for_matching

if TYPE_CHECKING:
    from model.language.identifier import Identifier

__all__ = ["IdentifiedLanguages", "MatchedLists", "identify_languages", "match_lists"]

_MAX_CHARS = 4096

# The text as it stands, in the ways in which lists may still match it; the second fails for nothing.
_PLAIN_FOLDS: tuple[Callable[[str], str], ...] = (fold_for_matching, str.casefold)


class IdentifiedLanguages(NamedTuple):
    """The languages of n comments, and for how many of them identification has failed.

    Attributes:
        codes, foreign, candidates: as ``Languages`` has them. Where identification has failed and no language is stated, a comment is
            judged as if it were in English.
        failures: the count.
    """

    codes: Sequence[str | None]
    foreign: Sequence[bool]
    candidates: Sequence[tuple[str, ...]]
    failures: Failures


class MatchedLists(NamedTuple):
    """What the lists of a community match in n comments, and for how many of them the lists have failed.

    Attributes:
        comments: the comments as they are to be judged: without the phrases that are allowed, unless they consist of these.
        matches: the entry that decides the verdict on each comment, whatever its scores are; None where no entry does.
        excused: of each comment that is judged without phrases that are allowed, the first of these as ``ListMatch`` names it.
        remainders: what is left of those comments, by the same numbers.
        undecided: the numbers of the comments of which it is not known whether an entry denies them.
        failures: the count.
    """

    comments: Sequence[Comment]
    matches: Sequence[ListMatch | None]
    excused: dict[int, str]
    remainders: dict[int, Remainder]
    undecided: frozenset[int]
    failures: Failures

    def apply(self, verdicts: IntArray) -> tuple[IntArray, list[str | None]]:
        """Return verdicts with those of the entries that decide, and these entries.

        Args:
            verdicts: indices into ``VERDICTS``, -1 where there is nothing to judge, which stays so; shape (n,).
        """
        decided, entries = verdicts.copy(), list[str | None]()
        for row, (match, verdict) in enumerate(zip(self.matches, verdicts.tolist(), strict=True)):
            entries.append(match.entry if match is not None and verdict >= 0 else None)
            if match is not None and verdict >= 0:
                decided[row] = VERDICTS.index(match.verdict)
        return decided, entries


def identify_languages(identifier: "Identifier", comments: Sequence[Comment]) -> IdentifiedLanguages:
    """Identify the languages of comments: of all together, or, if that fails, of one after the other."""
    try:
        languages = identifier.identify(comments)
        return IdentifiedLanguages(languages.codes, languages.foreign, languages.candidates, NO_FAILURES)
    except Exception as error:
        log_failure(Step.LANGUAGE, error)
    codes, foreign, candidates, has_failed = [
        list(column) for column in zip(*(_identify_one(identifier, one) for one in comments), strict=True)
    ]
    return IdentifiedLanguages(codes, foreign, candidates, {Step.LANGUAGE: max(sum(has_failed), 1)})


def _identify_one(identifier: "Identifier", comment: Comment) -> tuple[str | None, bool, tuple[str, ...], bool]:
    """Return the language of a comment, whether it is foreign, its candidates, and whether its text could not be read as usual."""
    as_it_stands = comment._replace(text=comment.text[:_MAX_CHARS].replace("&", " ").replace("<", " "))
    for has_failed, reading in enumerate((comment, as_it_stands, as_it_stands._replace(text=""))):
        try:
            languages = identifier.identify([reading])
            return languages.codes[0], languages.foreign[0], languages.candidates[0], bool(has_failed)
        except Exception as error:
            log_failure(Step.LANGUAGE, error)
    return None, False, ENGLISH_ALONE, True


def match_lists(community: Community, comments: Sequence[Comment]) -> MatchedLists:
    """Match comments with the lists of a community.

    Where the lists fail for a comment, entries that deny are looked for in its text as it stands. If none is found, it is undecided
    whether the comment is denied.
    """
    matches, undecided, failed = list[ListMatch | None](), set[int](), Counter[Step]()
    excused, remainders = dict[int, str](), dict[int, Remainder]()
    for row in range(len(comments)):
        check_interruption()
        try:
            match = community.match_lists(comments[row])
            if match is not None and match.verdict is Verdict.APPROVE:
                remainder = excuse_phrases(comments[row], community.allow)
                if remainder is not None:
                    excused[row], remainders[row] = match.entry, remainder
                    match = _match_denied(community, remainder.comment)
        except Exception as error:
            log_failure(Step.LISTS, error)
            failed[Step.LISTS] += 1
            excused.pop(row, None)
            remainders.pop(row, None)
            match = _match_as_it_stands(community, comments, row)
            if match is None and community.deny:
                undecided.add(row)
        matches.append(match)
    read = [remainders[row].comment if row in remainders else comments[row] for row in range(len(comments))] if remainders else comments
    return MatchedLists(read, matches, excused, remainders, frozenset(undecided), failed or NO_FAILURES)


def _match_denied(community: Community, comment: Comment) -> ListMatch | None:
    """Return the entry that denies what is left of a comment; phrases that are allowed are taken out once only."""
    match = community.match_lists(comment) if community.deny else None
    return match if match is not None and match.verdict is Verdict.REJECT else None


def _match_as_it_stands(community: Community, comments: Sequence[Comment], row: int) -> ListMatch | None:
    """Return the entry that denies a comment by its text as it stands; None if there is none, or the lists fail again."""
    for fold in _PLAIN_FOLDS:
        try:
            match = community.match_text(fold(comments[row].text))
        except Exception as error:
            log_failure(Step.LISTS, error)
        else:
            return match if match is not None and match.verdict is Verdict.REJECT else None
    return None
