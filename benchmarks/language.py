"""How often the language of a comment is mistaken, and what telling it costs beside judging it."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.comments import CORPUS, dev_rows, load_comments
from benchmarks.figures import Figure, Skipped
from model.comment import Comment
from model.language.identifier import Identifier
from model.moderator import Moderator

__all__ = ["measure"]

_FOREIGN = Path(__file__).with_name("foreign.tsv")
_ROUNDS = 5


def measure() -> Iterator[Figure | Skipped | str]:
    """Yield the figures."""
    identifier, moderator = Identifier.load(), Moderator.load()
    identifier.warm()
    moderator.warm()
    yield from _foreign(identifier)
    if CORPUS.is_dir():
        texts = dev_rows().text
        wrong = sum(identifier.identify_texts(texts).foreign)
        yield Figure(
            "language: English dev rows called foreign", 100 * wrong / len(texts), "%", at_most=0.5, note=f"{wrong} of {len(texts)}"
        )
    else:
        yield Skipped(f"false alarms: {CORPUS} is not there; the corpus is for development only")
    comments = [Comment("", text) for text in load_comments(10_000).texts]
    yield _cost("comments together", comments, identifier.identify, lambda some: moderator.decide(some, threads=1))

    def one_by_one(work: Callable[[Sequence[Comment]], object]) -> Callable[[Sequence[Comment]], object]:
        return lambda some: [work([comment]) for comment in some]

    yield _cost(
        "comments one by one", comments, one_by_one(identifier.identify), one_by_one(lambda some: moderator.decide(some, threads=1))
    )


def _foreign(identifier: Identifier) -> Iterator[Figure]:
    rows = [line.split("\t") for line in _FOREIGN.read_text(encoding="utf-8").splitlines()]
    found = identifier.identify_texts([text for _, text in rows])
    note = f"{len(rows)} comments of our own in {len({code for code, _ in rows})} languages"
    yield Figure("language: foreign comments called foreign", 100 * sum(found.foreign) / len(rows), "%", at_least=99, note=note)
    right = sum(code == language for code, (language, _) in zip(found.codes, rows, strict=True))
    yield Figure("language: foreign comments whose language is named right", 100 * right / len(rows), "%")


def _cost(what: str, comments: Sequence[Comment], tell: Callable[[Sequence[Comment]], object], judge: Callable[..., object]) -> Figure:
    took: dict[str, list[float]] = {"tell": [], "judge": []}
    for _ in range(_ROUNDS):
        for name, work in (("tell", tell), ("judge", judge)):
            began = time.process_time()
            work(comments)
            took[name].append((time.process_time() - began) / len(comments) * 1e6)
    least, judged = min(took["tell"]), min(took["judge"])
    return Figure(f"language: cost beside the judgement, {what}", least / judged, at_most=1, note=f"{least:.1f} and {judged:.1f} µs of CPU")
