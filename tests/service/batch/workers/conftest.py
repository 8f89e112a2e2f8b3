"""Comments in several files, for the tests of all kinds of workers."""

from pathlib import Path

import pytest


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """Eight files of comments."""
    place = tmp_path / "inputs"
    place.mkdir()
    for number in range(8):
        rows = (f'{{"id": {at}, "text": "you {number} are {at * 7919 % 997} idiots"}}\n' for at in range(300))
        (place / f"{number}.jsonl").write_text("".join(rows))
    return sorted(place.iterdir())
