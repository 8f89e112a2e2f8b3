"""The public corpus, for development: its rows, what its sources say of attributes, and where each of them comes from."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import TableError, TipstaffError
from training.tables.labelled import UNKNOWN, Labelled, Place

__all__ = ["ATTRIBUTES", "FOLDER", "SOURCES", "AttributeCount", "Source", "count_attributes", "load_corpus", "main"]

FOLDER = Path("../shared/corpus")
"""Where a development checkout finds the corpus."""

ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "affiliation_attack": "attacks people for what they belong to by choice: a party, a movement, a following",
        "insult": "insults somebody",
        "offensive_language": "uses words that many find offensive, whomever they are aimed at",
        "personal_attack": "attacks one person",
        "profanity": "is obscene",
        "severe_toxicity": "is toxic in a very high degree",
        "sexism": "demeans or threatens women for being women",
        "sexual_harassment": "harasses sexually",
        "stereotype": "demeans a group by a stereotype",
        "threat": "threatens, or wishes for harm",
    }
)
"""The further questions that some source answers in its own labels."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a source comes from.

    Attributes:
        licence: the licence as seen in the copy that was used.
        origin: the repository and revision that it was taken from.
        domain: who wrote the comments, and where.
        weight: how much one of its rows counts in training.
    """

    licence: str
    origin: str
    domain: str
    weight: float = 1.0


_UNSEEN = "none in this copy; {} (not re-read)"

SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "cad": Source(
            _UNSEEN.format("the authors publish it as CC-BY-4.0"),
            "contextual abuse dataset v1.1, via NoamElul/cis-5300-final@3c569a14",
            "Reddit",
        ),
        "civil_toxic_spans": Source("CC0", "ipavlopoulos/toxic_spans@beaf1705", "news comments (Civil Comments)"),
        "convabuse": Source("CC-BY-4.0", "amandacurry/convabuse@c0a9469f", "chatbot turns"),
        "davidson": Source("MIT", "t-davidson/hate-speech-and-offensive-language@cb50f7e9", "Twitter"),
        "dynahate": Source(
            "none stated in this copy",
            "paul-rottger/efficient-low-resource-hate-detection@3228efa0 (dyn21_en); "
            "original bvidgen/Dynamically-Generated-Hate-Speech-Dataset",
            "written by annotators to fool models",
        ),
        "edos": Source("CC0", "rewire-online/edos@b1f1fbcc", "Reddit, Gab (sexism)"),
        "ghc": Source(
            _UNSEEN.format("the authors publish it as CC-BY-4.0"),
            "Gab Hate Corpus via liuchaoqun/hate-speech-datasets@98f3ee81",
            "Gab",
        ),
        "guest_misogyny": Source("MIT", "ellamguest/online-misogyny-eacl2021@b3c04567", "Reddit"),
        "hatemoji_build": Source("CC-BY-4.0", "HannahKirk/Hatemoji@a626f632", "written by annotators, with emoji"),
        "hatexplain": Source(
            "MIT (HateXplain)",
            "hate-alert/HateXplain@01d74227 (splits), labels via Media-Bias-Group/MBIB@b9a887ff",
            "Twitter, Gab",
        ),
        "implicit_hate": Source(
            "CC-BY-4.0",
            "implicit-hate-corpus via liuchaoqun/hate-speech-datasets@98f3ee81",
            "Twitter (extremist groups)",
        ),
        "jigsaw_subset": Source("CC0 (data)", "several public samples of the Jigsaw 2018 training set", "Wikipedia talk pages"),
        "mhs_bin": Source(
            _UNSEEN.format("its dataset card says CC-BY-4.0"),
            "Measuring Hate Speech, binary majority, via paul-rottger/efficient-low-resource-hate-detection@3228efa0 (ken20_en)",
            "Reddit, Twitter, YouTube",
        ),
        "paradetox": Source("CC0", "s-nlp/paradetox@d97b17d0", "Reddit, Twitter, Jigsaw"),
        "stormfront": Source("CC-BY-SA-3.0", "Vicomtech/hate-speech-dataset@b802137e", "Stormfront forum"),
        "toxigen": Source(
            "MIT", "toxigen annotated_train via Sanjana-Srinidhi/Hate-speech-detection@558b470e", "machine-generated, human-rated"
        ),
        "wiki_context_toxicity": Source("Apache-2.0", "ipavlopoulos/context_toxicity@5df49c29", "Wikipedia talk pages"),
    }
)
"""Every source of the corpus, by name."""

Native = Mapping[str, Any]
_JIGSAW = {"insult": "insult", "obscene": "profanity", "severe_toxic": "severe_toxicity", "threat": "threat"}
_COLUMNS = ("id", "split", "text", "abusive", "hateful", "target", "native")


def _cad(native: Native) -> dict[str, bool]:
    labels = native["labels"].split(",")
    return {"affiliation_attack": "AffiliationDirectedAbuse" in labels, "personal_attack": "PersonDirectedAbuse" in labels}


def _civil(native: Native) -> dict[str, bool]:
    # All rows were taken for toxic, so who names no type has not said no: only a majority of the annotators is a yes, and only
    # two of them who name other types, and nobody who names this one, a no.
    types: dict[str, int] = native["types"]
    answers = {}
    for name, attribute in (("Insult", "insult"), ("Profane/Obscene", "profanity"), ("Threat", "threat")):
        if 2 * types.get(name, 0) > native["n"]:
            answers[attribute] = True
        elif name not in types and sum(types.values()) > 1:
            answers[attribute] = False
    return answers


def _convabuse(native: Native) -> dict[str, bool]:
    votes = int(native["types"].get("sex_harassment", 0))
    if 2 * votes >= native["n"]:
        return {"sexual_harassment": True}
    return {"sexual_harassment": False} if votes == 0 else {}


def _davidson(native: Native) -> dict[str, bool]:
    # One of three was chosen, so hate speech leaves open how it was worded.
    kind = native["class"]
    return {} if kind == "hate_speech" else {"offensive_language": kind == "offensive_language"}


def _edos(native: Native) -> dict[str, bool]:
    if native["sexist"] == "not sexist":
        return {"sexism": False}
    return {"sexism": True, "threat": native["category"].startswith("1.")}


def _guest(native: Native) -> dict[str, bool]:
    return {"sexism": native["level_1"] == "Misogynistic", "personal_attack": native["level_2"].endswith("personal_attack")}


def _hatemoji(native: Native) -> dict[str, bool]:
    return {} if native["type"] == "none" else {"threat": native["type"] == "threateninglanguage"}


def _implicit(native: Native) -> dict[str, bool]:
    if native["class"] == "not_hate":
        return {"stereotype": False}
    kind = native.get("implicit_class")
    return {} if kind is None else {"stereotype": kind == "stereotypical", "threat": kind == "threatening"}


def _jigsaw(native: Native) -> dict[str, bool]:
    if "toxic_binary" in native:
        return {} if native["toxic_binary"] else dict.fromkeys(_JIGSAW.values(), False)
    return {attribute: bool(native[flag]) for flag, attribute in _JIGSAW.items()}


_READERS: Mapping[str, Callable[[Native], dict[str, bool]]] = MappingProxyType(
    {
        "cad": _cad,
        "civil_toxic_spans": _civil,
        "convabuse": _convabuse,
        "davidson": _davidson,
        "edos": _edos,
        "guest_misogyny": _guest,
        "hatemoji_build": _hatemoji,
        "implicit_hate": _implicit,
        "jigsaw_subset": _jigsaw,
    }
)


def load_corpus(folder: Path = FOLDER) -> Labelled:
    """Load the corpus with its attributes and default weights.

    Args:
        folder: where its Parquet files lie, one for each source.

    Returns:
        Every row that answers ``abusive``, ``hateful`` or an attribute; the order is that of the files' names and rows.

    Raises:
        TableError: the corpus is not there, a file is damaged, or a source is not one of ``SOURCES``.
    """
    if not folder.is_dir():
        raise TableError(f"{folder}: the corpus is not there; name its folder with --corpus (the shipped artefact needs none of it)")
    parts = [_load_source(path) for path in sorted(folder.glob("*.parquet"))]
    if not parts:
        raise TableError(f"{folder}: this folder holds no Parquet file; name the corpus' folder with --corpus")
    return Labelled.concat(parts)


def _load_source(path: Path) -> Labelled:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.stem not in SOURCES:
        raise TableError(
            f"{path}: {path.stem!r} is not a source we know; add its licence and origin to training.shipped_model.corpus.SOURCES"
        )
    try:
        columns: dict[str, list[Any]] = pq.read_table(path, columns=list(_COLUMNS)).to_pydict()
        native = [json.loads(value) for value in columns["native"]]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise TableError(f"{path}: not a source of the corpus ({str(error).splitlines()[0]})") from error
    size = len(columns["text"])
    rows = Labelled(
        text=columns["text"],
        abusive=_answers(columns["abusive"]),
        hateful=_answers(columns["hateful"]),
        source=[path.stem] * size,
        split=columns["split"],
        id=columns["id"],
        weight=np.full(size, SOURCES[path.stem].weight),
        target=columns["target"],
        attributes=_attributes(path.stem, native),
        place=[Place(path.name, row) for row in range(1, size + 1)],
    )
    answered = np.vstack([rows.abusive, rows.hateful, *rows.attributes.values()]) != UNKNOWN
    return rows.take(np.flatnonzero(answered.any(axis=0)))


def _attributes(source: str, native: Sequence[Native]) -> dict[str, NDArray[np.int8]]:
    if source not in _READERS:
        return {}
    said = [_READERS[source](row) for row in native]
    names = sorted({name for row in said for name in row})
    return {name: _answers([row.get(name) for row in said]) for name in names}


def _answers(values: Sequence[bool | None]) -> NDArray[np.int8]:
    return np.array([UNKNOWN if value is None else value for value in values], dtype=np.int8)


@dataclass(frozen=True, slots=True)
class AttributeCount:
    """How often one source says yes and no to an attribute, in train and dev."""

    attribute: str
    source: str
    train_yes: int
    train_no: int
    dev_yes: int
    dev_no: int


def count_attributes(labelled: Labelled) -> list[AttributeCount]:
    """Count the answers of each source that answers an attribute, sorted by attribute and source."""
    source, dev = np.array(labelled.source), np.array([split == "dev" for split in labelled.split])
    counts = []
    for name, answers in sorted(labelled.attributes.items()):
        for origin in np.unique(source[answers != UNKNOWN]):
            here = [(answers[(source == origin) & side] == answer).sum() for side in (~dev, dev) for answer in (1, 0)]
            counts.append(AttributeCount(name, str(origin), *map(int, here)))
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the corpus and print what its sources say of attributes; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped_model.corpus", description="Count what the sources of the corpus say of each attribute."
    )
    parser.add_argument("--corpus", type=Path, default=FOLDER, help="folder of the corpus (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        labelled = load_corpus(options.corpus)
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    _print_counts(labelled)
    return 0


def _print_counts(labelled: Labelled) -> None:
    layout = "{:18} {:22} {:>9} {:>9} {:>9} {:>9}"
    print(layout.format("attribute", "source", "train yes", "train no", "dev yes", "dev no"))
    for count in count_attributes(labelled):
        print(layout.format(*astuple(count)))


if __name__ == "__main__":
    raise SystemExit(main())
