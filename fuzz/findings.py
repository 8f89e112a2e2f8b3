"""What a fuzzer finds: kept as a file that fails again when it is replayed, with a note that says what was wrong."""

import hashlib
import re
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finding", "FindingStore", "describe_exception", "slug"]

_MOST_EXAMPLES = 3
_OURS = re.compile(r"/(?:model|service|training)/.*\.py$")


@dataclass(frozen=True, slots=True)
class Finding:
    """One input that broke a promise.

    Attributes:
        kind: what was broken, in few words; findings of one kind have one cause as far as can be told.
        detail: what was seen, for people.
        content: the input.
        suffix: of the file that the input is kept in.
    """

    kind: str
    detail: str
    content: bytes
    suffix: str


class FindingStore:
    """The findings of one fuzzer: all are counted, and a few of each kind are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.counts: Counter[str] = Counter()

    def add(self, finding: Finding) -> Path | None:
        """Keep a finding; return the path of the input, or None if there are enough of its kind."""
        self.counts[finding.kind] += 1
        folder = self._folder / slug(finding.kind)
        folder.mkdir(parents=True, exist_ok=True)
        if len(list(folder.glob("*.note"))) >= _MOST_EXAMPLES:
            return None
        path = folder / (hashlib.sha256(finding.content).hexdigest()[:12] + finding.suffix)
        path.write_bytes(finding.content)
        path.with_name(path.name + ".note").write_text(f"{finding.kind}\n\n{finding.detail}\n", encoding="utf-8", errors="backslashreplace")
        return path


def describe_exception(error: BaseException) -> tuple[str, str]:
    """Return the kind of an exception (its type, and the innermost place in our own code) and its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS.search(frame.filename)] or frames[-1:]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else "nowhere"
    return f"{type(error).__name__} in {where}", "".join(traceback.format_exception(error, limit=-8))[-4000:]


def slug(text: str) -> str:
    """Return a text as the name of a file."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80] or "finding"
