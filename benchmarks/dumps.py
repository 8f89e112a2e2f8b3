"""Dumps of any size to measure with: comments of the corpus in rows as Reddit's dumps have them."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.comments import CORPUS, Comments, load_comments

__all__ = ["comments_for", "compressed", "write_reddit"]

_DISTINCT = 148_000
_SINCE = 1_700_000_000


def comments_for(count: int = _DISTINCT) -> Comments:
    """Return every row of the corpus in random order, again from the first if there are too few; made-up ones without it."""
    if not CORPUS.is_dir():
        return load_comments(count)
    from training.shipped_model.corpus import load_corpus

    texts = load_corpus(CORPUS).text
    random.Random(0).shuffle(texts)
    return Comments((texts * (count // len(texts) + 1))[:count], "rows of the corpus")


def write_reddit(path: Path, texts: list[str], *, size: int) -> int:
    """Write comments as JSON Lines with the fields of Reddit's dumps until the file has ``size`` bytes; returns how many."""
    written = count = 0
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        for row in _rows(texts):
            written += file.write(row)
            count += 1
            if written >= size:
                break
        file.flush()
        os.fsync(file.fileno())  # else it would be written back while the first figure is measured
    return count


def _rows(texts: list[str]) -> Iterator[str]:
    draw = random.Random(1)
    number = 0
    while True:
        for text in texts:
            number += 1
            thread = number // 40
            yield (
                json.dumps(
                    {
                        "id": f"k{number:x}",
                        "author": f"user{int(draw.paretovariate(0.8)) % 200_000}",
                        "body": text,
                        "created_utc": _SINCE + number * 3,
                        "edited": False,
                        "link_id": f"t3_{thread:x}",
                        "parent_id": f"t3_{thread:x}" if number % 3 else f"t1_k{number - 1:x}",
                        "permalink": f"/r/forum/comments/{thread:x}/a_thread/k{number:x}/",
                        "retrieved_on": _SINCE + number * 3 + 9,
                        "score": int(draw.paretovariate(1.1)),
                        "stickied": False,
                        "subreddit": "forum",
                        "subreddit_id": "t5_2qh1i",
                    },
                    ensure_ascii=False,
                )
                + "\n"
            )


def compressed(path: Path) -> Path:
    """Compress a file with zstd as Reddit's dumps are: one frame, a window of 2 GiB."""
    import zstandard

    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=31, enable_ldm=True)
    target = path.with_suffix(".zst")
    with path.open("rb") as source, target.open("wb") as out:
        zstandard.ZstdCompressor(compression_params=parameters).copy_stream(source, out)
    return target
