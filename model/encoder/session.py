"""The reader that knows word order: a small transformer, computed by ONNX Runtime on the CPU.

Every text is computed alone, never padded or together with others: so its log-odds do not depend on its neighbours, not in
the last bit, although the numbers in between are rounded to 8 bits on a scale that each text sets for itself. (With one
comment a call nothing is lost to padding either; threads share the comments of a batch.)

A long text is read in windows that overlap by a quarter; its log-odds are those of the worst window, head by head. Of a very
long one as many windows are read as can be in a tenth of a second, evenly from its beginning to its end; the n-grams read it all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.encoder.wordpiece import WordPiece
from model.normaliser.normalise import buffers, normalise_bytes
from model.threads import run_in_slices

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["ENCODER_HEADS", "EncoderReader", "normalise_texts", "pack_pieces", "unpack_pieces"]


ENCODER_HEADS = 2
"""The encoder speaks of the two heads of the label alone, hateful and abusive given not hateful."""

_STEP = 0.75
"""From the beginning of a window to that of the next, in windows."""
_MOST_WINDOWS = 6
_LETTERS_EACH = 1024  # so much plain text a thread at least


def normalise_texts(texts: Sequence[bytes], lexicon: npt.NDArray[np.uint32]) -> list[str]:
    """Return texts, given as ``model.text.pipeline.prepare`` leaves them, as the kernel normalises them."""
    room = buffers(max(map(len, texts), default=0), False)
    found = []
    for text in texts:
        size = normalise_bytes(np.frombuffer(text, np.uint8), 0, len(text), lexicon, room)
        found.append(room.one.data[:size].tobytes().decode())
    return found


def pack_pieces(pieces: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Return a vocabulary as an array file holds it: UTF-8, a line each."""
    return np.frombuffer("\n".join(pieces).encode(), np.uint8)


def unpack_pieces(packed: npt.NDArray[np.uint8]) -> list[str]:
    """Return the vocabulary that an array holds.

    Raises:
        ValueError: it is not UTF-8.
    """
    return packed.tobytes().decode().split("\n")


@dataclass(frozen=True)
class EncoderReader:
    """A transformer and its vocabulary.

    Attributes:
        network: an ONNX graph: ``ids`` (1, n) int64 in, ``log_odds`` (1, 2) float32 out.
        words: its vocabulary.
        tokens: how many pieces it reads at once, the marks before and behind included; at least 8.
        lexicon: the words that disguises may be read as, as ``model.normaliser.lexicon`` packs them.
    """

    network: npt.NDArray[np.uint8]
    words: WordPiece
    tokens: int
    lexicon: npt.NDArray[np.uint32]

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self.network.tobytes(), options, providers=["CPUExecutionProvider"])

    def load(self) -> None:
        """Build the network, which the first call would do otherwise.

        Raises:
            ValueError: it is none that can be computed here.
        """
        try:
            probe = self._run([self.words.begin, self.words.end])
        except Exception as error:  # ONNX Runtime has a class of its own for each thing that can be wrong
            raise ValueError(f"the encoder's network cannot be computed ({type(error).__name__})") from error
        if probe.shape != (ENCODER_HEADS,) or not np.isfinite(probe).all():
            raise ValueError(f"the encoder's network gives {probe.shape} instead of {ENCODER_HEADS} log-odds")

    def read(self, texts: Sequence[bytes], *, threads: int = 1) -> FloatArray:
        """Return the log-odds of the two heads.

        Args:
            texts: n comments, as ``model.text.pipeline.prepare`` leaves them.
            threads: how many may share the work; the result does not depend on it.

        Returns:
            Uncalibrated log-odds of hateful, and of abusive given not hateful; shape (n, 2).
        """
        found = np.empty((len(texts), ENCODER_HEADS))
        self._session  # noqa: B018 - built once, before threads meet

        def run(lo: int, hi: int) -> None:
            for at, text in enumerate(normalise_texts(texts[lo:hi], self.lexicon), lo):
                found[at] = self.log_odds(text)

        # A letter is a thousandth of the work that it is for the n-grams.
        sizes = (_LETTERS_EACH * (len(text) + 16) for text in texts)
        run_in_slices(run, np.fromiter(accumulate(sizes, initial=0), np.int64, len(texts) + 1), threads)
        return found

    def log_odds(self, text: str) -> FloatArray:
        """Return the log-odds of one normalised text, shape (2,)."""
        found: FloatArray = np.array([self._run(window) for window in self.windows(text)]).max(axis=0)
        return found

    def windows(self, text: str) -> list[list[int]]:
        """Return the numbers of the pieces of each window of a normalised text, marks included; of a short one the only window."""
        room = self.tokens - 2
        pieces = [number for word in self.words.cut(text) for number in word]
        last = max(0, len(pieces) - room)
        steps = min(math.ceil(last / (room * _STEP)), _MOST_WINDOWS - 1)
        starts = [round(last * step / max(steps, 1)) for step in range(steps + 1)]
        return [[self.words.begin, *pieces[start : start + room], self.words.end] for start in starts]

    def _run(self, ids: list[int]) -> FloatArray:
        (log_odds,) = self._session.run(["log_odds"], {"ids": np.array([ids], np.int64)})
        return np.asarray(log_odds[0], np.float64)
