"""Whether a run that came to its end fell short: it judged nothing, or lost most of the rows; and what to do about it, in words."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from service.batch.file_access import STDIN, display_name
from service.batch.rows import Reason
from service.batch.statistics.summary import InputFile, RunSummary

__all__ = ["describe_shortfall"]

_MAX_FILES = 5
"""The most files that are advised on."""
_MAX_ADVICE = 2
"""The most pieces of advice about one file."""

_WAY_OUT: Mapping[str, tuple[str, str]] = {
    Reason.NO_TEXT: ("name the column that holds the text", "--text-column NAME"),
    Reason.NOT_A_STRING: ("name the column that holds the text", "--text-column NAME"),
    "empty": ("name the column that holds the text", "--text-column NAME"),
    Reason.NOT_UTF8: ("name the encoding of the file", "--encoding windows-1252"),
    Reason.NOT_JSON: ("if it is plain text, say so", "--lines"),
    Reason.NOT_AN_OBJECT: ("if it is plain text, say so", "--lines"),
    Reason.TOO_MANY_CELLS: ("say how its cells are separated or quoted", "--delimiter CHAR --quoting none"),
    Reason.TOO_FEW_CELLS: ("say how its cells are separated or quoted", "--delimiter CHAR --quoting none"),
    Reason.OPEN_QUOTE: ("if its quotation marks are part of the text, say so", "--quoting none"),
    Reason.NOT_READ: ("see above why; name what is to be read", "--text-column NAME"),
}
"""Reason → what helps, in words and as an option."""
_NEEDS_NEW_FILE = {Reason.TRUNCATED, Reason.DAMAGED, Reason.NOT_XML}


def describe_shortfall(summary: RunSummary, *, max_rejected: float, allow_empty: bool) -> list[str]:
    """Return lines that say how a run fell short and what would help; none if it did not.

    Args:
        summary: the summary of the run.
        max_rejected: the largest share in [0, 1] of rejected rows, among these and the judged ones, with which a run has ended well.
        allow_empty: whether a run that judged nothing has ended well.
    """
    rejected, judged = summary.rejected, summary.judged
    all_left_out = not summary.rows and summary.counts.left_out.total() > 0
    if rejected > max_rejected * (judged + rejected):
        what = "nothing was judged" if not judged else "most rows were lost" if rejected > judged else "too many rows were lost"
        share = rejected / (judged + rejected)
        line = f"{what}: {rejected:,} of {judged + rejected:,} comments cannot be judged ({share:.0%}; --max-rejected {max_rejected:g})"
        return [line, *_advise(summary.files)]
    if judged and (lost_files := [file for file in summary.files if _is_lost(file, max_rejected)]):
        line = f"most of {len(lost_files):,} of {len(summary.files):,} files was lost (--max-rejected {max_rejected:g})"
        return [line, *_advise(lost_files)]
    if judged or allow_empty or all_left_out:
        return []
    if not summary.rows:
        return ["nothing was judged, because nothing was found to read; if that can be, say --allow-empty"]
    line = f"nothing was judged: no row holds a text ({_list_reasons(summary.reasons)}); if that can be, say --allow-empty"
    return [line, *_advise(summary.files)]


def _is_lost(file: InputFile, max_rejected: float) -> bool:
    """Tell whether too much of a file was lost; where nothing was judged, rows without a text may have it in another column."""
    lost = file.rejected + (0 if file.judged else file.reasons.get(Reason.NO_TEXT, 0))
    return lost > max_rejected * (file.judged + lost)


def _advise(files: Sequence[InputFile]) -> Iterator[str]:
    """Yield what helps with the files that have lost the most rows."""
    losses = [(sum(lost.values()), file, lost) for file in files if (lost := _count_lost(file))]
    for count, file, lost in sorted(losses, key=lambda loss: loss[0], reverse=True)[:_MAX_FILES]:
        rows = "1 row is" if count == 1 else f"{count:,} rows are"
        yield f"{file.name}: {rows} lost ({_list_reasons(lost)}); {'; '.join(_find_ways_out(file, lost))}"


def _count_lost(file: InputFile) -> Mapping[str, int]:
    """Return reason → rows that are lost; where nothing was judged, rows without a text are among them."""
    return (
        file.rejections if file.judged else {**file.rejections, **{reason: n for reason, n in file.reasons.items() if reason in _WAY_OUT}}
    )


def _find_ways_out(file: InputFile, lost: Mapping[str, int]) -> list[str]:
    path = STDIN if file.name == display_name(STDIN) else shlex.quote(file.name)
    ways = [
        f"{words}: tipstaff score {path} {option}"
        for words, option in dict.fromkeys(_WAY_OUT[reason] for reason in lost if reason in _WAY_OUT)
    ]
    if any(reason in _NEEDS_NEW_FILE for reason in lost):
        ways.append("get the file anew, for it is damaged or cut short")
    return [*ways[:_MAX_ADVICE], f"see what is read: tipstaff score {path} --dry-run"]


def _list_reasons(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
