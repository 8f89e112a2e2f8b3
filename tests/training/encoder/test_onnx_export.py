"""The exported network: it says what the trained one says, whatever is computed beside it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model.comment import Comment
from model.encoder.session import EncoderReader
from model.encoder.wordpiece import WordPiece
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from tests.training.encoder.conftest import LETTERS, PIECES
from training.encoder.network import Network, read_pretrained
from training.encoder.onnx_export import export_network

HEADS, TOKENS = 7, 48


@pytest.fixture(scope="module")
def network(base: Path) -> Network:
    """Make a network with heads and layers whose numbers are as large as trained ones."""
    torch.manual_seed(1)
    made = Network.from_pretrained(read_pretrained(base), PIECES, sources=1, heads=HEADS)
    with torch.no_grad():
        for name, weights in made.parameters():
            if weights.ndim > 1 and name != "offsets":
                weights.mul_(8)
    made.body.eval()
    return made


@pytest.fixture(scope="module")
def encoder(network: Network) -> EncoderReader:
    """Export it and read it as an artefact's is read."""
    reader = EncoderReader(export_network(network), WordPiece(PIECES), TOKENS, load_lexicon())
    reader.load(heads=HEADS)
    return reader


def words(seed: int, most: int) -> list[str]:
    """Return texts of made-up words, from none to many."""
    random = np.random.default_rng(seed)
    return [" ".join("".join(random.choice(list(LETTERS), random.integers(1, 4))) for _ in range(at % most)) for at in range(120)]


def test_it_says_what_the_network_says(network: Network, encoder: EncoderReader) -> None:
    """The log-odds in 8 bits go with those in float, head by head, with a context and without; none is far off."""
    windows = [window for text, context in zip(words(0, 12), words(1, 5), strict=True) for window in encoder.windows(text, context)]
    with torch.no_grad():
        exact = np.array([_float_log_odds(network, window) for window in windows])

    rounded = encoder.run_windows(windows)

    for head in range(HEADS):
        assert np.corrcoef(exact[:, head], rounded[:, head])[0, 1] > 0.99
    assert np.abs(exact - rounded).max() < exact.std(axis=0).max()


def _float_log_odds(network: Network, window: list[int]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    ids = torch.tensor([window])
    types = torch.tensor([[int(at > window.index(PIECES.index("[SEP]"))) for at in range(len(window))]])
    return network.log_odds(ids, torch.ones_like(ids), types)[0].numpy()  # type: ignore[no-any-return]


def test_neighbours_change_no_bit(encoder: EncoderReader) -> None:
    """A text has the same log-odds alone, with others of its length in one call, and with any number of threads."""
    texts, contexts = (prepare([Comment("", text) for text in words(seed, most)]) for seed, most in ((0, 9), (1, 3)))

    together = encoder.read(texts, contexts=contexts)

    np.testing.assert_array_equal(encoder.read(texts, contexts=contexts, threads=3), together)
    alone = [encoder.read([text], contexts=[context])[0] for text, context in zip(texts, contexts, strict=True)]
    np.testing.assert_array_equal(np.array(alone), together)


def test_a_comment_without_a_context_is_of_type_0(network: Network, encoder: EncoderReader) -> None:
    """The mean is over the comment alone: the numbers of a context count only through attention."""
    plain, empty = encoder.windows("you are lovely"), encoder.windows("you are lovely", "")
    assert plain == empty
    under = encoder.run_windows(encoder.windows("you are lovely", "an idiot"))
    assert not np.array_equal(encoder.run_windows(plain), under)


def test_its_weights_take_a_byte_each(network: Network) -> None:
    """Matrices and the table of pieces are stored in 8 bits."""
    weights = [values for name, values in network.parameters() if values.ndim > 1 and "position" not in name and "heads" not in name]
    numbers = sum(values.numel() for values in weights)
    places = network.body.embeddings.position_embeddings.weight.numel()

    assert export_network(network).nbytes < numbers + 4 * places + 40_000


def test_a_network_that_reads_no_contexts_says_the_same_of_comments(network: Network, encoder: EncoderReader) -> None:
    """Exported without contexts it takes none, and says of a comment what the other one says, whatever is computed beside it."""
    alone = EncoderReader(export_network(network, contexts=False), WordPiece(PIECES), TOKENS, load_lexicon())
    alone.load(heads=HEADS)
    assert not alone.reads_context
    windows = [window for text in words(0, 12) for window in alone.windows(text, "aa")]
    together = alone.run_windows(windows)
    assert np.allclose(together, encoder.run_windows(windows), atol=1e-3)
    assert all((alone.run_windows([window])[0] == row).all() for window, row in zip(windows, together, strict=True))
