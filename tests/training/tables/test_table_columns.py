"""Columns of a labelled table: found by name, or as the caller says."""

from pathlib import Path

import pytest

from model.errors import TableError
from training.tables.table_columns import choose_columns

TABLE = Path("t.csv")


def test_columns_are_found_by_their_names_in_any_case() -> None:
    """Each field is read from the column that is called like it, by the table's own spelling."""
    columns = choose_columns(TABLE, ["Body", "LABEL", "mood", "Attribute.Insult", " Split "], {})
    assert columns.fields == {"text": "Body", "label": "LABEL", "split": " Split "}
    assert columns.attributes == {"insult": "Attribute.Insult"}
    assert sorted(columns.names()) == sorted(["LABEL", " Split ", "Body", "Attribute.Insult"])


def test_text_has_the_first_of_several_names() -> None:
    """Where several columns may hold the text, the one that is called text does."""
    assert choose_columns(TABLE, ["message", "comment", "text", "label"], {}).fields["text"] == "text"


def test_the_caller_decides() -> None:
    """A column that is given counts, also where another one is called like the field."""
    columns = choose_columns(TABLE, ["text", "raw", "label", "rude"], {"text": "RAW", "attribute.rudeness": "rude"})
    assert columns.fields["text"] == "raw"
    assert columns.attributes == {"rudeness": "rude"}


@pytest.mark.parametrize(
    ("header", "given", "message"),
    [
        (["words", "label"], {}, "no column holds the text; .*'words', 'label'"),
        (["text", "mood"], {}, "no column holds labels; .*'mood'"),
        (["text", "label"], {"label": "class"}, "there is no column 'class' for label"),
        (["text", "label"], {"verdict": "label"}, "'verdict' is not a field; the fields are text, label"),
        (["text", "Text", "label"], {}, "two columns are called 'text'; rename one"),
    ],
)
def test_what_cannot_be_chosen_is_one_clear_line(header: list[str], given: dict[str, str], message: str) -> None:
    """The message names the table, what is missing, and the columns that are there."""
    with pytest.raises(TableError, match=message) as refusal:
        choose_columns(TABLE, header, given)
    assert "\n" not in str(refusal.value)
