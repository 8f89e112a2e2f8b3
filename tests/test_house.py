"""The tree keeps its plan: small folders and modules, tests that mirror it, and no name that means two things."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("model", "service", "training")
MOST_MODULES = 14
MOST_LINES = 300

# Names that are defined more than once, each for a reason.
SHARED_NAMES = {
    "CORAL": "one platform: its dumps and its webhook",
    "app": "each group of commands of the command line is an app of Typer's",
    "module coral": "one platform: its dumps and its webhook",
    "train_encoder": "the command is called as what it does",
}


def modules(*rooms: str) -> list[Path]:
    """Returns every module of the rooms, relative to the checkout."""
    return sorted(path.relative_to(ROOT) for room in rooms for path in (ROOT / room).rglob("*.py"))


def public_names(path: Path) -> Iterator[str]:
    """Yields the names that a module defines at its top and does not keep to itself, and that of the module."""
    if path.name != "__init__.py":
        yield f"module {path.stem}"
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names = [name]
            case ast.Assign(targets=targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))


def test_folders_are_small() -> None:
    """No folder has more modules than a reader takes in at a glance."""
    folders: defaultdict[Path, int] = defaultdict(int)
    for path in modules(*ROOMS):
        folders[path.parent] += 1

    assert {str(folder): number for folder, number in folders.items() if number > MOST_MODULES} == {}


def test_modules_are_short() -> None:
    """No module is longer than a reader keeps in mind."""
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules(*ROOMS)}

    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_each_module_of_the_model_has_its_test() -> None:
    """The test of a module of model/ lies at the same place below tests/."""
    untested = [
        str(path)
        for path in modules("model")
        if path.name != "__init__.py" and not (ROOT / "tests" / path.with_name(f"test_{path.name}")).exists()
    ]

    assert untested == []


def test_names_mean_one_thing() -> None:
    """No public name, and no module's name, is defined in two places; migrations have the names that Alembic asks for."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in modules(*ROOMS):
        if "versions" not in path.parts:
            for name in set(public_names(path)):
                places[name].append(str(path))

    assert {name: found for name, found in places.items() if len(found) > 1 and name not in SHARED_NAMES} == {}
    assert {name for name in SHARED_NAMES if len(places[name]) < 2} == set(), "an exception that nothing needs any more"
