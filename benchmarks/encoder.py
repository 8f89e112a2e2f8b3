"""Measures the cost of the encoder: for one comment, relative to PyTorch, and in the cascade relative to reading every comment."""

import statistics
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.comments import CORPUS, load_comments, load_dev_rows
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

_TWEET_LENGTHS = range(60, 281)
"""Lengths of the short comments, in code points."""
_SHORT_COMMENTS, _TRAFFIC_COMMENTS = 400, 2000
_ROUNDS = 3
_ABUSIVE_SHARE = 0.05  # of the traffic
_TALK_SOURCES = ("jigsaw_subset", "wiki_context_toxicity")
"""Sources of ordinary talk, from talk pages of Wikipedia; the other clean sources hold quarrels or answers to abuse."""


def measure() -> Iterator[Figure | Skipped | str]:
    """Yield the figures, all measured on one thread."""
    tweets = [text for text in load_comments().texts if len(text) in _TWEET_LENGTHS][:_SHORT_COMMENTS]
    full, cascade = (Moderator.load(profile=profile) for profile in (Profile.FULL, Profile.CASCADE))
    for moderator in (full, cascade):
        moderator.warm()
    size = sum(file.stat().st_size for file in shipped_folder().iterdir()) / 2**20
    yield Figure("encoder: the shipped artefact with both readers", size, "MiB", at_most=32)
    yield from _latency_figures(full, tweets)
    assert full.combined is not None
    yield _torch_figure(full.combined.encoder, tweets)
    if CORPUS.is_dir():
        yield _cascade_figure(full, cascade, _TALK_SOURCES, "ordinary talk", at_least=8)
        yield _cascade_figure(full, cascade, CLEAN_SOURCES, "what is fine in all clean sources")
    else:
        yield Skipped(f"encoder: clean-majority traffic: {CORPUS} is not there, and made-up comments have no labels")


def _latency_figures(full: Moderator, tweets: Sequence[str]) -> Iterator[Figure]:
    latencies = []
    for text in [*tweets] * _ROUNDS:
        start = time.perf_counter()
        full.decide([Comment("", text)], threads=1)
        latencies.append((time.perf_counter() - start) * 1e3)
    note = f"{len(tweets)} comments of {_TWEET_LENGTHS.start} to {_TWEET_LENGTHS.stop - 1} letters, {_ROUNDS} times, one a call"
    yield Figure("encoder: one comment through both readers, median", statistics.median(latencies), "ms", at_most=6, note=note)
    yield Figure("encoder: the same, p99", float(np.quantile(latencies, 0.99)), "ms", at_most=15)


def _torch_figure(reader: EncoderReader, tweets: Sequence[str]) -> Figure | Skipped:
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
    turns = [
        (_cpu_milliseconds(lambda ids: reader.run_windows([ids]), windows), _cpu_milliseconds(by_torch, windows)) for _ in range(_ROUNDS)
    ]
    own_time, torch_time = (statistics.median(turn) for turn in zip(*turns, strict=True))
    note = f"{own_time:.2f} and {torch_time:.2f} ms of CPU a comment, the six-layer MiniLM in fp32 with the same pieces"
    return Figure(
        "encoder: times as fast as PyTorch",
        statistics.median(theirs / ours for ours, theirs in turns),
        "×",
        at_least=4,
        note=note,
    )


def _cpu_milliseconds(run: Callable[[list[int]], object], windows: Sequence[list[int]]) -> float:
    """Return the CPU time of a reader for each window of pieces."""
    start = time.process_time()
    for ids in windows:
        run(ids)
    return (time.process_time() - start) / len(windows) * 1e3


def _cascade_figure(
    full: Moderator, cascade: Moderator, sources: Collection[str], traffic: str, *, at_least: float | None = None
) -> Figure:
    """Return how many times as fast the cascade is as the profile full, on traffic of which 95 % is clean."""
    rows = load_dev_rows()
    clean = np.flatnonzero((rows.abusive == 0) & np.isin(rows.source, list(sources)))
    abusive = np.flatnonzero(rows.abusive == 1)
    generator = np.random.default_rng(0)
    clean_sample = generator.choice(clean, round(_TRAFFIC_COMMENTS * (1 - _ABUSIVE_SHARE)), replace=False)
    abusive_sample = generator.choice(abusive, round(_TRAFFIC_COMMENTS * _ABUSIVE_SHARE))
    comments = [Comment("", rows.text[row]) for row in np.concatenate([clean_sample, abusive_sample]).tolist()]
    milliseconds, encoder_count = [], 0
    for moderator in (full, cascade):
        start = time.process_time()
        encoder_count = sum(moderator.decide([comment], threads=1).encoder_count for comment in comments)
        milliseconds.append((time.process_time() - start) / len(comments) * 1e3)
    full_time, cascade_time = milliseconds
    encoder_share = f"{encoder_count / len(comments):.0%} of {len(comments):,}"
    note = f"{cascade_time:.2f} and {full_time:.2f} ms of CPU a comment; {encoder_share} were passed on, "
    note += f"{_ABUSIVE_SHARE:.0%} of them abusive"
    return Figure(f"encoder: cascade, times as fast as full, 95 % {traffic}", full_time / cascade_time, "×", at_least=at_least, note=note)
