"""What tests wait with."""

import pytest

from tests.waiting import wait_until


def test_a_condition_that_comes_true_ends_the_wait_with_its_value() -> None:
    """The wait returns the first true value of the condition."""
    values = iter([None, 0, "ready", "later"])
    assert wait_until(lambda: next(values), what="the third value comes") == "ready"


def test_a_condition_that_stays_false_fails_the_test_and_names_the_condition() -> None:
    """The failure says what was waited for."""
    with pytest.raises(pytest.fail.Exception, match="until pigs fly"):
        wait_until(lambda: False, what="pigs fly", seconds=0.05)
