"""Files and URLs are opened by the same functions, and every error names the file as the user does."""

from pathlib import Path

import pytest

from model.errors import DumpError
from service.batch.file_access import errors_named, is_url, measure_size, open_for_reading, open_for_writing, resolve_url


@pytest.mark.parametrize("as_url", [False, True])
def test_files_and_urls_are_read_alike(tmp_path: Path, as_url: bool) -> None:
    """Content and size are the same, whether a file is named by its path or by its URL."""
    path = tmp_path / "dump"
    path.write_bytes(b"content")
    name = path.as_uri() if as_url else str(path)
    assert is_url(name) == as_url
    assert measure_size(name) == 7
    with open_for_reading(name) as file:
        assert file.read() == b"content"


@pytest.mark.parametrize("as_url", [False, True])
def test_a_missing_file_is_named(tmp_path: Path, as_url: bool) -> None:
    """The error is FileNotFoundError in both cases, and carries the name."""
    path = tmp_path / "missing"
    name = path.as_uri() if as_url else str(path)
    with pytest.raises(FileNotFoundError) as error, open_for_reading(name):
        pass
    assert str(error.value.filename) == name


def test_an_unknown_protocol_is_refused() -> None:
    """The message names the URL."""
    with pytest.raises(DumpError, match="nosuch://x: cannot be opened"):
        resolve_url("nosuch://x")


@pytest.mark.parametrize(
    ("cause", "kind", "message"),
    [
        (FileNotFoundError("gone"), FileNotFoundError, "gone"),
        (PermissionError(13, "no access"), PermissionError, "no access"),
        (RuntimeError("lost the connection"), OSError, "RuntimeError: lost the connection"),
    ],
)
def test_every_error_becomes_an_os_error_with_the_name_of_the_file(cause: Exception, kind: type[OSError], message: str) -> None:
    """The libraries behind fsspec raise whatever they like; the caller sees an OSError with the name of the file."""
    with pytest.raises(kind) as error, errors_named("s3://bucket/dump"):
        raise cause
    assert error.value.filename == "s3://bucket/dump"
    assert error.value.strerror == message
    assert error.value.__cause__ is cause


def test_a_refusal_stays_what_it_is() -> None:
    """A DumpError says everything itself."""
    with pytest.raises(DumpError, match="encrypted"), errors_named("dump"):
        raise DumpError("encrypted")


def test_a_full_disk_is_named() -> None:
    """The operating system does not say which file could not be written; the error does."""
    with pytest.raises(OSError, match=r"scores\.csv") as error, open_for_writing(Path("/dev/full"), "scores.csv") as file:
        file.write(b"x")
    assert error.value.filename == "scores.csv"


def test_a_file_is_written_from_its_beginning(tmp_path: Path) -> None:
    """Its old content is gone."""
    path = tmp_path / "out"
    path.write_bytes(b"much longer than before")
    with open_for_writing(path, "out") as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_the_size_of_a_missing_file_is_unknown(tmp_path: Path) -> None:
    """Measuring raises nothing; opening the file fails, with its name."""
    assert measure_size(str(tmp_path / "missing")) is None
