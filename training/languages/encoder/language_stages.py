"""Trains the encoder of all languages in stages, as that of English is trained (``training.encoder.stages``), with what there is.

1. ``corrected``: rows of sources, corrected by how each errs, and rows whose labels are right give a first idea.
2. ``reread``: the rows that were read again, twice, with English ones and comments of our own.
3. ``more``: as the first, with other rows of the sources, and a smaller step size.
4. ``last``: as the second, with a smaller step size. The weights are a mean of those before and after, as in the training of English.

Each stage keeps its state in files of its own and is not repeated after a kill. No row of a dev split is looked at.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.encoder.plain_form import plain_form
from model.encoder.script_pieces import ScriptPieces
from training.encoder.network import Network
from training.encoder.teaching import Teaching, make_teaching_loss
from training.encoder.training_loop import EncoderSettings, train_network
from training.encoder.training_rows import EncodedRows
from training.label_noise.known_labels import KnownLabels
from training.languages.corpus_rows import LanguageRows
from training.languages.encoder.encoder_rows import TaughtRows, balanced_sample
from training.terminal import StepProgress

__all__ = ["LanguageMaterial", "StageSizes", "encode_plain_rows", "train_language_stages"]

_RATES = {"corrected": 1.0, "reread": 0.6, "more": 0.8, "last": 0.48}  # of the step size
_LAST_SHARE = 0.75  # of the last stage in the mean of the weights
_SOURCE_PIECES = 48  # of a row of a source at most
_EVALUATIONS = 8  # after which the state is stored, in each pass

_WIDE = frozenset({"ar", "de", "es", "fr", "hi", "hi-Latn", "ko", "pl", "pt", "ru", "tr", "vi", "zh"})
"""Languages with many writers and rows, of which more rows are taken than of the others."""


@dataclass(frozen=True, slots=True)
class StageSizes:
    """How many rows the stages take at most.

    Attributes:
        corrected, more: rows of sources in these stages, of a language with many writers and of another one.
        english: English rows in each stage.
    """

    corrected: tuple[int, int] = (1500, 600)
    more: tuple[int, int] = (2500, 500)
    english: int = 8000


@dataclass(frozen=True, eq=False)
class LanguageMaterial:
    """What the stages learn from.

    Attributes:
        source: rows of sources, with how likely their answers are for each label.
        reread: rows that were read again.
        english: English rows that were read again.
        authored: comments of our own.
    """

    source: TaughtRows
    reread: LanguageRows
    english: LanguageRows
    authored: LanguageRows


def encode_plain_rows(rows: LanguageRows, words: ScriptPieces, *, tokens: int) -> EncodedRows:
    """Return rows in the form that the network learns from, in their plain form, cut at so many pieces."""
    ids = []
    for text in rows.text:
        pieces = [number for word in words.tokenize(plain_form(text)) for number in word]
        ids.append([words.begin, *pieces[: tokens - 2], words.end])
    none, of_one = np.zeros(len(rows), np.int64), np.zeros((1, 2), np.float32)
    return EncodedRows(ids, rows.hateful, rows.abusive, none, of_one, np.ones(len(rows), np.float32))


def train_language_stages(
    network: Network,
    words: ScriptPieces,
    material: LanguageMaterial,
    *,
    settings: EncoderSettings,
    folder: Path,
    sizes: StageSizes = StageSizes(),
    device: str = "cpu",
    report_progress: StepProgress = lambda step, share: None,
) -> None:
    """Train a network in place, in the stages that the module describes.

    Args:
        network: with the two heads of the label.
        words: its vocabulary.
        material: what to learn from.
        settings: of all stages; the step size is that of the first one, the others have less.
        folder: where the states of the stages are kept.
        sizes: how many rows to take.
        device: as PyTorch names it.
        report_progress: called after each batch.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def run(name: str, taught: TaughtRows, tokens: int) -> None:
        teaching = Teaching(taught.labels, np.empty((len(taught.rows), 0), np.float32))
        course = replace(
            settings, epochs=1, patience=0, evaluations=_EVALUATIONS, rate=_RATES[name] * settings.rate, frozen_words=True, tokens=tokens
        )
        train_network(
            network,
            encode_plain_rows(taught.rows, words, tokens=tokens),
            lambda _: time.time(),  # so that the latest weights stay, whichever run they are of
            settings=course,
            state_file=folder / name,
            device=device,
            loss=make_teaching_loss(teaching, device),
            report_progress=report_progress,
        )

    def english(seed: int) -> LanguageRows:
        return material.english.take(balanced_sample(material.english, np.arange(len(material.english)), most=sizes.english, seed=seed))

    def exact(*parts: LanguageRows) -> TaughtRows:
        return TaughtRows.from_answers(LanguageRows.concat(parts))

    tokens = min(_SOURCE_PIECES, settings.tokens)
    corrected = _sample(material.source, sizes.corrected, seed=0)
    run("corrected", TaughtRows.concat([_take(material.source, corrected), exact(english(0), material.reread, material.authored)]), tokens)
    run("reread", exact(english(1), material.reread, material.reread, material.authored), settings.tokens)
    more = _sample(material.source, sizes.more, seed=1, leave=set(corrected.tolist()))
    run("more", TaughtRows.concat([_take(material.source, more), exact(english(2), material.reread, material.authored)]), tokens)
    before = {name: weights.clone() for name, weights in network.state().items()}
    run("last", exact(english(3), material.reread, material.reread, material.authored), settings.tokens)
    after = network.state()
    network.restore({name: (1 - _LAST_SHARE) * weights + _LAST_SHARE * after[name] for name, weights in before.items()})


def _sample(source: TaughtRows, sizes: Sequence[int], *, seed: int, leave: Collection[int] = ()) -> npt.NDArray[np.intp]:
    """Return the numbers of rows of each language, as many as may be of each source and answer."""
    languages, (wide, narrow) = np.array(source.rows.lang, np.str_), sizes
    chosen: list[npt.NDArray[np.intp]] = [np.empty(0, np.intp)]
    for tag in np.unique(languages).tolist():
        most = wide if tag in _WIDE else narrow
        chosen.append(balanced_sample(source.rows, np.flatnonzero(languages == tag), most=most, seed=seed, leave=leave))
    return np.concatenate(chosen)


def _take(source: TaughtRows, numbers: npt.NDArray[np.intp]) -> TaughtRows:
    labels = KnownLabels(source.labels.weights[numbers], source.labels.is_distribution[numbers])
    return TaughtRows(source.rows.take(numbers), labels)
