"""The comments on which two versions are tried: those of the site, of a file, or our own."""

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.comment import Comment
from model.errors import InputError

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["TrialComments", "gather_trial_comments"]

_MOST = 1000
_DATABASE_FILE = "tipstaff.db"


@dataclass(frozen=True, slots=True)
class TrialComments:
    """n comments.

    Attributes:
        source: where they come from, in words.
        comments: the comments.
        communities: for each the name of the community that it belongs to; None where it belongs to none.
        left_out: how many rows of a file had no text.
    """

    source: str
    comments: tuple[Comment, ...]
    communities: tuple[str | None, ...]
    left_out: int = 0


def gather_trial_comments(settings: "Settings", table: str | None = None) -> TrialComments:
    """Return the comments on which versions are tried: at most 1,000.

    Args:
        settings: name the store of the site.
        table: a file of comments in any format that `tipstaff score` reads; its first rows are taken. None for the comments of the site
            that were ruled on last, or, where there are none, our own.

    Raises:
        InputError: the file cannot be read, or has no comment.
        StoreError: the store cannot be read.
    """
    if table is not None:
        return _read_table(table)
    return _read_store(settings) or _our_own()


def _read_table(path: str) -> TrialComments:
    from service.batch.input.open_dump import open_dump
    from service.batch.rows import DumpOptions

    comments: list[Comment] = []
    left_out = 0
    with open_dump(path, DumpOptions()) as dump:
        for row in dump.rows:
            if row.text is None:
                left_out += 1
            else:
                comments.append(Comment(str(row.line if row.id is None else row.id), row.text, row.format, author=row.author))
            if len(comments) == _MOST:
                break
    if not comments:
        raise InputError(f"{path}: holds no comment to try the versions on")
    return TrialComments(f"the first comments of {path}", tuple(comments), (None,) * len(comments), left_out)


def _read_store(settings: "Settings") -> TrialComments | None:
    """Return the comments of the site that were ruled on last; None if there are none."""
    if settings.database_url is None and not (settings.data_dir / _DATABASE_FILE).exists():
        return None
    from service.store.store import open_store

    store = open_store(settings)
    try:
        acts = deque((ruling.act for ruling in store.rulings.effective()), maxlen=_MOST)
    finally:
        store.close()
    if not acts:
        return None
    comments = [
        Comment(act.comment or f"ruling-{number}", act.text or "", act.format, act.language, act.author)
        for number, act in enumerate(acts, start=1)
    ]
    return TrialComments("the comments that were ruled on last", tuple(comments), tuple(act.community for act in acts))


def _our_own() -> TrialComments:
    from training.gate.gate_kit import build_gate_kit

    kit = build_gate_kit().comments
    # Spread over all of it, since comments of one kind stand together.
    chosen = kit[:: math.ceil(len(kit) / _MOST)]
    comments = tuple(comment._replace(id=f"kit-{number}") for number, comment in enumerate(chosen, start=1))
    return TrialComments("our own comments, since nobody has ruled on any here yet", comments, (None,) * len(comments))
