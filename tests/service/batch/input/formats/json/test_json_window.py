"""A window moves over the text of a document."""

import io

import pytest

from service.batch.input.formats.json.json_window import BrokenJson, JsonWindow, skip_script
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader


def window(content: bytes) -> JsonWindow:
    """Return a window at the beginning of a document."""
    window = JsonWindow(io.BufferedReader(io.BytesIO(content)))
    window.peek_char()
    return window


@pytest.mark.parametrize(
    "script",
    [
        'window.YTD.comment.part0 = [{"id":1,"text":"a"},{"id":2,"text":"b"}]',
        'var comments = {"comments":[{"id":1,"text":"a"},\n{"id":2,"text":"b"}]};',
        '/* saved */ callback({"comments":[{"id":1,"text":"a"},{"id":2,"text":"b"}]});',
        ')]}\'\n[{"id":1,"text":"a"},{"id":2,"text":"b"}]',
        'export default [\n{"id":1,"text":"a"},\n{"id":2,"text":"b"}\n];\n',
        'window.data["a"] = [{"id":1,"text":"a"}];\nwindow.data["b"] = [{"id":2,"text":"b"}];',
    ],
)
def test_json_in_a_script_is_read(read_dump: DumpReader, script: str) -> None:
    """What a script has around its data is passed over."""
    rows = read_dump(script.encode(), name="data.js").rows
    assert [(row.id, row.text, row.reason) for row in rows] == [(1, "a", None), (2, "b", None)]


@pytest.mark.parametrize("text", ["hello (world)", "a = b", "x", "function f() {}", "[1]"])
def test_other_text_is_no_script(text: str) -> None:
    """Only an assignment or a call whose value begins as JSON does is one."""
    assert skip_script(text) is None


def test_an_object_that_cannot_be_read_leaves_the_window_in_place() -> None:
    """Cut, broken, too long or not UTF-8: what is in it can still be read piece by piece."""
    for content in (b'{"a":[1,2', b'{"a":x}', b'{"a":"\xff"}'):
        place = window(content)
        assert place.try_object() is None
        assert place.text[place.at] == "{"
    place = window(b'{"a":"long"}')
    assert place.try_object(max_length=5) is None
    assert place.try_object() == {"a": "long"}


def test_what_is_wrong_is_said() -> None:
    """The reason is that of the row in place of the object."""
    for content, reason in ((b'{"a":', Reason.TRUNCATED), (b"{a}" + b" " * 50, Reason.NOT_JSON)):
        with pytest.raises(BrokenJson) as caught:
            window(content).read_value()
        assert caught.value.reason is reason
