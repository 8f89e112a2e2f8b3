"""An act says something, and does not contradict itself."""

from typing import Any

import pytest

from model.comment import Label
from model.errors import InputError
from service.store.rulings.act import Act, teaches_nothing
from service.store.stored_types import Role


@pytest.mark.parametrize(
    ("given", "label", "abusive", "hateful"),
    [
        ({"label": Label.FINE}, "fine", False, False),
        ({"label": Label.TOXIC}, "toxic", True, False),
        ({"label": Label.HATEFUL}, "hateful", True, True),
        ({"label": Label.HATEFUL, "abusive": True, "hateful": True}, "hateful", True, True),
        ({"abusive": True}, None, True, None),
        ({"abusive": False}, "fine", False, False),
        ({"hateful": True}, "hateful", True, True),
        ({"hateful": False}, None, None, False),
        ({"abusive": True, "hateful": False}, "toxic", True, False),
        ({"attributes": {"profanity": True}}, None, None, None),
    ],
)
def test_answers_follow_from_each_other(given: dict[str, Any], label: str | None, abusive: bool | None, hateful: bool | None) -> None:
    """A label gives the answers to both questions, and answers give the label as far as they decide it; that is what the act teaches."""
    act = Act(dialect="d", text="t", **given)

    assert (act.label, act.abusive, act.hateful) == (label, abusive, hateful)
    assert (act.teaches, act.teaches_something) == (label, True)


@pytest.mark.parametrize("reason", ["spam", "Spam", "off_topic", "off-topic", "Off topic", "advertising", " Duplicate ", "self-promotion"])
@pytest.mark.parametrize("given", [{"label": Label.TOXIC}, {"abusive": True}, {}], ids=["label", "answer", "nothing"])
def test_some_reasons_teach_nothing(reason: str, given: dict[str, Any]) -> None:
    """Spam and the like teach nothing about abuse, whatever label came with them; the label itself is kept."""
    act = Act(dialect="d", text="t", reason=reason, **given)

    assert (act.abusive, act.hateful, act.teaches, act.teaches_something) == (None, None, None, False)
    assert act.label == given.get("label")


@pytest.mark.parametrize("reason", ["insult", "hate", "rule 3", "spamming insults", "", None])
def test_other_reasons_leave_the_label_to_teach(reason: str | None) -> None:
    """Any other reason, or none, changes nothing about what a label teaches."""
    assert not teaches_nothing(reason)
    assert Act(dialect="d", text="t", label=Label.TOXIC, reason=reason).teaches is Label.TOXIC


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "says nothing"),
        ({"abusive": False, "hateful": True}, "hateful comments are abusive"),
        ({"label": Label.FINE, "abusive": True}, "other answers"),
        ({"attributes": {"Not a name": True}}, "wrong name"),
        ({"abusive": True, "moderator": "ann"}, "names a moderator"),
        ({"abusive": True, "sampling_probability": 0.0}, "above 0"),
        ({"abusive": True, "sampling_probability": 1.5}, "at most 1"),
        ({"abusive": True, "text": None}, "no comment"),
    ],
)
def test_wrong_acts_are_refused(given: dict[str, Any], words: str) -> None:
    """An act that says nothing, contradicts itself or claims what it may not is refused with the reason."""
    with pytest.raises(InputError, match=words):
        Act(**{"dialect": "d", "text": "t"} | given)


def test_person_is_the_moderator_or_the_key() -> None:
    """Who speaks is the moderator, or else the key, or else whoever calls an open service."""
    persons = [
        Act(dialect="d", text="t", abusive=True, key="k", role=Role.LEAD, moderator="ann").person,
        Act(dialect="d", text="t", abusive=True, key="k", role=Role.LEAD).person,
        Act(dialect="d", text="t", abusive=True).person,
    ]

    assert persons == ["ann", "key:k", "open"]
