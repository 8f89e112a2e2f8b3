"""Reads the cells of a labelled table, one function for each kind of field."""

import math
import re
from collections.abc import Mapping

from model.comment import Label
from training.tables.labelled import ANSWERS_OF_LABEL, UNKNOWN

__all__ = ["BadCell", "quote_name", "read_answer", "read_label", "read_split", "read_text", "read_weight", "read_word", "reconcile_answers"]

_SPLITS = ("train", "dev")
_ANSWERS = {"1": 1, "1.0": 1, "true": 1, "yes": 1, "0": 0, "0.0": 0, "false": 0, "no": 0, "": UNKNOWN}
_NAME = re.compile(r"[\w.:/+-]+(?: [\w.:/+-]+)?")
_LONGEST_NAME = 32
_SURROGATE = re.compile("[\ud800-\udfff]")


class BadCell(Exception):  # noqa: N818 - caught where rows are counted, never seen by a caller
    """A cell that cannot be read.

    Attributes:
        field: the field that it should hold.
        detail: the error and its remedy, without the text of the comment.
    """

    def __init__(self, field: str, detail: str) -> None:
        """Name the field and what is wrong with it."""
        super().__init__(detail)
        self.field = field
        self.detail = detail


def reconcile_answers(abusive: int, hateful: int, *, label: Label | None) -> tuple[int, int, str | None]:
    """Reconcile the answers and the label of a row: hateful implies abusive, not abusive implies not hateful, and both override the label.

    Returns:
        The two answers, and a remark if the label contradicts them.

    Raises:
        BadCell: the row is hateful and not abusive.
    """
    if (abusive, hateful) == (0, 1):
        raise BadCell("hateful", "is true although abusive is false; correct one of them")
    if hateful == 1 or abusive == 0:
        abusive = hateful = max(hateful, 0)
    if label is None:
        return abusive, hateful, None
    by_label = ANSWERS_OF_LABEL[label]
    if abusive in {UNKNOWN, by_label[0]} and hateful in {UNKNOWN, by_label[1]}:
        return *by_label, None
    column, answer = ("hateful", hateful) if hateful not in {UNKNOWN, by_label[1]} else ("abusive", abusive)
    return abusive, hateful, f"says {label.value} although {column} is {'true' if answer else 'false'}; the label is not used"


def read_label(value: object, names: Mapping[str, Label]) -> Label | None:
    """Return the label of a cell by its name among ``names`` (case-folded); None if the cell is empty.

    Raises:
        BadCell: the label is unknown.
    """
    name = read_word(value)
    if name is None:
        return None
    try:
        return names[name.casefold()]
    except KeyError:
        raise BadCell("label", f"{quote_name(name)} is not {', '.join(Label)}; map it to one of them") from None


def read_answer(value: object, field: str) -> int:
    """Return the answer of a cell: yes (1), no (0) or nothing (-1).

    Raises:
        BadCell: it is something else.
    """
    if _is_missing(value):
        return UNKNOWN
    if isinstance(value, (bool, int, float)) and value in {0, 1}:
        return int(value)
    if isinstance(value, str) and (answer := _ANSWERS.get(value.strip().casefold())) is not None:
        return answer
    raise BadCell(field, "is neither yes nor no; write true, false, 1, 0 or nothing")


def read_text(value: object) -> str:
    """Return the comment unchanged.

    Raises:
        BadCell: it is missing, no string, blank, or cannot be encoded.
    """
    if not isinstance(value, str):
        raise BadCell("text", "is missing" if _is_missing(value) else "is not a string")
    if not value.strip():
        raise BadCell("text", "is empty")
    if not value.isascii() and _SURROGATE.search(value):
        raise BadCell("text", "holds half a surrogate pair, which is no character; write the character itself")
    return value


def read_word(value: object) -> str | None:
    """Return the cell as a string without blanks around it, or None if nothing is left."""
    return None if _is_missing(value) else str(value).strip() or None


def read_split(value: object) -> str | None:
    """Return ``train``, ``dev``, or None for an empty cell.

    Raises:
        BadCell: it is something else.
    """
    split = read_word(value)
    if split is None or split.casefold() in _SPLITS:
        return split and split.casefold()
    raise BadCell("split", "is neither train nor dev")


def read_weight(value: object) -> float:
    """Return the weight of a row; 1 for an empty cell.

    Raises:
        BadCell: it is no finite number of 0 or more.
    """
    try:
        weight = float(read_word(value) or 1)
    except ValueError:
        weight = -1.0
    if not 0 <= weight < math.inf:
        raise BadCell("weight", "is not a number of 0 or more")
    return weight


def quote_name(word: str) -> str:
    """Return a label or the name of a column quoted for a message; one that may be a misplaced comment is not shown."""
    return repr(word) if len(word) <= _LONGEST_NAME and _NAME.fullmatch(word) else "(not shown: it may be a comment)"


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
