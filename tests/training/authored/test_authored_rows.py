"""Authored comments as training rows."""

from training.authored.authored_rows import AUTHORED_SOURCE, describe_authored_rows, load_authored_rows
from training.authored.comment_tables import TAUGHT_ATTRIBUTES
from training.tables.labelled import UNKNOWN


def test_rows_teach_all_heads() -> None:
    """They are train rows of one source with both answers, and each attribute is answered yes and no."""
    rows = load_authored_rows()
    assert set(rows.split) == {"train"}
    assert set(rows.source) == {AUTHORED_SOURCE}
    assert (rows.label != UNKNOWN).all()
    assert {name: set(answers.tolist()) >= {0, 1} for name, answers in rows.attributes.items()} == dict.fromkeys(TAUGHT_ATTRIBUTES, True)


def test_the_description_counts_those_with_a_parent_too() -> None:
    """The manifest names all comments, with a hash that is the same each time."""
    assert describe_authored_rows() == describe_authored_rows()
    assert describe_authored_rows().rows > len(load_authored_rows())
