"""What the second reader costs: beside PyTorch, beside asking it only where it matters, and for one comment."""

import statistics
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.comments import CORPUS, dev_rows, load_comments
from benchmarks.figures import Figure, Skipped
from model.artefact.folder import shipped_folder
from model.comment import Comment
from model.encoder.session import EncoderReader, normalise_texts, unpack_pieces
from model.moderator import Moderator
from model.normaliser.lexicon import load_lexicon
from model.profile import Profile
from model.text.pipeline import prepare
from training.shipped_model.sources import CLEAN_SOURCES

__all__ = ["measure"]

_TWEET = range(60, 281)
"""Code points of a comment of a tweet's length."""
_TWEETS, _TRAFFIC = 400, 2000
_ROUNDS = 3
_ABUSIVE = 0.05
_TALK = ("jigsaw_subset", "wiki_context_toxicity")
"""Sources that were not searched for abuse: talk pages of Wikipedia. The others of ``CLEAN_SOURCES`` quarrel, or answer abuse."""


def measure() -> Iterator[Figure | Skipped | str]:
    """Yield the figures; all work is done in one thread."""
    tweets = [text for text in load_comments().texts if len(text) in _TWEET][:_TWEETS]
    full, cascade = (Moderator.load(profile=profile) for profile in (Profile.FULL, Profile.CASCADE))
    for moderator in (full, cascade):
        moderator.warm()
    size = sum(file.stat().st_size for file in shipped_folder().iterdir()) / 2**20
    yield Figure("encoder: the shipped artefact with both readers", size, "MiB", at_most=32)
    yield from _one_by_one(full, tweets)
    assert full.combined is not None
    yield _beside_torch(full.combined.encoder, tweets)
    if CORPUS.is_dir():
        yield _traffic(full, cascade, _TALK, "ordinary talk", at_least=8)
        yield _traffic(full, cascade, CLEAN_SOURCES, "what is fine in all clean sources")
    else:
        yield Skipped(f"encoder: clean-majority traffic: {CORPUS} is not there; what is clean cannot be told of made-up comments")


def _one_by_one(full: Moderator, tweets: Sequence[str]) -> Iterator[Figure]:
    took = []
    for text in [*tweets] * _ROUNDS:
        began = time.perf_counter()
        full.decide([Comment("", text)], threads=1)
        took.append((time.perf_counter() - began) * 1e3)
    note = f"{len(tweets)} comments of {_TWEET.start} to {_TWEET.stop - 1} letters, {_ROUNDS} times, one a call"
    yield Figure("encoder: one comment through both readers, median", statistics.median(took), "ms", at_most=6, note=note)
    yield Figure("encoder: the same, p99", float(np.quantile(took, 0.99)), "ms", at_most=15)


def _beside_torch(reader: EncoderReader, tweets: Sequence[str]) -> Figure | Skipped:
    try:
        import torch

        from training.encoder.network import Network, find_pretrained, pad_texts, read_pretrained
    except ImportError as error:
        return Skipped(f"encoder: beside PyTorch: {error.name} is not there; install the extra 'encoder-training'")
    torch.set_num_threads(1)
    texts = normalise_texts(prepare([Comment("", text) for text in tweets]), load_lexicon())
    windows = [reader.windows(text)[0] for text in texts]
    pieces = unpack_pieces(np.load(shipped_folder() / "pieces.npy"))
    network: Any = Network.from_pretrained(read_pretrained(find_pretrained()), pieces, sources=1)
    network.body.eval()

    def by_torch(ids: list[int]) -> None:
        with torch.inference_mode():
            network.log_odds(*pad_texts([ids]))

    # They take turns, so that both meet the same moments of a busy machine.
    turns = [(_spent(reader._run, windows), _spent(by_torch, windows)) for _ in range(_ROUNDS)]
    ours, theirs = (statistics.median(turn) for turn in zip(*turns, strict=True))
    note = f"{ours:.2f} and {theirs:.2f} ms of CPU a comment, the six-layer MiniLM in fp32 with the same pieces"
    return Figure("encoder: times as fast as PyTorch", statistics.median(b / a for a, b in turns), "×", at_least=4, note=note)


def _spent(run: Callable[[list[int]], object], windows: Sequence[list[int]]) -> float:
    began = time.process_time()
    for ids in windows:
        run(ids)
    return (time.process_time() - began) / len(windows) * 1e3


def _traffic(full: Moderator, cascade: Moderator, sources: Collection[str], what: str, *, at_least: float | None = None) -> Figure:
    rows = dev_rows()
    clean = np.flatnonzero((rows.abusive == 0) & np.isin(rows.source, list(sources)))
    abusive = np.flatnonzero(rows.abusive == 1)
    draw = np.random.default_rng(0)
    chosen = [draw.choice(clean, round(_TRAFFIC * (1 - _ABUSIVE)), replace=False), draw.choice(abusive, round(_TRAFFIC * _ABUSIVE))]
    comments = [Comment("", rows.text[at]) for at in np.concatenate(chosen).tolist()]
    took, passed = [], 0
    for moderator in (full, cascade):
        began = time.process_time()
        passed = sum(moderator.decide([comment], threads=1).encoder_count for comment in comments)
        took.append((time.process_time() - began) / len(comments) * 1e3)
    note = f"{took[1]:.2f} and {took[0]:.2f} ms of CPU a comment; {passed / len(comments):.0%} of {len(comments):,} were passed on, "
    note += f"{_ABUSIVE:.0%} of them abusive"
    return Figure(f"encoder: cascade, times as fast as full, 95 % {what}", took[0] / took[1], "×", at_least=at_least, note=note)
