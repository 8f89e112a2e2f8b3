"""JSON is told from other text, and documents from lines."""

import pytest

from service.batch.input.detection.file_kinds import Container
from service.batch.input.detection.json_detection import detect_json_container

ROW = '{"id":1,"text":"a"}'


@pytest.mark.parametrize(
    ("start", "name", "container"),
    [
        (ROW, "x", Container.JSONL),
        (ROW, "x.json", Container.JSON),
        (f"{ROW}\n{ROW}\n", "x.json", Container.JSONL),
        (f"{ROW}\nbroken\n", "x", Container.JSONL),
        ('{"version":1,"users":[]}\n' + ROW, "x", Container.JSON),
        (f'{{"comments":[{ROW}]}}', "x.jsonl", Container.JSON),
        (f"[{ROW},\n{ROW}]", "x.jsonl", Container.JSON),
        ('{\n "text": "a"\n}', "x", Container.JSON),
        (f"window.YTD.comments.part0 = [{ROW}]", "x.js", Container.JSON),
        ("[quote=Ann]no[/quote]", "x", None),
        ("[2023-01-01, 10:00:00] Ann: hi", "x.txt", None),
        ("call me (maybe)", "x", None),
    ],
)
def test_json_is_recognised_by_how_it_begins(start: str, name: str, container: Container | None) -> None:
    """One object on one line is a row if it may be one; objects of different kinds are documents."""
    assert detect_json_container(start, name) is container
