"""Values are found in the bytes of files wherever they are, in the spellings of the formats that we write."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.forgetting import byte_search
from service.store.forgetting.byte_search import ByteSearch

VALUES = st.lists(st.text(st.sampled_from('abé"\n'), max_size=12), max_size=4)


@given(VALUES, st.lists(st.binary(max_size=9), max_size=5), st.sampled_from([16, 1 << 22]))
def test_what_is_there_is_found(tmp_path_factory: pytest.TempPathFactory, values: list[str], noise: list[bytes], block: int) -> None:
    """A value of eight bytes or more is found exactly if the file holds it, across the bounds of blocks too."""
    path = tmp_path_factory.getbasetemp() / "file"
    written = values[::2]
    content = b"".join(piece for pair in zip(noise, [*map(str.encode, written), *[b""] * 5], strict=False) for piece in pair)
    path.write_bytes(content)
    expected = set()
    for value in values:
        spellings = {value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1], value.replace('"', '""')}
        if any(len(spelling.encode()) >= 8 and spelling.encode() in content for spelling in spellings):
            expected.add(value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_search, "_BLOCK_BYTES", block)
        assert ByteSearch(values).find_in_file(path) == expected
        assert ByteSearch(values).find_in_texts([content.decode("utf-8", "replace")]) >= expected


@pytest.mark.parametrize(
    "spell", [str, json.dumps, lambda text: json.dumps(text, ensure_ascii=False), lambda text: text.replace('"', '""')]
)
def test_spellings_of_our_formats_are_found(tmp_path: Path, spell: "object") -> None:
    """A text is found as it is, in JSON with and without escapes, and in CSV."""
    value = 'you "utter" idiöts'
    (tmp_path / "file").write_text(f"before {spell(value)} behind", "utf-8")  # type: ignore[operator]
    assert ByteSearch([value, "something else"]).find_in_file(tmp_path / "file") == {value}


def test_short_values_are_left_to_other_searches(tmp_path: Path) -> None:
    """What occurs everywhere by chance is not looked for, and an empty file holds nothing."""
    (tmp_path / "file").write_bytes(b"7 7 7 7 7 7 7 7")
    assert ByteSearch(["7", ""]).find_in_file(tmp_path / "file") == set()
    (tmp_path / "empty").touch()
    assert ByteSearch(["long enough"]).find_in_file(tmp_path / "empty") == set()
