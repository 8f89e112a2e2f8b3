"""The kit: comments of our own, none of which the shipped model learns from."""

import numpy as np

from training.authored.authored_rows import load_authored_rows
from training.gate.gate_kit import AUTHORED, BEHAVIOUR, PAIRS, build_gate_kit


def test_the_kit_has_its_parts() -> None:
    """Each part is there, with fine and abusive comments; groups have a kind; a pair is one cluster."""
    kit = build_gate_kit()
    for part in (BEHAVIOUR, PAIRS, AUTHORED):
        rows = kit.rows_of(part)
        assert rows.size > 500
        assert 0.2 < kit.abusive[rows].mean() < 0.8
    assert kit.is_neutral.sum() > 500
    assert not kit.abusive[kit.is_neutral].any()
    assert (kit.hateful <= kit.abusive).all()
    assert {kit.kinds[group] for group in kit.groups if group in kit.kinds} >= {"religion", "gender", "disability"}
    pairs = kit.clusters[kit.rows_of(PAIRS)]
    assert (np.unique(pairs, return_counts=True)[1] == 2).all()


def test_no_model_learns_from_the_kit() -> None:
    """None of its comments is among the authored ones that the shipped model, and the anchor of a retraining, are made of."""
    learned = {text.casefold() for text in load_authored_rows().text}
    assert not learned & {comment.text.casefold() for comment in build_gate_kit().comments}


def test_a_pack_has_a_kit_in_its_language() -> None:
    """The behaviour tests of the language are its kit, with neutral mentions of groups; a language without tests has an empty one."""
    kit = build_gate_kit("de")
    assert 0.2 < kit.abusive.mean() < 0.8
    assert kit.is_neutral.any()
    assert not kit.abusive[kit.is_neutral].any()
    assert set(kit.parts) == {BEHAVIOUR}
    assert len(build_gate_kit("tlh")) == 0
