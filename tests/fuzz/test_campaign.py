"""The run of one fuzzer: its budget, and the input that it is at."""

import json
import os
from pathlib import Path

from fuzz.campaign import Campaign, CurrentInput, Tally, resident_bytes


def test_the_current_input_survives(tmp_path: Path) -> None:
    """Another process can read the input that is being tried, and its number; a huge one is cut."""
    campaign = Campaign(tmp_path, seed=1, inputs=10)
    campaign.begin(b"one", suffix=".txt")
    campaign.begin(b"three", suffix=".http")
    assert CurrentInput(tmp_path / "current").read() == (2, b"three", ".http")
    campaign.begin(b"x" * 2**24, suffix=".http")
    assert len(CurrentInput(tmp_path / "current").read()[1]) < 2**24


def test_a_tally_is_noted_at_the_end(tmp_path: Path) -> None:
    """When the budget is spent, the file holds what was done, the memory included."""
    campaign = Campaign(tmp_path, seed=1, inputs=3)
    while campaign.goes_on():
        campaign.begin(b"")
    tally = Tally.read(tmp_path / "tally.json")
    assert (tally.inputs, tally.failures) == (3, 0)
    assert tally.end_bytes > 1_000_000
    (tmp_path / "tally.json").write_text(json.dumps({"no": 1}), encoding="utf-8")
    assert Tally.read(tmp_path / "tally.json") == Tally.read(tmp_path / "none.json") == Tally()


def test_memory_is_that_of_the_process_under_test(tmp_path: Path) -> None:
    """Where another process is under test, its memory counts; one that has ended leaves the last number."""
    campaign = Campaign(tmp_path, seed=1, inputs=1)
    campaign.pid = os.getppid()
    campaign.goes_on()
    assert campaign.tally.start_bytes == campaign.tally.end_bytes
    assert resident_bytes() > 1_000_000
    campaign.pid = 2**22 + 1
    campaign.begin(b"")
    assert not campaign.goes_on()
    assert campaign.tally.end_bytes > 0
