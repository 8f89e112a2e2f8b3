"""A fixture for all tests of reading dumps."""

from typing import Any

import pytest

from tests.service.batch.input.dump_reader import DumpContent, DumpReader, read_file


@pytest.fixture(scope="session")
def read_dump(tmp_path_factory: pytest.TempPathFactory) -> DumpReader:
    """A function that writes bytes into a file and reads it; for tests whose every example shares it, too."""
    folder = tmp_path_factory.mktemp("dumps")

    def read(content: bytes, name: str = "comments", **options: Any) -> DumpContent:
        path = folder / name
        path.write_bytes(content)
        return read_file(path, **options)

    return read
