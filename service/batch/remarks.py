"""Remarks for people about what a reader did on its own, or passed over; they never quote a comment."""

from collections.abc import Iterable

__all__ = ["MAX_REMARKS", "add_remark", "add_remarks"]

MAX_REMARKS = 100
"""The most remarks about one file; what follows is told by the reasons of its rows."""
_MAX_REMARK_LENGTH = 1000


def add_remark(remarks: list[str], remark: str) -> None:
    """Add a remark, unless it has been made already or there are too many."""
    line = "".join(char if char.isprintable() else " " for char in remark[:_MAX_REMARK_LENGTH])
    if line not in remarks and len(remarks) < MAX_REMARKS:
        remarks.append(line)


def add_remarks(remarks: list[str], others: Iterable[str]) -> None:
    """Add the remarks among others that have not been made already."""
    for remark in others:
        add_remark(remarks, remark)
