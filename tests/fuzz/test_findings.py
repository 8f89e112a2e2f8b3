"""Findings are counted, and a few of each kind are kept."""

from pathlib import Path

from fuzz.findings import Finding, FindingStore, describe_exception, slug
from model.moderator import Moderator


def test_a_few_of_a_kind_are_kept(tmp_path: Path) -> None:
    """Each kind has three examples at most, each with a note; all are counted."""
    store = FindingStore(tmp_path)
    paths = [store.add(Finding("a kind", "seen", b"%d" % number, ".txt")) for number in range(5)]
    store.add(Finding("another", "seen", b"x", ".bin"))
    assert [path is not None for path in paths] == [True, True, True, False, False]
    assert store.counts == {"a kind": 5, "another": 1}
    assert len(list(tmp_path.glob("a-kind/*.note"))) == 3


def test_an_exception_is_told_by_its_innermost_place_of_ours() -> None:
    """Two exceptions count as one kind if they come from one function of the project."""
    try:
        Moderator.load(Path("/none"))
    except Exception as error:
        kind, detail = describe_exception(error)
    assert kind.startswith("ArtefactError in folder.py:")
    assert "Traceback" in detail


def test_names_of_files_are_plain() -> None:
    """Whatever a kind is called, its folder has a plain, short name."""
    assert slug("Not kept: a/b \n ü" + "x" * 200) == "not-kept-a-b-" + "x" * 67
    assert slug("///") == "finding"
