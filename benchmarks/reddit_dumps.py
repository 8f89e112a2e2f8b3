"""Writes dumps of any size for benchmarks: comments of the corpus in rows of the form that Reddit's dumps have."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.comments import CORPUS, Comments, load_comments

__all__ = ["compress_dump", "load_dump_comments", "write_reddit_dump"]

_DISTINCT_COMMENTS = 148_000
_FIRST_SECOND = 1_700_000_000  # Unix time
_THREAD_SIZE = 40  # comments


def load_dump_comments(count: int = _DISTINCT_COMMENTS) -> Comments:
    """Return ``count`` comments of the corpus in random order, repeated if there are too few; generated ones without the corpus."""
    if not CORPUS.is_dir():
        return load_comments(count)
    from training.shipped_model.corpus import load_corpus

    texts = load_corpus(CORPUS).text
    random.Random(0).shuffle(texts)
    return Comments((texts * (count // len(texts) + 1))[:count], "rows of the corpus")


def write_reddit_dump(path: Path, texts: list[str], *, size: int) -> int:
    """Write comments as JSON Lines with the fields of Reddit's dumps until the file has ``size`` bytes; return their number."""
    written = count = 0
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        for row in _generate_rows(texts):
            written += file.write(row)
            count += 1
            if written >= size:
                break
        file.flush()
        # Otherwise the file would be written back while the first figure is measured.
        os.fsync(file.fileno())
    return count


def _generate_rows(texts: list[str]) -> Iterator[str]:
    """Yield lines of JSON without end, with the texts in turn."""
    generator = random.Random(1)
    number = 0
    while True:
        for text in texts:
            number += 1
            thread = number // _THREAD_SIZE
            yield (
                json.dumps(
                    {
                        "id": f"k{number:x}",
                        "author": f"user{int(generator.paretovariate(0.8)) % 200_000}",
                        "body": text,
                        "created_utc": _FIRST_SECOND + number * 3,
                        "edited": False,
                        "link_id": f"t3_{thread:x}",
                        "parent_id": f"t3_{thread:x}" if number % 3 else f"t1_k{number - 1:x}",
                        "permalink": f"/r/forum/comments/{thread:x}/a_thread/k{number:x}/",
                        "retrieved_on": _FIRST_SECOND + number * 3 + 9,
                        "score": int(generator.paretovariate(1.1)),
                        "stickied": False,
                        "subreddit": "forum",
                        "subreddit_id": "t5_2qh1i",
                    },
                    ensure_ascii=False,
                )
                + "\n"
            )


def compress_dump(path: Path) -> Path:
    """Compress a file with zstd as Reddit's dumps are, in one frame with a window of 2 GiB; return the path of the result."""
    import zstandard

    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=31, enable_ldm=True)
    target = path.with_suffix(".zst")
    with path.open("rb") as source, target.open("wb") as out:
        zstandard.ZstdCompressor(compression_params=parameters).copy_stream(source, out)
    return target
