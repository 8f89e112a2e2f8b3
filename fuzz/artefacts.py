"""Artefacts whose hashes are true and whose content lies: each is refused in one line, or gives scores that are scores.

An input is a list of edits of one small artefact, as JSON, so that a kept one can be read: ``{"field": NAME, "value": …}`` sets a field of
the manifest, ``{"array": NAME, "dtype": …, "shape": […], "base64": …}`` replaces an array.
"""

import base64
import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from fuzz.campaign import Campaign
from fuzz.odd_values import mutate_bytes, mutate_integers, mutate_json
from fuzz.promises import BrokenPromiseError, hold
from model.array_types import AnyArray
from model.artefact.arrays import array_header
from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import ArrayEntry, Description
from model.comment import Comment, Format
from model.decisions import Decisions
from model.encoder.session import pack_pieces
from model.errors import ArtefactError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile

__all__ = ["check_artefact", "check_decisions", "fuzz_artefacts", "silence", "write_base"]

Edits = Sequence[Mapping[str, Any]]

_ENCODER = Path(__file__).parents[1] / "tests/encoder.onnx"
_BITS = 10
_CONTENT_FIELDS = (
    *("protocol", "normaliser", "labels", "features", "readers", "heads"),
    *("prior", "calibration", "thresholds", "policies", "arrays"),
)
# What changes how comments are judged; the rest of the manifest is seldom changed.
_FIELDS = (
    "features",
    "features",
    "features",
    "readers",
    "heads",
    "prior",
    "calibration",
    "thresholds",
    "policies",
    "arrays",
    "attributes",
    "languages",
)
_FLOATS = (0.0, -0.0, 1.0, -1.0, 1e-320, 1e-30, 1e30, 1e38, 1e300, 1e308, -1e308, float("nan"), float("inf"), float("-inf"), 0.5, 2.0, 1e9)
_SIZES = (0, 1, 2, 3, 7, 1024, 1 << _BITS, 2**20, 2**31, 2**40)
_DTYPES = ("int8", "uint8", "int32", "uint32", "int64", "float32", "float64")
_TEXTS = (
    "",
    "you are an idiot",
    "What a lovely morning, thank you all.",
    "<p>&amp; ёж 死ね 😀</p>",
    "a " * 400,
    "y.o.u are not: [URL]",
    "zzz qqq",
)
_COMMENTS = [Comment(str(number), text, text_format) for number, text in enumerate(_TEXTS) for text_format in Format]
_SUFFIX = ".json"


def write_base(folder: Path) -> Path:
    """Write the small artefact that the edits change; it has n-grams and an encoder, both of random weights."""
    stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
    generator = np.random.default_rng(5)
    heads = len(stored.manifest.heads)
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), *".,!?'@", "you", "not"]
    arrays: dict[str, AnyArray] = {
        "weights.npy": generator.integers(-60, 60, (1 << _BITS, heads)).astype(np.int8),
        "scales.npy": np.full(heads, 1e-4),
        "biases.npy": np.full(heads, -0.5),
        "network.npy": np.frombuffer(_ENCODER.read_bytes(), np.uint8),
        "pieces.npy": pack_pieces(pieces),
        "curve.npy": np.array([[0.0, 0.0, 1.0], [0.05, 0.004, 0.5], [0.3, 0.01, 0.2], [0.6, 0.05, 0.1]]),
        "combination.npy": np.array([[0.6, 0.7], [0.9, 0.8], [-1.0, -0.5]]),
    }
    said = {name: getattr(stored.manifest, name) for name in Description.model_fields if name not in {"data", "metrics", "settings"}}
    ngrams = {"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"}
    encoder: dict[str, Any] = {"kind": "encoder", "tokens": 16, "abusive": 0.4, "hateful": 0.45, "network": "network.npy"}
    encoder |= {"pieces": "pieces.npy", "combination": "combination.npy", "curve": "curve.npy"}
    changes = {"features": said["features"] | {"bits": _BITS}, "readers": (ngrams, encoder), "name": "fuzzed"}
    write_artefact(folder, description=Description(**(said | changes)), arrays=arrays)
    return folder


def _digest(document: object) -> str:
    return hashlib.sha256((json.dumps(document, indent=1, sort_keys=True) + "\n").encode("ascii")).hexdigest()


