"""A text remembers where each of its code points came from, also after edits."""

import re

from hypothesis import given
from hypothesis import strategies as st

from model.text.offsets import Edit, Mapped, Piece, apply_edits


@st.composite
def sources_with_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    source = draw(st.text("abc ", min_size=1, max_size=12))
    places = st.integers(0, len(source))
    spans = draw(st.lists(st.tuples(places, places).map(sorted), max_size=5))
    return source, sorted((begin, end, draw(st.sampled_from(["", "X", "YZ"]))) for begin, end in spans if begin < end)


def test_an_unchanged_text_is_its_own_original() -> None:
    """A text that was not changed is one piece that leads from each code point to itself; an empty one has none."""
    mapped = Mapped.unchanged("a😀b")
    assert mapped.text == "a😀b"
    assert mapped.begin.tolist() == [0, 1, 2]
    assert mapped.end.tolist() == [1, 2, 3]
    assert not Mapped.unchanged("").pieces


def test_pieces_make_up_the_text() -> None:
    """Pieces are joined in their order; one of another size than its range stands for the whole of it."""
    mapped = Mapped.from_pieces([Piece("ab", 0, 2), Piece(" and ", 2, 3), Piece("c", 3, 9)])
    assert mapped.text == "ab and c"
    assert mapped.begin.tolist() == [0, 1, 2, 2, 2, 2, 2, 3]
    assert mapped.end.tolist() == [1, 2, 3, 3, 3, 3, 3, 9]


def test_an_edit_within_another_is_void() -> None:
    """Edits are applied in order; one that begins within another, or before its end, changes nothing."""
    assert apply_edits("abcdef", [(1, 4, "X"), (2, 3, "Y"), (4, 5, "")]).text == "aXf"


@given(sources_with_edits())
def test_edits_keep_the_way_back(source_with_edits: tuple[str, list[Edit]]) -> None:
    """What was not edited leads back to itself, what was put in to what it replaced, and the ranges never go backwards."""
    source, edits = source_with_edits
    mapped = apply_edits(source, edits)
    at = 0
    for piece in mapped.pieces:
        assert at <= piece.begin < piece.end <= len(source)
        at = piece.end
        if re.fullmatch("[XYZ]+", piece.text):
            assert (piece.begin, piece.end, piece.text) in edits
        else:
            assert source[piece.begin : piece.end] == piece.text
    assert mapped.text == "".join(piece.text for piece in mapped.pieces)
