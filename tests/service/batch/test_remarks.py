"""Remarks are few, each made once, and on one line."""

from service.batch.remarks import MAX_REMARKS, add_remark, add_remarks


def test_a_remark_is_made_once() -> None:
    """What has been said already is not said again, and the order stays."""
    remarks = ["read as Windows-1252"]
    add_remarks(remarks, ["mojibake undone", "read as Windows-1252", "mojibake undone"])
    assert remarks == ["read as Windows-1252", "mojibake undone"]


def test_remarks_are_bounded() -> None:
    """A hostile file can neither fill the memory nor the terminal with them."""
    remarks: list[str] = []
    for number in range(MAX_REMARKS + 5):
        add_remark(remarks, f"{number}\n\x1b[31m" + "x" * 5000)
    assert len(remarks) == MAX_REMARKS
    assert all(len(remark) == 1000 and remark.isprintable() for remark in remarks)
