"""A packed artefact is unpacked as it was."""

from pathlib import Path

from model.moderator import Moderator
from service.batch.workers.packed_artefact import pack_artefact, unpack_artefact
from service.model_loading import ModeratorOptions


def test_a_packed_artefact_is_written_once(tmp_path: Path, folder: Path) -> None:
    """A worker unpacks it into a folder named by its content, and finds it there the next time."""
    moderator = Moderator.load(folder)
    packed = pack_artefact(ModeratorOptions(folder), moderator.version)
    unpacked = unpack_artefact(packed, tmp_path / "cache")
    assert Moderator.load(unpacked).version == moderator.version
    before = [(file.name, file.stat().st_mtime_ns) for file in sorted(unpacked.iterdir())]
    assert unpack_artefact(packed, tmp_path / "cache") == unpacked
    assert [(file.name, file.stat().st_mtime_ns) for file in sorted(unpacked.iterdir())] == before
