"""The reader that takes word order into account: a small transformer, computed by ONNX Runtime on the CPU.

Every text is computed alone, never padded or together with others. So its log-odds do not depend on its neighbours, not even in
the last bit, although intermediate numbers are rounded to 8 bits on a scale that each text sets for itself. (Nothing is computed
for padding either; threads share the comments of a batch.)

A long text is read in windows that overlap by a quarter; its log-odds are those of the worst window, head by head. Of a very
long text as many windows are read as take about a tenth of a second, spread evenly from its beginning to its end; the n-grams
read all of it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, FloatArray
from model.encoder.graph_file import Graph, read_graph
from model.encoder.graph_sizes import check_graph, check_sizes
from model.encoder.wordpiece import WordPiece
from model.normaliser.buffers import make_buffers
from model.normaliser.normalise import normalise_bytes
from model.threads import check_interruption, run_in_slices

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["ENCODER_HEADS", "EncoderReader", "normalise_texts", "pack_pieces", "unpack_pieces"]


ENCODER_HEADS = 2
"""The encoder has the two heads of the label alone: hateful, and abusive given not hateful."""

_FATAL = 4  # ONNX Runtime's number for the gravest of what it logs
_STEP = 0.75
"""From the beginning of a window to that of the next, in windows."""
_MOST_WINDOWS = 6
_NGRAM_BYTES = 1024  # a byte is about as much work for the encoder as so many are for the n-grams
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
        network: an ONNX graph: ``ids`` (1, n) int64 in, ``log_odds`` (1, 2) float32 out.
        vocabulary: the pieces of words that the network knows.
        max_tokens: how many pieces it reads at once, the marks at both ends included; at least 8.
        lexicon: the words that disguises may be read as, as ``model.normaliser.lexicon`` packs them.
    """

    network: ByteArray
    vocabulary: WordPiece
    max_tokens: int
    lexicon: npt.NDArray[np.uint32]

    @cached_property
    def _graph(self) -> Graph:
        graph = read_graph(np.ascontiguousarray(self.network).data)
        check_graph(graph, heads=ENCODER_HEADS)
        return graph

    @cached_property
    def _checked_lengths(self) -> set[int]:
        return set()

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # What is wrong comes as an exception; at a lower level, ONNX Runtime writes lines of its own to the standard error.
        options.log_severity_level = _FATAL
        return onnxruntime.InferenceSession(self.network.tobytes(), options, providers=["CPUExecutionProvider"])

    def load(self) -> None:
        """Build the network and try it, so that a network that does not work is noticed at once.

        Raises:
            ValueError: the network cannot be computed here.
        """
        try:
            self._check_length(2)
            self._check_length(self.max_tokens)
        except ValueError as error:
            raise ValueError(f"the encoder's network {error}") from error
        for ids in self._probes():
            try:
                log_odds = self._run(ids)
            except Exception as error:  # ONNX Runtime has a class of its own for each thing that can be wrong
                raise ValueError(f"the encoder's network cannot be computed ({type(error).__name__})") from error
            if log_odds.shape != (ENCODER_HEADS,) or not np.isfinite(log_odds).all():
                raise ValueError(f"the encoder's network does not give {ENCODER_HEADS} finite log-odds")

    def _probes(self) -> Iterator[list[int]]:
        """Yield texts as numbers of pieces: an empty one, one of the last piece, and a long one with pieces from the whole vocabulary."""
        begin, end, last = self.vocabulary.begin, self.vocabulary.end, len(self.vocabulary) - 1
        yield [begin, end]
        yield [begin, last, end]
        yield [begin, *(last * step // (self.max_tokens - 3) for step in range(self.max_tokens - 2)), end]

    def _check_length(self, length: int) -> None:
        """Make sure that texts of so many pieces can be read within bounds of memory and time, unless that is known."""
        if length not in self._checked_lengths:
            check_sizes(self._graph, length, heads=ENCODER_HEADS)
            self._checked_lengths.add(length)

    def read(self, texts: Sequence[bytes], *, threads: int = 1) -> FloatArray:
        """Return the log-odds of the two heads.

        Args:
            texts: n comments, as ``model.text.pipeline.prepare`` leaves them.
            threads: how many may share the work; the result does not depend on it.

        Returns:
            Uncalibrated log-odds of hateful, and of abusive given not hateful; shape (n, 2).
        """
        log_odds = np.empty((len(texts), ENCODER_HEADS))
        self._session  # noqa: B018 - built once, before threads share it

        def run(lo: int, hi: int) -> None:
            for at, text in enumerate(normalise_texts(texts[lo:hi], self.lexicon), lo):
                log_odds[at] = self.log_odds(text)

        work = (_NGRAM_BYTES * (len(text) + _BYTES_PER_CALL) for text in texts)
        run_in_slices(run, np.fromiter(accumulate(work, initial=0), np.int64, len(texts) + 1), threads)
        return log_odds

    def log_odds(self, text: str) -> FloatArray:
        """Return the log-odds of one normalised text, shape (2,)."""
        worst: FloatArray = np.array([self._run(window) for window in self.windows(text)]).max(axis=0)
        return worst

    def windows(self, text: str) -> list[list[int]]:
        """Return the numbers of the pieces, marks included, of each window of a normalised text; a short text is a single window."""
        room = self.max_tokens - 2
        pieces = [number for word in self.vocabulary.tokenize(text) for number in word]
        last = max(0, len(pieces) - room)
        steps = min(math.ceil(last / (room * _STEP)), _MOST_WINDOWS - 1)
        starts = [round(last * step / max(steps, 1)) for step in range(steps + 1)]
        return [[self.vocabulary.begin, *pieces[start : start + room], self.vocabulary.end] for start in starts]

    def _run(self, ids: list[int]) -> FloatArray:
        self._check_length(len(ids))
        check_interruption()
        (log_odds,) = self._session.run(["log_odds"], {"ids": np.array([ids], np.int64)})
        return np.asarray(log_odds[0], np.float64)
