"""Dumps of every platform are recognised by their content, and become rows: who wrote what when, in answer to what."""

from pathlib import Path

from tests.service.batch.input.dump_reader import cells, read_file
from tests.service.batch.input.platforms.sample import Sample
from tests.service.batch.input.platforms.samples import every_sample


@every_sample
def test_each_kind_of_dump_is_recognised_by_its_content(tmp_path: Path, sample: Sample) -> None:
    """Platform, container and every cell of the rows are what the schema of the dump says, whatever the file is called."""
    # A table of no known platform is recognised by the name of the file.
    names = [sample.name] if sample.needs_name else [sample.name, "dump"]
    for name in names:
        path = tmp_path / name
        path.write_bytes(sample.content)
        _, rows, description = read_file(path)
        assert description == sample.description
        assert [cells(row) for row in rows] == sample.rows
        assert {str(row.format) for row in rows if row.reason is None} == {sample.format}
