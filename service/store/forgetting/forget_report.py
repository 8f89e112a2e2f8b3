"""What became of comments that were to be forgotten, place by place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ForgetReport", "RemovalPlace", "RewrittenFile"]


@dataclass(frozen=True, slots=True)
class RemovalPlace:
    """A place where comments were, or might have been.

    Attributes:
        place: a table of the database, or a file.
        removed: how many rows were removed, or would be.
        left: how many are still there after a new search; None if that was not made.
        remark: what else there is to say, in words; empty if there is nothing.
    """

    place: str
    removed: int
    left: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RewrittenFile:
    """A file that held comments.

    Attributes:
        old_path: where it was.
        old_sha256: its hash.
        new_path: the file in its place; None if nothing was left, or if it was only looked at.
        new_sha256: the hash of that file.
        removed: the number of rows that were removed, or would be.
    """

    old_path: Path
    old_sha256: str
    new_path: Path | None
    new_sha256: str | None
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetReport:
    """What became of comments that were to be forgotten.

    Attributes:
        comments: how many comments were found, or would be forgotten.
        places: every place that was searched.
        files: the files that held them.
        learned_hashes: the hashes of all files that ever held them, as far as is known: a model that learned from one of these may have
            learned from the comments.
        gone_hashes: the hashes of files that are gone for good: whether they held the comments, nobody can tell any more.
        problems: what could not be done, and what to do, in words.
        comment_ids: the ids of the comments; sorted.
    """

    comments: int
    places: tuple[RemovalPlace, ...]
    files: tuple[RewrittenFile, ...]
    learned_hashes: tuple[str, ...]
    gone_hashes: tuple[str, ...]
    problems: tuple[str, ...]
    comment_ids: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left and nothing went wrong."""
        return not self.problems and not any(place.left for place in self.places)

    def to_json(self) -> Mapping[str, Any]:
        """Return the report as JSON; it holds no text, author or id of a comment."""
        return {
            "complete": self.is_complete,
            "comments": self.comments,
            "places": [
                {"place": place.place, "removed": place.removed, "left": place.left, "remark": place.remark or None}
                for place in self.places
            ],
            "files": [
                {
                    "old": file.old_sha256,
                    "new": file.new_sha256,
                    "old_path": str(file.old_path),
                    "new_path": file.new_path and str(file.new_path),
                    "removed": file.removed,
                }
                for file in self.files
            ],
            "problems": list(self.problems),
        }
