"""The reader that takes word order into account: a small transformer, computed by ONNX Runtime on the CPU.

Every text is computed alone, never padded or together with others. So its log-odds do not depend on its neighbours, not even in
the last bit, although intermediate numbers are rounded to 8 bits on a scale that each text sets for itself. (Nothing is computed
for padding either; threads share the comments of a batch.)

A long text is read in windows that overlap by a quarter; its log-odds are those of the worst window, head by head. Of a very
long text as many windows are read as take about a tenth of a second, spread evenly from its beginning to its end; the n-grams
read all of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, FloatArray
from model.encoder.wordpiece import WordPiece
from model.normaliser.buffers import make_buffers
from model.normaliser.normalise import normalise_bytes
from model.threads import run_in_slices

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["ENCODER_HEADS", "EncoderReader", "normalise_texts", "pack_pieces", "unpack_pieces"]


ENCODER_HEADS = 2
"""The encoder has the two heads of the label alone: hateful, and abusive given not hateful."""

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
    def _session(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self.network.tobytes(), options, providers=["CPUExecutionProvider"])

    def load(self) -> None:
        """Build the network and try it, so that a network that does not work is noticed at once.

        Raises:
            ValueError: the network cannot be computed here.
        """
        try:
            log_odds = self._run([self.vocabulary.begin, self.vocabulary.end])
        except Exception as error:  # ONNX Runtime has a class of its own for each thing that can be wrong
            raise ValueError(f"the encoder's network cannot be computed ({type(error).__name__})") from error
        if log_odds.shape != (ENCODER_HEADS,) or not np.isfinite(log_odds).all():
            raise ValueError(f"the encoder's network gives {log_odds.shape} instead of {ENCODER_HEADS} log-odds")

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
        (log_odds,) = self._session.run(["log_odds"], {"ids": np.array([ids], np.int64)})
        return np.asarray(log_odds[0], np.float64)
