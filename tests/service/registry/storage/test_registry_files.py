"""The places of a registry keep the same promises: a folder, the memory of a process, and any file system of fsspec."""

import errno
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest

from model.errors import RegistryError
from service.registry.storage.folder_files import FolderFiles
from service.registry.storage.open_files import open_registry_files
from service.registry.storage.registry_files import MOST_DOCUMENT_BYTES, RegistryFiles
from service.registry.storage.url_files import UrlFiles


@pytest.fixture(params=["folder", "file URL", "memory", "other URL"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RegistryFiles]:
    """An empty place; *other URL* is a file system whose uploads are not whole by themselves."""
    place = {
        "folder": str(tmp_path / "models"),
        "file URL": f"file://{tmp_path}/models",
        "memory": f"memory://{uuid.uuid4().hex}/models",
        "other URL": f"local://{tmp_path}/models",
    }[request.param]
    yield open_registry_files(place)
    fsspec.filesystem("memory").store.clear()


def test_an_empty_place_has_nothing(files: RegistryFiles, tmp_path: Path) -> None:
    """Where nothing was written there is nothing, and looking makes nothing."""
    assert files.names("versions") == []
    assert not files.has("aliases/champion.json")
    with pytest.raises(FileNotFoundError, match=r"aliases/champion\.json"):
        files.read("aliases/champion.json")
    files.remove("aliases/champion.json")
    assert list(tmp_path.iterdir()) == []


def test_documents_are_created_once_and_replaced_at_will(files: RegistryFiles) -> None:
    """A document is created by the first alone; replaced, it is the new one; removed, it is gone."""
    with files.locked():
        assert files.create("log/1.json", b"first")
        assert not files.create("log/1.json", b"second")
        files.replace("aliases/champion.json", b"old")
        files.replace("aliases/champion.json", b"new")

    assert files.read("log/1.json") == b"first"
    assert files.read("aliases/champion.json") == b"new"
    assert (files.names("log"), files.names("aliases")) == (["1.json"], ["champion.json"])
    assert files.has("log/1.json")
    files.remove("log/1.json")
    assert files.names("log") == []


def test_one_of_many_creates(files: RegistryFiles) -> None:
    """Of many that create the same document at once one alone is told that it has, and its content stays."""
    contents = [f"writer {number}".encode() for number in range(8)]
    with files.locked():
        files.replace("log/0.json", b"")

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(lambda content: files.create("log/1.json", content), contents))

    assert [content for content, is_mine in zip(contents, created, strict=True) if is_mine] == [files.read("log/1.json")]


def test_folders_are_copied_whole(files: RegistryFiles, tmp_path: Path) -> None:
    """A folder is copied in once, without links and what lies below, and out again as it was; removed, nothing of it is left."""
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "below").mkdir(parents=True)
    target.mkdir()
    for name in ("manifest.json", "weights.npy"):
        (source / name).write_text(f"the {name}")
    (source / "link").symlink_to(source / "weights.npy")

    with files.locked():
        files.put_folder(source, "versions/abc", last="manifest.json")
        (source / "weights.npy").write_text("another")
        files.put_folder(source, "versions/abc", last="manifest.json")
    files.get_folder("versions/abc", target)

    names = ("manifest.json", "weights.npy")
    assert {path.name: path.read_text() for path in target.iterdir()} == {name: f"the {name}" for name in names}
    assert files.names("versions/abc") == ["manifest.json", "weights.npy"]
    files.remove("versions/abc")
    assert files.names("versions") == []
    with pytest.raises(FileNotFoundError):
        files.get_folder("versions/abc", target)


def test_endless_documents_are_not_read(files: RegistryFiles) -> None:
    """A document longer than any of ours is refused, not held in memory."""
    with files.locked():
        files.replace("records/x.json", bytes(MOST_DOCUMENT_BYTES + 1))

    with pytest.raises(OSError, match=r"records/x\.json") as refusal:
        files.read("records/x.json")
    assert refusal.value.errno == errno.EFBIG


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    """Parts that a killed writer left in a folder are neither seen nor kept once the next one comes."""
    files = FolderFiles(tmp_path / "models")
    with files.locked():
        files.replace("log/1.json", b"")
    left = [tmp_path / "models/log/.part-2.json-0", tmp_path / "models/log/.part-x"]
    left[0].write_bytes(b"half")
    left[1].mkdir()

    assert files.names("log") == ["1.json"]
    with files.locked():
        pass
    assert not any(path.exists() for path in left)


def test_a_folder_without_hard_links_creates_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links a document is created once all the same."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr("os.link", refuse)
    files = FolderFiles(tmp_path / "models")

    with files.locked():
        assert files.create("log/1.json", b"first")
        assert not files.create("log/1.json", b"second")
    assert files.read("log/1.json") == b"first"


def test_a_registry_follows_the_rights_of_its_folder(tmp_path: Path) -> None:
    """A folder that the site has made for a group stays readable for the group; one that we make is private."""
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    shared.chmod(0o750)
    for root in (shared, own):
        with FolderFiles(root).locked():
            FolderFiles(root).replace("aliases/champion.json", b"{}")

    assert [(root / "aliases/champion.json").stat().st_mode & 0o777 for root in (shared, own)] == [0o640, 0o600]
    assert own.stat().st_mode & 0o777 == 0o700


def test_unknown_protocols_are_refused() -> None:
    """A URL of a protocol that nobody knows is refused in one line."""
    with pytest.raises(RegistryError, match="cannot be opened"):
        open_registry_files("gopher://example.org/models")


def test_the_loser_is_told_where_the_store_writes_over(tmp_path: Path) -> None:
    """In a store that does not know calls which only create, whoever finds another's document has lost."""

    class Careless:
        """A file system that writes over what another has written in between."""

        protocol = "careless"

        def __init__(self) -> None:
            self.written: bytes | None = None

        def cat_file(self, path: str, **_: object) -> bytes:
            if self.written is None:
                raise FileNotFoundError(path)
            return self.written

        def makedirs(self, *_: object, **__: object) -> None: ...

        def pipe_file(self, path: str, content: bytes) -> None:
            self.written = b"of somebody else"

    assert not UrlFiles("careless://x", Careless(), "x").create("log/1.json", b"mine")


def test_a_store_without_conditions_is_written_all_the_same(tmp_path: Path) -> None:
    """A store that refuses writes on a condition because it does not know them is written without one; what else it refuses is an error."""

    class Old:
        """A file system that knows no conditions, or that nobody may write to."""

        protocol = "old"
        reason = "An error occurred (NotImplemented): a header you provided implies functionality that is not implemented"

        def __init__(self) -> None:
            self.written: dict[str, bytes] = {}

        def cat_file(self, path: str, **_: object) -> bytes:
            if path not in self.written:
                raise FileNotFoundError(path)
            return self.written[path]

        def makedirs(self, *_: object, **__: object) -> None: ...

        def pipe_file(self, path: str, content: bytes, mode: str = "overwrite") -> None:
            if mode == "create":
                raise OSError(self.reason)
            self.written[path] = content

    store = Old()
    files = UrlFiles("old://x", store, "x")

    assert files.create("log/1.json", b"mine")
    assert not files.create("log/1.json", b"another's")
    store.reason = "Access Denied"
    with pytest.raises(OSError, match="Access Denied"):
        files.create("log/2.json", b"mine")
