"""Judges comments on one core as ``tipstaff score`` does, but reads and writes nothing: ``python -m benchmarks.judging_alone COUNT``."""

import sys
import time

from benchmarks.reddit_dumps import load_dump_comments
from model.comment import Comment
from model.moderator import Moderator
from service.judging.judge_options import JudgeOptions
from service.settings import Settings

__all__: list[str] = []

_BATCH_SIZE = 8192  # comments
_ROUNDS = 3


def main(count: int) -> None:
    """Print the seconds of the processor that a comment takes, in the fastest of three rounds."""
    texts = load_dump_comments(count).texts
    batches = [[Comment("", text) for text in texts[start : start + _BATCH_SIZE]] for start in range(0, len(texts), _BATCH_SIZE)]
    moderator = Moderator.load()
    moderator.warm()
    judge = JudgeOptions.from_settings(Settings()).build_judge(moderator)
    seconds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        for batch in batches:
            judge.judge(batch, threads=1)
        seconds.append(time.process_time() - start)
    print(min(seconds) / len(texts))


if __name__ == "__main__":
    main(int(sys.argv[1]))