def _apply(base: Path, edits: Edits, folder: Path) -> None:
    """Write a copy of an artefact with some edits, and make its hashes true."""
    shutil.copytree(base, folder)
    document = json.loads((folder / "manifest.json").read_bytes())
    for edit in edits:
        if "field" in edit:
            document[edit["field"]] = edit["value"]
            continue
        entry = ArrayEntry.model_construct(dtype=edit["dtype"], shape=tuple(edit["shape"]), sha256="")
        data = array_header(entry) + base64.b64decode(edit["base64"])
        (folder / edit["array"]).write_bytes(data)
        described = {"dtype": edit["dtype"], "shape": list(edit["shape"]), "sha256": hashlib.sha256(data).hexdigest()}
        document["arrays"] = document["arrays"] | {edit["array"]: described}
    document["content_hash"] = _digest({key: document.get(key) for key in _CONTENT_FIELDS})
    document["seal"] = _digest({key: value for key, value in document.items() if key != "seal"})
    (folder / "manifest.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="ascii")


def check_artefact(base: Path, edits: Edits, *, profile: Profile | None = None) -> None:
    """Load an artefact with some edits, and judge with it if it is not refused.

    Args:
        base: what ``write_base`` wrote.
        edits: see the module.
        profile: which readers judge.

    Raises:
        BrokenPromiseError: the refusal is not one line, or a score is no probability.
        Exception: anything but an ``ArtefactError`` is a finding.
    """
    with tempfile.TemporaryDirectory(prefix="tipstaff-fuzz-") as name:
        folder = Path(name) / "artefact"
        _apply(base, edits, folder)
        with silence() as said:
            try:
                moderator = Moderator.load(folder, profile=profile)
                decisions = moderator.decide(_COMMENTS, threads=1, explain=True)
            except ArtefactError as error:
                line = str(error)
                hold(line.isprintable() and len(line) < 4000, "an artefact is refused in one line", line[:2000])
                return
            finally:
                hold(not (text := said()), "nothing but the refusal is said", text)
    check_decisions(decisions)


def check_decisions(decisions: Decisions) -> None:
    """Check what was decided.

    Raises:
        BrokenPromiseError: a score is no probability, or a contribution is not finite.
    """
    for row in decisions.rows():
        numbers = (*row.scores, *row.attributes) if row.label >= 0 else ()
        hold(all(0 <= number <= 1 for number in numbers), "scores are finite and in [0, 1]", repr(row))
        hold(row.label < 0 or math.isclose(sum(row.scores), 1, abs_tol=1e-6), "the scores of a comment sum to 1", repr(row))
    for spans in decisions.spans or ():
        hold(
            all(math.isfinite(span.abusive) and math.isfinite(span.hateful) for span in spans or ()),
            "contributions are finite",
            repr(spans)[:500],
        )


@contextmanager
def silence() -> Iterator[Any]:
    """Keep what is written to standard error, by libraries in C too; the context gets a function that returns it."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)

        def said() -> str:
            file.seek(0)
            return file.read(4000).decode(errors="replace")

        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)


class _Editor:
    """Makes edits by chance."""

    def __init__(self, random: Random, base: Path) -> None:
        self._random = random
        self._document = json.loads((base / "manifest.json").read_bytes())
        stored = read_artefact(base, normaliser=normaliser_version())
        self._arrays = {name: np.array(array) for name, array in stored.arrays.items()}

    def edits(self) -> list[dict[str, Any]]:
        """Return one or two edits."""
        return [self._edit() for _ in range(self._random.choice((1, 1, 1, 2)))]

    def _edit(self) -> dict[str, Any]:
        random = self._random
        if random.random() < 0.5:
            field = random.choice(_FIELDS) if random.random() < 0.95 else random.choice(list(self._document))
            return {"field": field, "value": mutate_json(random, self._document[field])}
        name = random.choice(list(self._arrays))
        array = self._arrays[name]
        data = self._change(array)
        shape, dtype = list(array.shape), str(array.dtype)
        if len(data) != array.nbytes or random.random() < 0.1:
            dtype = random.choice((dtype, random.choice(_DTYPES)))
            shape = [len(data) // np.dtype(dtype).itemsize] if random.random() < 0.8 else [random.choice(_SIZES), *shape[1:]]
        return {"array": name, "dtype": dtype, "shape": shape, "base64": base64.b64encode(data).decode()}

    def _change(self, array: AnyArray) -> bytes:
        random = self._random
        if array.dtype.kind == "f" and random.random() < 0.8:
            changed = array.copy()
            for _ in range(random.choice((1, 1, 2, changed.size))):
                changed.flat[random.randrange(changed.size)] = random.choice(_FLOATS)
            return changed.tobytes()
        if array.ndim == 2 and random.random() < 0.3:
            return np.full(array.shape, random.choice((-128, 127, 0)), array.dtype).tobytes()
        return (mutate_integers if random.random() < 0.3 else mutate_bytes)(random, array.tobytes())


def fuzz_artefacts(campaign: Campaign) -> None:
    """Try artefacts until the budget is spent."""
    base = campaign.folder / "base"
    shutil.rmtree(base, ignore_errors=True)
    write_base(base)
    check_artefact(base, [])
    editor = _Editor(campaign.random, base)
    while campaign.goes_on():
        edits = editor.edits()
        content = json.dumps(edits, indent=1).encode()
        campaign.begin(content, suffix=_SUFFIX)
        profile = campaign.random.choice((None, Profile.FAST, Profile.FULL))
        try:
            check_artefact(base, edits, profile=profile)
        except BrokenPromiseError as broken:
            kind, seen = broken.args
            campaign.report(kind, f"{profile}\n{seen}", content, suffix=_SUFFIX)
        except Exception as error:
            campaign.report_exception(error, content, suffix=_SUFFIX)
