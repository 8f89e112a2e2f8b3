"""A ruling cannot contradict itself, and its label follows from its answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Label
from model.errors import InputError
from service.store.stored_types import Ruling

ANSWERS = {Label.FINE: (False, False), Label.TOXIC: (True, False), Label.HATEFUL: (True, True)}


@given(abusive=st.sampled_from([None, True, False]), hateful=st.sampled_from([None, True, False]))
def test_answers_agree(abusive: bool | None, hateful: bool | None) -> None:
    """Answers that follow are filled in, the label follows from them, and contradictory answers or none at all are refused."""
    try:
        ruling = Ruling(dialect="d", text="t", abusive=abusive, hateful=hateful)
    except InputError:
        assert (abusive, hateful) in {(None, None), (False, True)}
        return
    assert ruling.abusive or not ruling.hateful
    if ruling.label is not None:
        assert (ruling.abusive, ruling.hateful) == ANSWERS[ruling.label]
    assert (ruling.label is None) == (ruling.hateful is None or ruling.abusive is None)


@pytest.mark.parametrize("name", ["", "Profanity", "a b", "7up"])
def test_attribute_needs_a_name(name: str) -> None:
    """An attribute whose name could not be part of a column's name is refused."""
    with pytest.raises(InputError, match="attribute of a ruling"):
        Ruling(dialect="d", text="t", attributes={name: True})
