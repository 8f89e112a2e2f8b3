"""Measures how often the language of a comment is misidentified, and what identifying it costs relative to judging it."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.comments import CORPUS, load_comments, load_dev_rows
from benchmarks.figures import Figure, Skipped
from model.comment import Comment
from model.language.identifier import Identifier
from model.moderator import Moderator

__all__ = ["measure"]

_Work = Callable[[Sequence[Comment]], object]

_FOREIGN = Path(__file__).with_name("foreign.tsv")
_ROUNDS = 5
_TIMED_COMMENTS = 10_000


def measure() -> Iterator[Figure | Skipped | str]:
    """Yield the figures of the language identifier."""
    identifier, moderator = Identifier.load(), Moderator.load()
    identifier.warm()
    moderator.warm()
    yield from _accuracy_figures(identifier)
    if CORPUS.is_dir():
        texts = load_dev_rows().text
        false_positives = sum(identifier.identify_texts(texts).foreign)
        yield Figure(
            "language: English dev rows called foreign",
            100 * false_positives / len(texts),
            "%",
            at_most=0.5,
            note=f"{false_positives} of {len(texts)}",
        )
    else:
        yield Skipped(f"language: English dev rows called foreign: {CORPUS} is not there; the corpus is for development only")
    comments = [Comment("", text) for text in load_comments(_TIMED_COMMENTS).texts]
    yield _cost_figure("comments together", comments, identifier.identify, lambda batch: moderator.decide(batch, threads=1))

    def one_by_one(work: _Work) -> _Work:
        return lambda batch: [work([comment]) for comment in batch]

    yield _cost_figure(
        "comments one by one", comments, one_by_one(identifier.identify), one_by_one(lambda batch: moderator.decide(batch, threads=1))
    )


def _accuracy_figures(identifier: Identifier) -> Iterator[Figure]:
    rows = [line.split("\t") for line in _FOREIGN.read_text(encoding="utf-8").splitlines()]
    languages = identifier.identify_texts([text for _, text in rows])
    note = f"{len(rows)} comments of our own in {len({code for code, _ in rows})} languages"
    yield Figure("language: foreign comments called foreign", 100 * sum(languages.foreign) / len(rows), "%", at_least=99, note=note)
    correct = sum(code == language for code, (language, _) in zip(languages.codes, rows, strict=True))
    yield Figure("language: foreign comments whose language is named right", 100 * correct / len(rows), "%")


def _cost_figure(manner: str, comments: Sequence[Comment], identify: _Work, judge: _Work) -> Figure:
    """Return the CPU time of identifying languages, divided by that of judging; each is the best of several rounds."""
    identify_times, judge_times = [], []
    for _ in range(_ROUNDS):
        # They take turns, so that both meet the same moments of a busy machine.
        identify_times.append(_cpu_microseconds(identify, comments))
        judge_times.append(_cpu_microseconds(judge, comments))
    identification, judgement = min(identify_times), min(judge_times)
    note = f"{identification:.1f} and {judgement:.1f} µs of CPU"
    return Figure(f"language: cost beside the judgement, {manner}", identification / judgement, at_most=1, note=note)


def _cpu_microseconds(work: _Work, comments: Sequence[Comment]) -> float:
    """Return the CPU time of work for each comment."""
    start = time.process_time()
    work(comments)
    return (time.process_time() - start) / len(comments) * 1e6
