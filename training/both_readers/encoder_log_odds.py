"""What an encoder says of labelled rows, which are prepared for it as the form of its model wants."""

from model.array_types import FloatArray
from model.encoder.combined import CombinedReader
from model.ngrams.heads import LABEL_HEADS
from model.text.text_form import TextForm
from training.tables.labelled import Labelled

__all__ = ["read_by_encoder"]


def read_by_encoder(combined: CombinedReader, form: TextForm, rows: Labelled, *, threads: int) -> FloatArray:
    """Return the log-odds of the two label heads by an encoder, of n rows, each read as far as it fits; shape (n, 2).

    Args:
        combined: has the encoder.
        form: in which the n-grams beside it read.
        rows: n labelled comments.
        threads: how many may read at once.
    """
    texts = [form.prepare_for_encoder(comment.text, comment.format) for comment in rows.comments()]
    return combined.encoder.read(texts, threads=threads)[:, :LABEL_HEADS]
