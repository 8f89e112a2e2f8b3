"""A file may become so many times its size, and no more."""

import pytest

from model.errors import UnsafeFileError
from training.tables.expansion import ExpansionBudget

MB = 1_000_000


def test_small_files_may_become_anything_up_to_a_hundred_megabytes() -> None:
    """Ten thousand equal rows shrink to next to nothing, and are honest."""
    budget = ExpansionBudget("x", lambda: 10)
    budget.add("rows", 100 * MB)
    with pytest.raises(UnsafeFileError, match=r"x: 10 bytes of it become 100,000,001 or more, over 1,000 times .* --max-expansion"):
        budget.add("rows", 1)


def test_large_files_may_become_a_thousand_times_their_size() -> None:
    """A dump of 20 GB that becomes 200 GB passes; what counts is the size of the whole file."""
    budget = ExpansionBudget("x", lambda: 20_000 * MB)
    budget.add("unpacked", 200_000 * MB)
    budget.require("unpacked", 19_800_000 * MB)
    with pytest.raises(UnsafeFileError):
        budget.require("unpacked", 19_800_000 * MB + 1)
    budget = ExpansionBudget("x", lambda: 0, max_expansion=2)
    budget.assume_stored(100 * MB)
    budget.add("rows", 200 * MB)
    with pytest.raises(UnsafeFileError):
        budget.add("rows", 1)


def test_stages_are_counted_apart_and_members_together() -> None:
    """The same text, unpacked and then handed on, counts once; the members of an archive share what the archive may become."""
    budget = ExpansionBudget("x.zip", lambda: 1)
    for stage in ("members", "rows"):
        budget.add(stage, 90 * MB)
    with pytest.raises(UnsafeFileError, match=r"x\.zip: a\.csv"):
        budget.for_member("a.csv").add("rows", 20 * MB)
    assert budget.handed_on("rows") == 110 * MB
