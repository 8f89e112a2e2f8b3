"""Comments in JSON-LD are found wherever the document has them, with the comments that they answer."""

import json

import pytest

from service.batch.input.formats.pages.linked_data import find_linked_comments


def test_comments_come_before_their_replies() -> None:
    """A reply has the id of the comment that contains it as its parent."""
    document = {
        "@graph": [
            {
                "@type": "Article",
                "comment": [
                    {
                        "@type": "Comment",
                        "@id": "1",
                        "text": "a",
                        "author": [{"name": "Ann"}],
                        "comment": {"@type": "Comment", "text": "b"},
                    },
                    {"@type": "Comment", "@id": "2", "text": "c", "dateCreated": "2020-01-01"},
                ],
            }
        ]
    }
    comments = list(find_linked_comments(json.dumps(document)))
    assert [(comment["id"], comment["text"], comment["parent"]) for comment in comments] == [
        ("1", "a", None),
        (None, "b", "1"),
        ("2", "c", None),
    ]
    assert comments[0]["author"] == {"name": "Ann"}
    assert comments[2]["time"] == "2020-01-01"


@pytest.mark.parametrize("script", ["", "{", "[" * 100_000, "7", '{"@type": "Comment"}', '{"@type": "Comment", "text": 7}'])
def test_scripts_without_comments_yield_none(script: str) -> None:
    """They may be broken, nested without end, or hold comments without a text."""
    assert list(find_linked_comments(script)) == []
