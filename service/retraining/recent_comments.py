"""Recent comments of a site, without labels: the gate asks how many of their verdicts would change."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from model.comment import Comment
from model.errors import DumpError
from service.batch.input.open_dump import open_dump
from service.batch.rows import DumpOptions

__all__ = ["MOST_RECENT", "read_recent_comments"]

MOST_RECENT = 20_000
"""The most comments that are read; of a longer file, the last ones, which dumps have last because they are the newest."""


def read_recent_comments(file: Path) -> Sequence[Comment]:
    """Return the comments of a file, in any of the formats that ``tipstaff score`` reads.

    Args:
        file: the file; at most its last `MOST_RECENT` comments with a text are returned.

    Raises:
        DumpError: the file is of an unknown kind or damaged, has no column with texts, or not a single text.
        OSError: it cannot be read.
    """
    comments: deque[Comment] = deque(maxlen=MOST_RECENT)
    with open_dump(str(file), DumpOptions()) as dump:
        for row in dump.rows:
            if row.text is not None and row.text.strip():
                comments.append(Comment("", row.text, row.format, parent_text=row.parent_text, title=row.title))
    if not comments:
        raise DumpError(f"{file}: holds no comment with a text: give recent comments of your site, such as tipstaff score reads")
    return list(comments)
