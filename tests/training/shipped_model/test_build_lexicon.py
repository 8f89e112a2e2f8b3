"""The lexicon: words that enough people of several places use, and which of them are charged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.normaliser.hashing import CHARGED, HEADER, TABLE, WORD
from model.normaliser.lexicon import parse_lexicon
from training.shipped_model.build_lexicon import LEXICON_FILE, build_lexicon_command, make_lexicon

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"


def lexicon(*lines: tuple[str, str, int], times: int = 6) -> dict[str, int]:
    """The lexicon of some comments, each written several times: text, source, abusive."""
    texts, sources, answers = zip(*(line for line in lines for _ in range(times)), strict=True)
    content = make_lexicon(texts, sources, np.array(answers, np.int8), innocent=())
    return {word: int(flags[0]) for word, flags in (line.split() for line in content.decode().splitlines())}


def test_words_that_are_used() -> None:
    """A word is kept if at least four comments use it."""
    assert lexicon(("common", "a", 0), ("common", "b", 0), times=2) == {"common": WORD}
    assert lexicon(("common", "a", 0), ("common", "b", 0), ("common", "b", 0), times=1) == {}


def test_misspelt_words_are_no_words() -> None:
    """A word that is a much more frequent one with two letters exchanged, one left out or one too many stays out."""
    right = [("people", "a", 0)] * 900
    wrong = [("poeple", "a", 0), ("peple", "a", 0), ("peoople", "a", 0), ("steeple", "a", 0)]

    assert set(lexicon(*right, *wrong, times=4)) == {"people", "steeple"}


def test_frequencies() -> None:
    """Each word says how often it is used, as a letter for the binary logarithm."""
    assert make_lexicon(["often"] * 64 + ["seldom"] * 7, ["a"] * 71, np.zeros(71, np.int8), innocent=()) == b"often 1g\nseldom 1c\n"


def test_innocent_words_are_known() -> None:
    """Words that nobody used are known if they are next to charged ones."""
    assert b"scunthorpe 1a\n" in make_lexicon(["nothing"], ["a"], np.zeros(1, np.int8))


def test_charged_words() -> None:
    """A word of abuse is charged; one that is used anywhere is not, nor is one of rows that do not say."""
    words = lexicon(
        ("you weasel", "a", 1), ("you weasel", "b", 1), ("thank you badger", "a", 0), ("thank you badger", "b", 0), ("weasel", "c", -1)
    )
    assert words == {"badger": WORD, "thank": WORD, "weasel": WORD | CHARGED, "you": WORD}


@pytest.mark.parametrize("text", ["sooo", "w0rd", "wo*rd", "some@where", "a.b.c", "don't", "ab_c", "xq", "x"])
def test_disguises_are_no_words(text: str) -> None:
    """Drawn-out, spelt-out and mixed tokens, and pairs of letters that are no word, stay out."""
    assert lexicon((text, "a", 0), (text, "b", 0)) == {}


def test_two_letters() -> None:
    """Of two letters the common words are kept."""
    assert set(lexicon(("go to zz", "a", 0), ("go to zz", "b", 0))) == {"go", "to"}


def test_look_alike_letters_are_read() -> None:
    """A word in look-alike letters counts as the word, as it does when the lexicon is used."""
    assert set(lexicon(("w\u0435asel", "a", 0), ("Weasel", "b", 0))) == {"weasel"}


def test_it_is_one_file_whatever_the_order() -> None:
    """The lines are sorted, ASCII, and hold no word of a single comment, so that nobody's text is in them."""
    texts = [f"common words number {at}" for at in range(40)]
    sources = ["a", "b"] * 20
    content = make_lexicon(texts, sources, np.zeros(40, np.int8), innocent=())
    turned = make_lexicon(texts[::-1], sources[::-1], np.zeros(40, np.int8), innocent=())
    assert content == turned == b"common 1f\nnumber 1f\nwords 1f\n"
    lexicon = parse_lexicon(content)
    assert np.count_nonzero(lexicon[HEADER : HEADER + lexicon[TABLE]]) == 3


@pytest.fixture
def corpus(save_source: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with two small sources."""
    for source in ("cad", "edos"):
        save_source(tmp_path, source, [{"text": "a common word"}] * 4 + [{"text": "seldom"}, {"text": "common", "split": "dev"}])
    return tmp_path


def run_command(corpus: Path, *options: str) -> int:
    """Run the command on two sources; returns its exit code."""
    return build_lexicon_command(["--corpus", str(corpus), "-o", str(corpus / "lexicon.txt"), *options], sources=("edos", "cad"))


def test_the_command_writes_what_it_then_finds(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lexicon of the train rows of the named sources is written, and a check of it succeeds."""
    assert run_command(corpus) == 0
    lines = (corpus / "lexicon.txt").read_text("ascii").splitlines()
    assert "common 1d" in lines
    assert not any(line.startswith("seldom ") for line in lines)
    assert "models that were trained with the one before are now refused" in capsys.readouterr().out
    assert run_command(corpus, "--check") == 0
    assert "is, byte for byte, what the corpus makes" in capsys.readouterr().out
    assert sorted(path.name for path in corpus.iterdir()) == ["cad.parquet", "edos.parquet", "lexicon.txt"]


@pytest.mark.parametrize(
    ("old", "new"), [(b"common 1d\n", b""), (b"common 1d\n", b"common 3d\n"), (b"word 1d\n", b"word 1d\nx 1a\n"), (b"\n", b"\r\n")]
)
def test_a_check_fails_on_any_difference(corpus: Path, old: bytes, new: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """A line more, a line less, another flag or another line end: the exit code is 1, and the file stays as it is."""
    run_command(corpus)
    changed = (corpus / "lexicon.txt").read_bytes().replace(old, new)
    (corpus / "lexicon.txt").write_bytes(changed)
    assert run_command(corpus, "--check") == 1
    assert "lexicon.txt is not what the corpus makes" in capsys.readouterr().err
    assert (corpus / "lexicon.txt").read_bytes() == changed


def test_a_missing_source_is_named(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without one of the sources nothing is made of the others."""
    (corpus / "edos.parquet").unlink()
    assert run_command(corpus) == 1
    assert "1 of 2 tables are not there: edos.parquet; name the folder that holds them with --corpus" in capsys.readouterr().err
    assert not (corpus / "lexicon.txt").exists()


def test_a_file_that_is_not_there_fails_the_check(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A check of nothing fails with one line."""
    assert run_command(corpus, "--check") == 1
    assert "lexicon.txt" in capsys.readouterr().err


# The corpus is not distributed, and a test that is skipped fails a run in CI: so where it is missing this one is not even collected.
if CORPUS.is_dir():

    @pytest.mark.nightly
    def test_the_committed_lexicon_is_what_the_corpus_makes(capsys: pytest.CaptureFixture[str]) -> None:
        """The lexicon that ships is made, byte for byte, of the train rows of the seventeen sources."""
        assert build_lexicon_command(["--corpus", str(CORPUS), "-o", str(ROOT / LEXICON_FILE), "--check"]) == 0
        assert "28,402 words" in capsys.readouterr().out
