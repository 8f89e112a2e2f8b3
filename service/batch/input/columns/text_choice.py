"""The choice of the column that holds the text of a table: by known names first, but never against what the columns hold."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, NoReturn

from model.errors import DumpError
from service.batch.input.columns.column_content import ColumnContent, examine_columns
from service.batch.input.columns.column_names import find_columns, fold_column_name, list_columns, quote_column
from service.batch.input.columns.known_names import (
    AUTHOR_NAMES,
    ID_NAMES,
    PARENT_NAMES,
    PARENT_TEXT_NAMES,
    PLACE_NAMES,
    TEXT_NAMES,
    TIME_NAMES,
    TITLE_NAMES,
    VAGUE_TEXT_NAMES,
)
from service.batch.input.columns.name_weights import COMMENT_WEIGHT, OTHER_WEIGHT, PLAIN_WEIGHT, TEXT_WEIGHT, weigh_column_name

__all__ = ["TextChoice", "choose_text_column"]

_OTHER_NAMES = frozenset((*ID_NAMES, *AUTHOR_NAMES, *PARENT_NAMES, *TIME_NAMES, *PLACE_NAMES, *PARENT_TEXT_NAMES, *TITLE_NAMES))
_COUNT_NAMES = frozenset({"comments", "tweets", "review", "post"})
"""Names of text columns that are as often those of counts, of ratings or of numbers."""
_MIN_COUNTED = 3

_FEW_WORDS = 2.5
"""The mean number of words of the texts in a column whose name says nothing: names of people and places have fewer."""
_MANY_WORDS = 6.0
_LABEL_WORDS = 1.5
_MIN_LABELS = 6
_MOST_LABELS = 4.5
_MIN_VARIETY = 0.3
_CLEAR_LEAD = 1.8
"""How many times more than any other column the chosen one must speak for itself."""
_MAX_HEADER_LENGTH = 120
_MAX_ARGUMENT_LENGTH = 100
_MAX_CANDIDATES = 4
_MANY_NAME_WORDS = 3
"""The number of words that few names of columns have more than."""


_NO_CONTENT = ColumnContent(0, 0, 0, 0.0, 0.0)


class TextChoice(NamedTuple):
    """The column that holds the text, and why it was chosen.

    Attributes:
        column: its name.
        reason: why it was chosen.
        remark: what a person should know about it; None if there is nothing.
    """

    column: str
    reason: str
    remark: str | None = None


class _Candidate(NamedTuple):
    """A column that may hold the text, and how much speaks for it."""

    name: str
    weight: float


def choose_text_column(
    names: Sequence[str], sample: Sequence[Mapping[str, object]], *, file: str, taken: str | None, has_header: bool
) -> TextChoice:
    """Choose the column that holds the text of a table.

    A known name decides, unless its column holds something else than text and another column holds text. Without a known name, the
    column decides that holds what people write, if it clearly does so more than all others.

    Args:
        names: the columns, in order.
        sample: the first records; none where they are not known.
        file: the file's name, for messages.
        taken: the column that the caller names for something else.
        has_header: whether the names stand in a line of their own, which may be a row instead.

    Raises:
        DumpError: no column holds text, or it is in doubt which of them does, or two columns have the same known name.
    """
    known = _find_known(names, file)
    if not sample:
        if known:
            return _explain_choice(known[0], ())
        raise DumpError(f"{file}: no column is known to hold the text; name it with --text-column ({list_columns(names)})")
    contents = examine_columns(list(dict.fromkeys([*known, *names])), sample)
    others = [other for other in _weigh_candidates(contents) if other.name not in {taken, *known}]
    if known:
        return _choose_known(known, others, contents, file=file)
    if not others:
        _refuse_unknown(names, contents, file=file, has_header=has_header)
    chosen = others[0].name
    if has_header and _has_no_header(names, contents, sample, chosen):
        raise DumpError(
            f"{file}: the first line seems to be a comment, and no header with the names of the columns; if so, say --no-header "
            f"--text-column {list(names).index(chosen) + 1}; if not, name the column with the text: --text-column"
        )
    if not _leads_clearly(others):
        _refuse_doubt(others, contents, file)
    reason = f"column {quote_column(chosen)} holds the text, because what is in it looks most like comments"
    return TextChoice(chosen, reason, f"{reason}; if that is wrong, name another with --text-column")


def _find_known(names: Sequence[str], file: str) -> list[str]:
    """Return the columns with known names for texts, the best first."""
    found: list[str] = []
    for name in TEXT_NAMES:
        matches = find_columns(names, name)
        if len(matches) == 1:
            found += matches
        elif matches and not found:
            raise DumpError(
                f"{file}: {len(matches)} columns are called {quote_column(matches[0])}; rename one, or name another with --text-column "
                f"({list_columns(names)})"
            )
    return list(dict.fromkeys(found))


def _choose_known(known: list[str], others: list[_Candidate], contents: Mapping[str, ColumnContent], *, file: str) -> TextChoice:
    """Choose one of the columns with known names, unless what they hold speaks for another."""
    possible = [name for name in known if not contents[name].is_made]
    if not possible:
        return _choose_beside_numbers(known, others, contents, file=file)
    with_text = [name for name in possible if contents[name].is_written]
    chosen = with_text[0] if with_text else possible[0]
    best = max(with_text, key=lambda name: contents[name].variety, default=chosen)
    # The same few texts again and again are those of what is commented on.
    if contents[chosen].filled > 1 and 2 * contents[chosen].variety <= contents[best].variety:
        chosen = best
    if fold_column_name(chosen) in VAGUE_TEXT_NAMES and (
        rivals := [other for other in others if weigh_column_name(other.name) == COMMENT_WEIGHT]
    ):
        if 2 * contents[chosen].variety > contents[rivals[0].name].variety:
            _refuse_doubt([_Candidate(chosen, 0.0), *rivals], contents, file)
        return _explain_choice(rivals[0].name, [chosen])
    if _may_hold_labels(chosen, contents[chosen]) and _leads_clearly(others) and weigh_column_name(others[0].name) >= TEXT_WEIGHT:
        return _explain_choice(others[0].name, [chosen])
    return _explain_choice(chosen, known[: known.index(chosen)])


def _may_hold_labels(name: str, content: ColumnContent) -> bool:
    """Tell whether a column holds the same few words again and again, such as ``yes`` and ``no``, and has no name of texts alone."""
    folded = fold_column_name(name)
    if "_" in folded and folded != "hate_speech":
        return False
    if content.filled < _MIN_LABELS or content.variety * content.filled > _MOST_LABELS:
        return False
    return content.variety <= _MIN_VARIETY and content.words < _LABEL_WORDS


def _explain_choice(chosen: str, passed_over: Sequence[str]) -> TextChoice:
    """Return a choice with the reason for it."""
    if not passed_over:
        return TextChoice(chosen, f"column {quote_column(chosen)} holds the text, by its name")
    reason = f"column {quote_column(chosen)} holds the text, by what is in it and in {', '.join(map(quote_column, passed_over))}"
    return TextChoice(chosen, reason, f"{reason}; if that is wrong, name another with --text-column")


def _choose_beside_numbers(known: list[str], others: list[_Candidate], contents: Mapping[str, ColumnContent], *, file: str) -> TextChoice:
    """Choose the column with the text where those with known names hold numbers, dates or the like."""
    first = known[0]
    is_counted = contents[first].filled >= _MIN_COUNTED
    may_be_count = is_counted or fold_column_name(first) in _COUNT_NAMES
    if not may_be_count:
        # One comment or two may be a number or a link.
        others = [other for other in others if weigh_column_name(other.name) >= TEXT_WEIGHT]
    if _leads_clearly(others):
        return _explain_choice(others[0].name, known)
    if others and may_be_count:
        _refuse_doubt(others, contents, file)
    if fold_column_name(first) in _COUNT_NAMES and is_counted:
        raise DumpError(
            f"{file}: column {quote_column(first)} holds numbers, dates or the like, and no other column is known to hold the text; if it "
            f"is the text all the same, say --text-column {_as_argument(first)}"
        )
    reason = f"column {quote_column(first)} holds the text, by its name"
    return TextChoice(first, reason, f"{reason}, though what is in it looks like numbers, dates or codes")


def _weigh_candidates(contents: Mapping[str, ColumnContent]) -> list[_Candidate]:
    """Return the columns without known names that may hold the text, with how much speaks for them; the likeliest first."""
    candidates = []
    for name, content in contents.items():
        if fold_column_name(name) in _OTHER_NAMES or not content.is_written:
            continue
        name_weight = weigh_column_name(name)
        if name_weight <= PLAIN_WEIGHT:
            if content.words < (_FEW_WORDS if name_weight == PLAIN_WEIGHT else _MANY_WORDS):
                continue
            if content.variety < _MIN_VARIETY and content.filled > _MIN_COUNTED:
                continue
        candidates.append(_Candidate(name, name_weight * content.words * (0.25 + 0.75 * content.variety)))
    return sorted(candidates, key=lambda candidate: -candidate.weight)


def _leads_clearly(candidates: list[_Candidate]) -> bool:
    """Tell whether the likeliest candidate is so by far; between two columns of sentences, only a name that means comments decides."""
    if len(candidates) < 2:
        return bool(candidates)
    best, *others = candidates
    if best.weight < _CLEAR_LEAD * others[0].weight:
        return False
    if weigh_column_name(best.name) != TEXT_WEIGHT:
        return True
    rivals = (other for other in others if weigh_column_name(other.name) == PLAIN_WEIGHT)
    return all(best.weight / TEXT_WEIGHT >= _CLEAR_LEAD * rival.weight for rival in rivals)


def _refuse_doubt(candidates: Sequence[_Candidate], names: Iterable[str], file: str) -> NoReturn:
    """Refuse a table in which several columns may hold the text."""
    order = {name: number for number, name in enumerate(names)}
    likeliest = sorted((candidate.name for candidate in candidates[:_MAX_CANDIDATES]), key=lambda name: order[name])
    raise DumpError(
        f"{file}: more than one column may hold the text: {', '.join(map(quote_column, likeliest))}; name the one that does, such as "
        f"--text-column {_as_argument(likeliest[0])}"
    )


def _refuse_unknown(names: Sequence[str], contents: Mapping[str, ColumnContent], *, file: str, has_header: bool) -> NoReturn:
    """Refuse a table in which nothing shows that a column holds the text, with the one that comes nearest as an example."""
    found = {name: contents.get(name, _NO_CONTENT) for name in names if name.strip()}
    nearest = [name for name, content in found.items() if content.is_written and content.words >= _LABEL_WORDS]
    nearest = nearest or [name for name, content in found.items() if not content.filled and weigh_column_name(name) >= TEXT_WEIGHT]
    best = max(nearest, key=lambda name: (weigh_column_name(name) > OTHER_WEIGHT, found[name].words), default=None)
    example = "" if best is None else f", for example --text-column {_as_argument(best)}"
    advice = ""
    if all(map(str.isdecimal, names)):
        advice = "; if each line is a comment, say --lines"
    elif has_header and any(len(name.split()) > _MANY_NAME_WORDS for name in names):
        example = ""
        advice = "; if the first line is no header, say --no-header and the number of the column, or --lines where each line is a comment"
    raise DumpError(f"{file}: no column is known to hold the text; name it with --text-column{example}{advice} ({list_columns(names)})")


def _as_argument(name: str) -> str:
    """Return a name as it is given in a command."""
    return shlex.quote("".join(char if char.isprintable() else " " for char in name[:_MAX_ARGUMENT_LENGTH]))


def _has_no_header(
    names: Sequence[str], contents: Mapping[str, ColumnContent], sample: Sequence[Mapping[str, object]], chosen: str
) -> bool:
    """Tell whether what stands in place of the header looks like a row: numbers above numbers, or a value of its own column."""
    if len(names) == 1:
        return len(chosen.split()) >= _FEW_WORDS
    for name in names:
        if _is_number(name) and name in contents and contents[name].is_made:
            return True
        if name.strip() and any(record.get(name) == name for record in sample):
            return True
    return len(chosen) > _MAX_HEADER_LENGTH


def _is_number(name: str) -> bool:
    return bool(name.strip()) and not any(map(str.isalpha, name)) and any(map(str.isdigit, name))
