"""What happens to foreign comments: a verdict for each choice of a site, or none."""

import pytest

from model.comment import VERDICTS
from service.judging.foreign import OnForeign


@pytest.mark.parametrize("on_foreign", [OnForeign.REVIEW, OnForeign.APPROVE, OnForeign.REJECT])
def test_a_choice_is_a_verdict(on_foreign: OnForeign) -> None:
    """Foreign comments get the verdict that the choice is called after."""
    assert on_foreign.verdict is not None
    assert VERDICTS[on_foreign.verdict].value == on_foreign.value


def test_judged_like_others() -> None:
    """Where foreign comments are judged like others they get no verdict of their own."""
    assert OnForeign.JUDGE.verdict is None
