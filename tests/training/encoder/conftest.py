"""What the tests of the encoder's training share: a tiny base that nobody has trained, in the layout of transformers.

Those that train need the extra ``encoder-training``, which is not part of the locked environment: without PyTorch they are not collected.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN

collect_ignore = (
    []
    if find_spec("torch") and find_spec("transformers") and find_spec("onnx")
    else ["test_onnx_export.py", "test_stages.py", "test_teaching.py", "test_train_encoder.py"]
)

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = [PADDING, UNKNOWN, BEGIN, END, *LETTERS, *(f"##{letter}" for letter in LETTERS), *".,!?'", "you", "idiot", "lovely", "morning"]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a base with two layers of 32 numbers, with random weights."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(PIECES), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=64
    )
    BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", "utf-8")
    return folder
