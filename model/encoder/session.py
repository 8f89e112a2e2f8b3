"""The reader that takes word order into account: a small transformer, computed by ONNX Runtime on the CPU.

The log-odds of a text do not depend on its neighbours, not even in the last bit. Nothing is padded: only windows of exactly the
same length are computed together, and only where the network was made for that, so that its numbers are rounded to 8 bits on scales
that are stored with it. A network whose scales are set by the text itself computes one window at a time. (Threads share the comments.)

A long text is read in windows that overlap by a quarter; its log-odds are those of the worst window, head by head. Where the n-grams
read as well, they say which windows are worth it (``model.encoder.comment_parts``); here they are spread evenly.
What a comment answers is read with each of its windows, where the network knows how to.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, FloatArray
from model.encoder.graph.graph_file import Graph, read_graph
from model.encoder.graph.graph_sizes import check_graph, check_sizes
from model.encoder.plain_form import plain_form
from model.encoder.wordpiece import WordPiece
from model.normaliser.buffers import make_buffers
from model.normaliser.normalise import normalise_bytes
from model.threads import check_interruption, run_in_slices

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["ENCODER_HEADS", "MAX_CONTEXT_PIECES", "EncoderReader", "normalise_texts", "pack_pieces", "unpack_pieces"]


ENCODER_HEADS = 2
"""The fewest heads of an encoder, those of the label: hateful, and abusive given not hateful; those of attributes follow."""

MAX_CONTEXT_PIECES = 32
"""The most pieces that are read of what a comment answers."""

_FATAL = 4  # ONNX Runtime's number for the gravest of what it logs
_STEP = 0.75
"""From the beginning of a window to that of the next, in windows."""
_MOST_WINDOWS = 6
_NGRAM_BYTES = 1024  # a byte is about as much work for the encoder as so many are for the n-grams
_BATCH_PIECES = 128
"""The most pieces of windows that are computed together: more gain nothing, and a call is to be short, since it cannot be interrupted."""
_BYTES_PER_CALL = 16  # what a call costs besides, in bytes


def normalise_texts(texts: Sequence[bytes], lexicon: npt.NDArray[np.uint32]) -> list[str]:
    """Return texts as the compiled normaliser leaves them.

    Args:
        texts: UTF-8, as ``model.text.pipeline.prepare`` leaves it.
        lexicon: words that disguises may be read as.
    """
    room = make_buffers(max(map(len, texts), default=0), False)
    normalised = []
    for text in texts:
        size = normalise_bytes(np.frombuffer(text, np.uint8), 0, len(text), lexicon, room)
        normalised.append(room.text.data[:size].tobytes().decode())
    return normalised


def pack_pieces(pieces: Sequence[str]) -> ByteArray:
    """Return a vocabulary as an array file holds it: UTF-8, one piece a line."""
    return np.frombuffer("\n".join(pieces).encode(), np.uint8)


def unpack_pieces(packed: ByteArray) -> list[str]:
    """Return the vocabulary that ``pack_pieces`` packed.

    Raises:
        ValueError: the array is not UTF-8.
    """
    return packed.tobytes().decode().split("\n")


@dataclass(frozen=True)
class EncoderReader:
    """A transformer and its vocabulary.

    Attributes:
        network: an ONNX graph: ``ids`` (k, n) int64 in, the numbers of the pieces, and if it reads contexts ``types`` (k, n) int64,
            0 for the pieces of the comment and 1 for those of what it answers; ``log_odds`` (k, heads) float32 out. Where k is not
            fixed at 1, a row's log-odds do not depend on the other rows.
        vocabulary: the pieces of words that the network knows; it says in which form the network reads a text.
        max_tokens: how many pieces it reads at once, the marks at both ends included; at least 8.
        lexicon: the words that disguises may be read as, as ``model.normaliser.lexicon`` packs them; plain forms need none.
    """

    network: ByteArray
    vocabulary: WordPiece
    max_tokens: int
    lexicon: npt.NDArray[np.uint32]

    @cached_property
    def _graph(self) -> Graph:
        graph = read_graph(np.ascontiguousarray(self.network).data)
        check_graph(graph)
        return graph

    @cached_property
    def _checked_lengths(self) -> set[int]:
        return set()

    @cached_property
    def heads(self) -> int:
        """How many log-odds the network gives; at least ``ENCODER_HEADS``."""
        return check_sizes(self._graph, 2)

    @property
    def reads_context(self) -> bool:
        """Whether the network reads what a comment answers as well."""
        return "types" in self._graph.inputs

    def _batch_size(self, length: int) -> int:
        """Return how many windows of so many pieces are computed together."""
        _, (rows, _) = self._graph.inputs["ids"]
        return max(1, _BATCH_PIECES // length) if rows is None else 1

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # What is wrong comes as an exception; at a lower level, ONNX Runtime writes lines of its own to the standard error.
        options.log_severity_level = _FATAL
        # Without this, products of 8-bit numbers overflow on processors that have no instructions for them (VNNI).
        options.add_session_config_entry("session.x64quantprecision", "1")
        return onnxruntime.InferenceSession(self.network.tobytes(), options, providers=["CPUExecutionProvider"])

    def prepare(self) -> None:
        """Build what threads share, once, before they do."""
        self._session  # noqa: B018

    def load(self, *, heads: int) -> None:
        """Build the network and try it, so that a network that does not work is noticed at once.

        Args:
            heads: how many log-odds it is to give.

        Raises:
            ValueError: the network cannot be computed here, or gives other log-odds.
        """
        try:
            self._check_length(2)
            self._check_length(self.max_tokens)
        except ValueError as error:
            raise ValueError(f"the encoder's network {error}") from error
        if self.heads != heads:
            raise ValueError(f"the encoder's network gives {self.heads} log-odds where {heads} are combined")
        for ids in self._probes():
            try:
                log_odds = self.run_windows([ids])[0]
            except Exception as error:  # ONNX Runtime has a class of its own for each thing that can be wrong
                raise ValueError(f"the encoder's network cannot be computed ({type(error).__name__})") from error
            if log_odds.shape != (heads,) or not np.isfinite(log_odds).all():
                raise ValueError(f"the encoder's network does not give {heads} finite log-odds")

    def _probes(self) -> Iterator[list[int]]:
        """Yield windows: an empty one, one of the last piece, a long one with pieces from the whole vocabulary, and one with a context."""
        begin, end, last = self.vocabulary.begin, self.vocabulary.end, len(self.vocabulary) - 1
        yield [begin, end]
        yield [begin, last, end]
        yield [begin, *(last * step // (self.max_tokens - 3) for step in range(self.max_tokens - 2)), end]
        yield [begin, last, end, last, end]

    def _check_length(self, length: int) -> None:
        """Make sure that windows of so many pieces can be read within bounds of memory and time, unless that is known."""
        if length not in self._checked_lengths:
            if check_sizes(self._graph, length, batch=self._batch_size(length)) != self.heads:
                raise ValueError("gives more log-odds for one text than for another")
            self._checked_lengths.add(length)

    def normalise(self, texts: Sequence[bytes]) -> list[str]:
        """Return texts in the form in which the network reads them.

        Args:
            texts: UTF-8, as ``model.text.pipeline.prepare`` leaves it; for a network that reads plain forms with all its accents.
        """
        if self.vocabulary.reads_plain_form:
            return [plain_form(text.decode()) for text in texts]
        return normalise_texts(texts, self.lexicon)

    def read(self, texts: Sequence[bytes], *, contexts: Sequence[bytes] | None = None, threads: int = 1) -> FloatArray:
        """Return the log-odds of all heads.

        Args:
            texts: n comments, as ``normalise`` takes them.
            contexts: what each of them answers, such as the title and the comment above it, prepared in the same way; empty where there
                is nothing. A network that does not read contexts leaves them aside.
            threads: how many may share the work; the result does not depend on it.

        Returns:
            Uncalibrated log-odds of hateful, of abusive given not hateful, and of the attributes; shape (n, heads).
        """
        log_odds = np.empty((len(texts), self.heads))
        self.prepare()

        def run(lo: int, hi: int) -> None:
            normalised = self.normalise(texts[lo:hi])
            of = [""] * len(normalised) if contexts is None else self.normalise(contexts[lo:hi])
            windows = [self.windows(text, context) for text, context in zip(normalised, of, strict=True)]
            starts = np.cumsum([0, *map(len, windows)])[:-1]
            log_odds[lo:hi] = np.maximum.reduceat(self.run_windows(list(chain.from_iterable(windows))), starts)

        work = (_NGRAM_BYTES * (len(text) + _BYTES_PER_CALL) for text in texts)
        run_in_slices(run, np.fromiter(accumulate(work, initial=0), np.int64, len(texts) + 1), threads)
        return log_odds

    def log_odds(self, text: str, context: str = "") -> FloatArray:
        """Return the log-odds of one normalised text, read with what it answers, normalised too; shape (heads,)."""
        worst: FloatArray = self.run_windows(self.windows(text, context)).max(axis=0)
        return worst

    def windows(self, text: str, context: str = "") -> list[list[int]]:
        """Return the numbers of the pieces, marks included, of each window of a normalised text; a short text is a single window.

        A context is read with every window: its first pieces, at most ``MAX_CONTEXT_PIECES``, and a mark follow the mark behind those
        of the text.
        """
        room = self.room(context)
        pieces = [number for word in self.vocabulary.tokenize(text) for number in word]
        last = max(0, len(pieces) - room)
        steps = min(math.ceil(last / (room * _STEP)), _MOST_WINDOWS - 1)
        starts = [round(last * step / max(steps, 1)) for step in range(steps + 1)]
        return [self.window(pieces[start : start + room], context) for start in starts]

    def room(self, context: str = "") -> int:
        """Return how many pieces of a text a window has room for beside its marks and what the text answers."""
        return self.max_tokens - 2 - len(self._context_pieces(context))

    def window(self, pieces: Sequence[int], context: str = "") -> list[int]:
        """Return the window that shows some pieces of a text, and what that answers."""
        return [self.vocabulary.begin, *pieces, self.vocabulary.end, *self._context_pieces(context)]

    def _context_pieces(self, context: str) -> list[int]:
        """Return what stands in a window behind the text: nothing, or the first pieces of the context and the mark of its end."""
        most = min(MAX_CONTEXT_PIECES, self.max_tokens // 3)
        if not context or not self.reads_context:
            return []
        pieces = [number for word in self.vocabulary.tokenize(context) for number in word][:most]
        return [*pieces, self.vocabulary.end] if pieces else []

    def run_windows(self, windows: Sequence[list[int]]) -> FloatArray:
        """Return the log-odds of k windows, shape (k, heads); all that stands in a window behind its first mark of an end is context."""
        log_odds = np.empty((len(windows), self.heads))
        lengths = np.fromiter(map(len, windows), np.int64, len(windows))
        for length in np.unique(lengths).tolist():
            rows, most = np.flatnonzero(lengths == length), self._batch_size(length)
            self._check_length(length)
            for batch in np.split(rows, range(most, rows.size, most)):
                check_interruption()
                log_odds[batch] = self._run(np.array([windows[row] for row in batch.tolist()], np.int64))
        return log_odds

    def _run(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the log-odds of windows of one length."""
        inputs = {"ids": ids}
        if self.reads_context:
            is_end = ids == self.vocabulary.end
            inputs["types"] = (is_end.cumsum(axis=1) - is_end > 0).astype(np.int64)
        (log_odds,) = self._session.run(["log_odds"], inputs)
        return np.asarray(log_odds, np.float32)
