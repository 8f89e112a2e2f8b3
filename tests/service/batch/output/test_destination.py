"""The name of an output decides its format."""

import pytest

from model.errors import DumpError
from service.batch.job import OutputFormat
from service.batch.output.destination import output_format


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.jsonl", "jsonl"),
        ("X.NDJSON", "jsonl"),
        ("a.b.csv", "csv"),
        ("x.parquet", "parquet"),
        ("x.sqlite", "sqlite"),
        ("x", "folder"),
        ("x.csv/", "folder"),
        (".", "folder"),
        ("s3://bucket/x.csv", "csv"),
        ("s3://bucket/scores/", "folder"),
    ],
)
def test_the_name_decides_the_format(name: str, expected: str) -> None:
    """The end of the name counts, unless the caller chooses a format."""
    assert output_format(name, None) is OutputFormat(expected)
    assert output_format(name, OutputFormat.CSV) is OutputFormat.CSV


@pytest.mark.parametrize("name", ["x.json", "x.xlsx", "x.csv.gz"])
def test_a_name_without_a_known_format_is_refused(name: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(DumpError, match=r"\.jsonl, .*--to"):
        output_format(name, None)
