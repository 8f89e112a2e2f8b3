"""A byte is found wherever it is, whether it is rare or not."""

import pytest

from service.batch.input.formats.json.byte_positions import count_byte, find_byte, find_rare_byte

LENGTH = 300_000


@pytest.mark.parametrize("distance", [1, 7, 1000, LENGTH - 1, LENGTH])
def test_all_positions_are_found(distance: int) -> None:
    """In order, across the borders of slices, at the beginning and at the end; both searches agree, and so does the count."""
    expected = list(range(0, LENGTH, distance))
    codes = bytearray(b"x" * LENGTH)
    for position in expected:
        codes[position] = ord("{")
    piece = bytes(codes)
    assert find_byte(piece, "{").tolist() == expected
    assert find_rare_byte(piece, "{").tolist() == expected
    assert count_byte(piece, "{") == len(expected)


def test_what_is_not_there_is_not_found() -> None:
    """Neither in other bytes nor in none."""
    for piece in (b"", b"[]" * LENGTH):
        assert not find_byte(piece, "{").size
        assert not find_rare_byte(piece, "{").size
        assert count_byte(piece, "{") == 0
