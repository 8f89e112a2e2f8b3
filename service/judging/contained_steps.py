"""The steps of a judge that may fail for a comment, so that it is judged by the others: its language, and the lists of its community."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from model.array_types import IntArray
from model.comment import VERDICTS, Comment, Verdict
from model.failures import NO_FAILURES, Failures, Step, log_failure
from model.threads import check_interruption
from service.judging.community import Community, ListMatch
from service.judging.word_lists import fold_for_matching

if TYPE_CHECKING:
    from model.language.identifier import Identifier

__all__ = ["IdentifiedLanguages", "ListedVerdicts", "apply_lists", "identify_languages"]

_MAX_CHARS = 4096

# The text as it stands, in the ways in which lists may still match it; the second fails for nothing.
_PLAIN_FOLDS: tuple[Callable[[str], str], ...] = (fold_for_matching, str.casefold)


class IdentifiedLanguages(NamedTuple):
    """The languages of n comments, and for how many of them identification has failed.

    Attributes:
        codes, foreign: as ``Languages`` has them; None and false where identification has failed and no language is stated.
        failures: the count.
    """

    codes: Sequence[str | None]
    foreign: Sequence[bool]
    failures: Failures


class ListedVerdicts(NamedTuple):
    """The verdicts on n comments after the lists of their community, and for how many of them the lists have failed.

    Attributes:
        verdicts: indices into ``VERDICTS``, -1 where there is nothing to judge; shape (n,).
        matched: the entry that decided the verdict on each comment; None where no entry did.
        undecided: the numbers of the comments of which it is not known whether an entry denies them.
        failures: the count.
    """

    verdicts: IntArray
    matched: list[str | None]
    undecided: frozenset[int]
    failures: Failures


def identify_languages(identifier: "Identifier", comments: Sequence[Comment]) -> IdentifiedLanguages:
    """Identify the languages of comments: of all together, or, if that fails, of one after the other."""
    try:
        codes, _, foreign = identifier.identify(comments)
        return IdentifiedLanguages(codes, foreign, NO_FAILURES)
    except Exception as error:
        log_failure(Step.LANGUAGE, error)
    found = [_identify_one(identifier, comments[row]) for row in range(len(comments))]
    failures = {Step.LANGUAGE: max(sum(has_failed for _, _, has_failed in found), 1)}
    return IdentifiedLanguages([code for code, _, _ in found], [foreign for _, foreign, _ in found], failures)


def _identify_one(identifier: "Identifier", comment: Comment) -> tuple[str | None, bool, bool]:
    """Return the language of a comment, whether it is foreign, and whether its text could not be read as usual."""
    as_it_stands = comment._replace(text=comment.text[:_MAX_CHARS].replace("&", " ").replace("<", " "))
    for has_failed, reading in enumerate((comment, as_it_stands, as_it_stands._replace(text=""))):
        try:
            codes, _, foreign = identifier.identify([reading])
            return codes[0], foreign[0], bool(has_failed)
        except Exception as error:
            log_failure(Step.LANGUAGE, error)
    return None, False, True


def apply_lists(community: Community, comments: Sequence[Comment], verdicts: IntArray) -> ListedVerdicts:
    """Apply the lists of a community; what was not judged for want of a text stays unjudged.

    Where the lists fail for a comment, entries that deny are looked for in its text as it stands. If none is found, it is undecided
    whether the comment is denied.
    """
    verdicts, matched, undecided, failed = verdicts.copy(), [], set[int](), Counter[Step]()
    for row, verdict in enumerate(verdicts.tolist()):
        check_interruption()
        entry: str | None = None
        if verdict >= 0:
            try:
                match = community.match_lists(comments[row])
            except Exception as error:
                log_failure(Step.LISTS, error)
                failed[Step.LISTS] += 1
                match = _match_as_it_stands(community, comments, row)
                if match is None and community.deny:
                    undecided.add(row)
            if match is not None:
                entry, verdicts[row] = match.entry, VERDICTS.index(match.verdict)
        matched.append(entry)
    return ListedVerdicts(verdicts, matched, frozenset(undecided), failed or NO_FAILURES)


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
