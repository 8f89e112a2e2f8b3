"""The files of a caller are found within bounds, and nothing outside the folder that was named is read."""

import os
from pathlib import Path

import pytest

from model.errors import InputError
from service.migration.caller import source_tree
from service.migration.caller.source_tree import CallerFiles

CALL = '{"comment": {"text": "Lovely."}, "requestedAttributes": {"TOXICITY": {}}}\n'


def write(path: Path, content: str | bytes = "TOXICITY = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(*paths: Path) -> dict[str, bool]:
    """Returns the names of the files that are read, and whether each is source code."""
    return {file.name: file.text is not None for file in CallerFiles(paths) if not file.dependency}


def test_sources_and_logs_are_told_apart(tmp_path: Path) -> None:
    """Logs are recognised by their names or, JSON and files that are named, by their content; the rest is source code."""
    write(tmp_path / "src/main.py")
    write(tmp_path / "logs/calls.jsonl", CALL)
    write(tmp_path / "logs/access.log.1", "nothing")
    write(tmp_path / "logs/calls.json", f"[{CALL}]")
    write(tmp_path / "data.jsonl", '{"text": "Lovely.", "label": "fine"}\n')
    write(tmp_path / "config.json", '{"attribute": "TOXICITY"}')

    assert names(tmp_path) == {
        "src/main.py": True,
        "logs/calls.jsonl": False,
        "logs/access.log.1": False,
        "config.json": True,
        "logs/calls.json": False,
    }
    assert names(write(tmp_path / "export", CALL)) == {"export": False}


def test_what_others_wrote_is_left_out(tmp_path: Path) -> None:
    """Repositories' own files, dependencies, binary files, pictures of code and pages of prose are not read."""
    write(tmp_path / "main.py")
    for name in (".git/config", "node_modules/x/index.js", "venv/lib/x.py", "vendor/x.php", "app.min.js", "README.md", "yarn.lock"):
        write(tmp_path / name)
    write(tmp_path / "picture.png", b"\x89PNG\0\0TOXICITY")

    assert names(tmp_path) == {"main.py": True}


def test_dependencies_are_told_apart(tmp_path: Path) -> None:
    """The code of dependencies is read last, with the package that it belongs to."""
    for name in (
        "node_modules/@scope/x/lib/index.js",
        "node_modules/y/node_modules/z/a.js",
        "vendor/maker/tool/src/a.php",
        "venv/lib/site-packages/w/a.py",
    ):
        write(tmp_path / name)
    write(tmp_path / "zoo.py")

    assert [file.dependency for file in CallerFiles([tmp_path])] == ["", "@scope/x", "z", "maker/tool", "w"]


def test_names_do_not_steer_a_terminal(tmp_path: Path) -> None:
    """What moves the cursor in the name of a file is shown as a replacement character."""
    write(tmp_path / "a\x1b[2Jb.py")

    assert names(tmp_path) == {"a\ufffd[2Jb.py": True}


def test_links_do_not_lead_outside(tmp_path: Path) -> None:
    """Links to files outside the folder and links to folders are left alone, pipes are not opened, links within are read."""
    write(tmp_path / "secrets/key.py")
    project = tmp_path / "project"
    write(project / "main.py")
    (project / "inside.py").symlink_to(project / "main.py")
    (project / "outside.py").symlink_to(tmp_path / "secrets/key.py")
    (project / "folder").symlink_to(tmp_path / "secrets")
    (project / "loop.py").symlink_to(project / "loop.py")
    os.mkfifo(project / "pipe.py")

    assert names(project) == {"main.py": True, "inside.py": True}


def test_bounds_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or a folder that is too large is not read whole, which is said."""
    monkeypatch.setattr(source_tree, "_MAX_FILES", 2)
    write(tmp_path / "a.py", "#" * (1 << 20) + "requestedAttributes")
    for name in "bcd":
        write(tmp_path / f"{name}.py")

    files = CallerFiles([tmp_path])
    read = [file.name for file in files]

    assert read == ["b.py"]
    assert files.left_out[0] == "a.py: is larger than 1 MiB, and has to do with these services"
    assert "too large to be read whole" in files.left_out[1]


def test_large_files_of_something_else_are_passed_over(tmp_path: Path) -> None:
    """A large file in which nothing has to do with these services is no gap in what was read."""
    write(tmp_path / "data.json", '["' + "x" * (3 << 20) + '"]')

    files = CallerFiles([tmp_path])

    assert (list(files), files.left_out) == ([], [])


def test_missing_paths_are_refused(tmp_path: Path) -> None:
    """A path that does not exist is an error that names it."""
    with pytest.raises(InputError, match="there is no such file or folder"):
        list(CallerFiles([tmp_path / "missing"]))
