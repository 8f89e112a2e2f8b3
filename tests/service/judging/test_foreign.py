"""Each choice of a site about foreign comments leads to a verdict, or to none."""

import pytest

from model.comment import VERDICTS
from service.judging.foreign import OnForeign


@pytest.mark.parametrize("on_foreign", [OnForeign.REVIEW, OnForeign.APPROVE, OnForeign.REJECT])
def test_a_choice_is_a_verdict(on_foreign: OnForeign) -> None:
    """Foreign comments get the verdict that has the name of the choice."""
    assert on_foreign.verdict is not None
    assert VERDICTS[on_foreign.verdict].value == on_foreign.value


def test_judged_like_others() -> None:
    """Where foreign comments are judged like others they get no verdict of their own."""
    assert OnForeign.JUDGE.verdict is None
