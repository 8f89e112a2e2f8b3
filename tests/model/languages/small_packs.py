"""Language packs for tests, fitted to a few comments of ours in the way that packs are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from model.artefact.folder import write_artefact
from model.artefact.manifest import HEADS, Calibration, Description, LabelThresholds, Manifest, PolicyThresholds
from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.shared_words import empty_lexicon
from model.normaliser.version import PACK_NORMALISER
from model.text.text_form import TextForm
from training.fit.feature_matrix import build_feature_matrix
from training.fit.ngram_weights import quantise

__all__ = ["LINES", "write_pack"]

_SETTINGS = FeatureSettings(bits=14)

LINES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "de": {
        "fine": (
            *("Der Zug hat heute wieder Verspätung.", "Danke für den schönen Artikel, sehr interessant!", "Wo bekommt man das Rezept?"),
            *(
                "Ich sehe das anders, aber gut erklärt.",
                "Meine Nachbarn feiern heute das Zuckerfest.",
                "Wann beginnt das Spiel am Samstag?",
            ),
            *("Das Wetter war die ganze Woche schlecht.", "Guten Morgen zusammen, wie geht es euch?"),
        ),
        "toxic": (
            *("Halt die Fresse, du Vollidiot.", "Du bist so ein dummes Arschloch.", "Verpiss dich endlich, du Trottel."),
            *("So ein Schwachkopf, einfach nur dumm.", "Du Idiot hast keine Ahnung, halt dein Maul."),
        ),
        "hateful": (
            *("Alle Ausländer sind Dreck und müssen weg.", "Diese Kanaken sind Dreck, raus mit dem Pack.", "Ausländer sind Ungeziefer."),
        ),
    },
    "ru": {
        "fine": (
            *(
                "Спасибо за интересную статью!",
                "Поезд сегодня снова опаздывает.",
                "Где можно найти этот рецепт?",
                "Доброе утро всем, как дела?",
            ),
            *("Я думаю иначе, но объяснено хорошо.", "Погода была плохой всю неделю.", "Когда начинается матч в субботу?"),
        ),
        "toxic": (
            *("Заткнись, идиот тупой.", "Ты просто тупая скотина.", "Иди нахуй отсюда, придурок.", "Какой же ты дебил и урод."),
            *("Пошёл вон, тварь безмозглая.",),
        ),
        "hateful": ("Все чурки грязные животные.", "Хачи понаехали, гнать этих животных.", "Чурки не люди, гнать их всех."),
    },
}
"""Comments by language and label."""


def write_pack(folder: Path, tag: str, *, arrays: Mapping[str, Any] | None = None, **changes: Any) -> Manifest:
    """Fits a pack to the comments of its language and writes it.

    Args:
        folder: where to.
        tag: the language; one of ``LINES``, or any other, which then gets the comments in German.
        arrays: further arrays by file name.
        changes: fields of the manifest that are to be others.
    """
    lines = LINES.get(tag, LINES["de"])
    texts = [text for some in lines.values() for text in some]
    labels = np.array([label for label, some in lines.items() for _ in some])
    form = TextForm(tag)
    packed = pack_bytes(form.prepare([Comment("", text) for text in texts]))
    matrix = build_feature_matrix(packed, settings=_SETTINGS, lexicon=empty_lexicon())
    hateful = LogisticRegression(C=100).fit(matrix, labels == "hateful")
    others = labels != "hateful"
    abusive = LogisticRegression(C=100).fit(matrix[np.flatnonzero(others)], labels[others] == "toxic")
    quantised = quantise(np.stack([hateful.coef_[0], abusive.coef_[0]], axis=1).astype(np.float32))
    fields: dict[str, Any] = {
        "name": tag.lower(),
        "normaliser": PACK_NORMALISER,
        "languages": (tag,),
        "features": asdict(_SETTINGS),
        "readers": ({"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},),
        "heads": HEADS,
        "calibration": {head: Calibration(slope=1.0, intercept=0.0) for head in HEADS},
        "thresholds": LabelThresholds(abusive=0.5, hateful=0.5),
        "policies": {"default": PolicyThresholds(review_abusive=0.5, review_hateful=0.4, reject_abusive=0.8, reject_hateful=0.7)},
    }
    biases = np.concatenate([hateful.intercept_, abusive.intercept_])
    own: dict[str, Any] = {"weights.npy": quantised.values, "scales.npy": quantised.scales, "biases.npy": biases}
    return write_artefact(folder, description=Description(**(fields | changes)), arrays=own | dict(arrays or {}))
