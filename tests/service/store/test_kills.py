"""Nothing that was acknowledged is lost or counted twice, whatever is killed and when."""

from pathlib import Path

import pytest

from benchmarks.figures import Figure
from benchmarks.kills import measure

KILLS = 50


@pytest.mark.nightly
def test_kills_lose_nothing(tmp_path: Path) -> None:
    """After kills at random moments of all that writes, each acknowledged write is there once, and each dump is scored as without them."""
    results = list(measure(count=KILLS, state=tmp_path))

    figures = {figure.name: figure for figure in results if isinstance(figure, Figure)}
    assert figures["kills: processes that were killed"].value == KILLS
    assert figures["kills: writes that were acknowledged, and checked"].value > KILLS
    assert [result for result in results if isinstance(result, str)] == []
    assert [name for name, figure in figures.items() if figure.meets_target is False] == []
