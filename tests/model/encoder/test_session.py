"""The encoder: each text alone, the order of its words counts, the end of a long one too, and threads change nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.comment import Comment
from model.encoder.script_pieces import ScriptPieces
from model.encoder.session import MAX_CONTEXT_PIECES, EncoderReader
from model.encoder.wordpiece import WordPiece
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from model.threads import interruptible
from tests.model.encoder.context_network import build_context_network
from tests.model.encoder.onnx_bytes import build_model, build_node

# A tiny network with random weights, in which each piece is changed by the one before.
NETWORK = np.frombuffer((Path(__file__).parents[2] / "encoder.onnx").read_bytes(), np.uint8)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *".,!?'@", "you", "not"]


def reader(*, network: "np.typing.NDArray[np.uint8]" = NETWORK, tokens: int = 16) -> EncoderReader:
    return EncoderReader(network, WordPiece(PIECES), tokens, load_lexicon())


def prepared(*texts: str) -> list[bytes]:
    return prepare([Comment("", text) for text in texts])


def test_order_counts() -> None:
    """The same words in another order have other log-odds."""
    one, other = reader().read(prepared("not a, b", "a, not b"))
    assert not np.allclose(one, other)


def test_neighbours_do_not_count() -> None:
    """The log-odds of a text are the same to the last bit alone, in any batch, and with any number of threads."""
    texts = prepared(*(" ".join(LETTERS[at % 26 : at % 26 + 1 + at % 9]) + "!" * (at % 4) for at in range(400)))
    together, alone = reader().read(texts, threads=4), reader()
    np.testing.assert_array_equal(together, reader().read(texts))
    np.testing.assert_array_equal(together, np.vstack([alone.read([text]) for text in texts]))


def test_disguises_do_not_help() -> None:
    """The encoder reads the normalised text: case, marks on letters and spelled-out disguises change nothing."""
    plain, *disguised = reader().read(prepared("you idiot", "YOU idiot", "you  id\u0456ot", "you i.d.i.o.t"))
    for log_odds in disguised:
        np.testing.assert_array_equal(log_odds, plain)


def test_the_vocabulary_says_in_which_form_texts_are_read() -> None:
    """Normalised English has no accents; a vocabulary of plain forms keeps them, and its encoder reads what was written as it is."""
    plain = replace(reader(), vocabulary=ScriptPieces(PIECES))
    text = "Étage \u200bÉTAGE".encode()
    assert plain.normalise([text]) == ["étage étage"]
    assert reader().normalise(prepared(text.decode())) != ["étage étage"]
    assert plain.read([text]).tolist() == [plain.log_odds("étage étage").tolist()]


def test_windows_cover_a_long_text() -> None:
    """Windows overlap by a quarter at least and reach from the first piece of a text to the last, each within what the network reads."""
    encoder = reader(tokens=10)
    text = " ".join(LETTERS)
    windows = encoder.windows(text)
    numbers = [number for word in encoder.vocabulary.tokenize(text) for number in word]
    assert len(numbers) == 26
    assert all(len(window) == 10 and (window[0], window[-1]) == (2, 3) for window in windows)
    assert [window[1:-1] for window in windows] == [numbers[at : at + 8] for at in (0, 6, 12, 18)]
    assert encoder.windows("a b") == [[2, 4, 5, 3]]
    assert encoder.windows("") == [[2, 3]]


@pytest.mark.parametrize("times", [3, 40])
def test_of_a_very_long_text_some_windows_are_read(times: int) -> None:
    """However long a text is, six windows at most are read: the first, the last, and between them as many on each side of the middle."""
    encoder = reader(tokens=10)
    text = " ".join(LETTERS * times)
    numbers = [number for word in encoder.vocabulary.tokenize(text) for number in word]
    windows = [window[1:-1] for window in encoder.windows(text)]
    step = (len(numbers) - 8) / 5
    assert windows == [numbers[round(step * at) : round(step * at) + 8] for at in range(6)]
    assert windows[-1] == numbers[-8:]


def test_the_worst_window_counts() -> None:
    """The log-odds of a long text are those of its worst window, head by head, wherever it stands."""
    encoder = reader(tokens=10)
    long = "a b c d " * 4 + "q z q z"
    alone = np.vstack([encoder.run_windows([window]) for window in encoder.windows(long)])
    np.testing.assert_array_equal(reader(tokens=10).log_odds(long), alone.max(axis=0))


def test_a_context_is_read_behind_the_comment() -> None:
    """A context follows the comment behind a mark, and another follows it; it changes the log-odds, and nothing said is no context."""
    encoder = reader(network=build_context_network(), tokens=32)

    assert encoder.windows("a b", "c d") == [[2, 4, 5, 3, 6, 7, 3]]
    assert encoder.windows("a b", "  ") == encoder.windows("a b") == [[2, 4, 5, 3]]
    alone, without, under = encoder.read(prepared("you, not", "you, not", "you, not"), contexts=prepared("", " ", "is it you?"))
    np.testing.assert_array_equal(without, alone)
    assert not np.isclose(under, alone).any()


def test_of_a_long_context_the_beginning_is_read_with_each_window() -> None:
    """At most 32 pieces of a context are read, with each window of a long comment, which has the rest of the room."""
    encoder = reader(network=build_context_network(), tokens=96)
    comment, context = " ".join(LETTERS * 8), " ".join(LETTERS[::-1] * 3)
    behind = [number for word in encoder.vocabulary.tokenize(context) for number in word][:MAX_CONTEXT_PIECES]

    windows = encoder.windows(comment, context)

    assert len(windows) > 1
    for window in windows:
        assert (len(window), window[0], window[-len(behind) - 2 :]) == (96, 2, [3, *behind, 3])
    numbers = {number for window in windows for number in window[1 : -len(behind) - 2]}
    assert numbers == {number for word in encoder.vocabulary.tokenize(comment) for number in word}


@pytest.mark.parametrize("tokens", [8, 16])
def test_a_context_leaves_room_for_the_comment(tokens: int) -> None:
    """However little a network reads at once, more than half of it is left to the comment."""
    (window,) = reader(network=build_context_network(), tokens=tokens).windows("a b", "c d e f g h i j k l m n o p")
    assert len(window) <= tokens
    assert window.index(3) >= 3


def test_a_network_without_types_leaves_contexts_aside() -> None:
    """An encoder that was trained without contexts gives the same log-odds under any."""
    encoder = reader()
    texts = prepared("you, not", "a b")

    np.testing.assert_array_equal(encoder.read(texts, contexts=prepared("why you?", "")), encoder.read(texts))
    assert not encoder.reads_context


def test_windows_of_one_length_are_computed_together() -> None:
    """Where the network allows it, texts of one length take few calls for many, and each has the bits that it has alone."""
    encoder = reader(network=build_context_network(batch="k"))
    texts = prepared(*(" ".join(LETTERS[at % 20 : at % 20 + 2]) for at in range(60)))
    calls: list[None] = []

    with interruptible(lambda: calls.append(None)):
        together = encoder.read(texts)

    assert len(calls) == 2  # of 32 windows of four pieces each at most
    alone = replace(encoder)
    np.testing.assert_array_equal(together, np.vstack([alone.read([text]) for text in texts]))


@pytest.mark.parametrize("heads", [2, 7])
def test_a_network_has_as_many_heads_as_it_gives_log_odds(heads: int) -> None:
    """Encoders of two heads and of more are read, and one of other heads than are combined is refused."""
    encoder = reader(network=build_context_network(heads=heads))
    encoder.load(heads=heads)
    assert encoder.heads == heads
    assert encoder.read(prepared("a", "b", "c")).shape == (3, heads)
    with pytest.raises(ValueError, match=f"gives {heads} log-odds where 3 are combined"):
        encoder.load(heads=3)


def test_a_network_of_one_head_is_refused() -> None:
    """The two heads of the label are the fewest."""
    with pytest.raises(ValueError, match="heads at least 2"):
        reader(network=build_context_network(heads=1)).load(heads=1)


@pytest.mark.parametrize("network", [NETWORK[:-40], np.zeros(0, np.uint8), np.frombuffer(b"no network", np.uint8)])
def test_damaged_networks_are_refused(network: "np.typing.NDArray[np.uint8]") -> None:
    """What is no network is refused when it is loaded, with an error that says so."""
    with pytest.raises(ValueError, match=r"^the encoder's network (is not an ONNX file|needs|holds)"):
        reader(network=network).load(heads=2)


def test_a_vocabulary_of_more_pieces_than_the_network_knows_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    """The network is tried with the last piece too, and nothing is written to the standard error by it."""
    pieces = [*PIECES, *(f"more{number}" for number in range(100))]

    with pytest.raises(ValueError, match="cannot be computed"):
        EncoderReader(NETWORK, WordPiece(pieces), 16, load_lexicon()).load(heads=2)

    assert capfd.readouterr() == ("", "")


def test_a_network_that_ends_in_no_numbers_is_refused() -> None:
    """Log-odds that are not finite are noticed when the network is loaded."""
    tensors = {"table": np.full((200, 2), 3e38, np.float32), "axes": np.array([1])}
    steps = [build_node("Gather", ["table", "ids"], ["rows"]), build_node("ReduceMean", ["rows"], ["mean"], axes=[1], keepdims=0)]
    data = build_model([*steps, build_node("Mul", ["mean", "mean"], ["log_odds"])], tensors)

    with pytest.raises(ValueError, match="finite log-odds"):
        reader(network=np.frombuffer(data, np.uint8)).load(heads=2)
