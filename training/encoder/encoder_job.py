"""The request to train an encoder: on which tables, beside which n-grams, and with which settings; and what that needs to be installed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from model.errors import TipstaffError
from training.encoder.training_loop import EncoderSettings
from training.tables.labelled import Labelled
from training.tables.splits import DEV_SHARE

__all__ = ["EncoderJob", "needing_encoder_training"]


@contextmanager
def needing_encoder_training() -> Iterator[None]:
    """Say what to install where a library is missing that only the training of encoders needs.

    Raises:
        TipstaffError: there is one.
    """
    try:
        yield
    except ImportError as error:
        raise TipstaffError(f"{error.name} is not installed: pip install 'tipstaff[encoder-training]'") from error


@dataclass(frozen=True, slots=True)
class EncoderJob:
    """What to train an encoder on, and how.

    Attributes:
        tables: files and folders of labelled tables.
        beside: folder of the artefact whose n-grams it joins.
        out: folder of the artefact to write.
        base: folder of the pretrained weights; those of the installed package if None.
        extra: further rows to learn from, such as the synthetic ones.
        source_weights: source → how much each of its rows counts; 1 where it is not named.
        dev_share: share of the rows without a split that is held back.
        device: as PyTorch names it.
        settings: of the training.
    """

    tables: Sequence[Path]
    beside: Path
    out: Path
    base: Path | None = None
    extra: Labelled | None = None
    source_weights: Mapping[str, float] = field(default_factory=dict)
    dev_share: float = DEV_SHARE
    device: str = "cpu"
    settings: EncoderSettings = field(default_factory=EncoderSettings)
