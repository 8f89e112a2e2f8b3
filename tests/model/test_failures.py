"""Failures are counted by step, and logged without the text, not too often."""

import logging
import uuid

import pytest

from model.failures import NO_FAILURES, Step, add_failures, log_failure


def test_failures_add_up() -> None:
    """Counts of the same step are added; where nothing has failed, nothing is counted."""
    assert add_failures({Step.MARKUP: 1}, NO_FAILURES, {Step.MARKUP: 2, Step.LISTS: 1}) == {Step.MARKUP: 3, Step.LISTS: 1}
    assert add_failures(NO_FAILURES, NO_FAILURES) is NO_FAILURES
    assert NO_FAILURES == {}


def test_a_failure_is_logged_without_its_text_and_not_again(caplog: pytest.LogCaptureFixture) -> None:
    """A thousand failures of a step leave a line or none, with the step and the place where it failed, and not the message of the error."""
    text = uuid.uuid4().hex
    with caplog.at_level(logging.DEBUG, "tipstaff"):
        for _ in range(1000):
            try:
                raise ValueError(text)
            except ValueError as error:
                log_failure(Step.EXPLANATION, error)
    assert len(caplog.records) <= 1
    assert text not in caplog.text
    assert all("explanation" in record.getMessage() and __file__ in record.getMessage() for record in caplog.records)
