"""A survey of the texts in the first records of a file: where they stand, however deep, and how much of them there is."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.batch.input.columns.column_names import fold_column_name
from service.batch.input.columns.known_names import TEXT_NAMES
from service.batch.input.trees.paths import is_path, parse_path
from service.batch.input.trees.tree_names import QUOTED_NAMES, THING_NAMES

__all__ = ["TextPlace", "find_text_places", "flatten_record", "is_foreign_path", "survey_texts"]

_MAX_VALUES = 200_000
_MAX_PLACES = 1000
_MAX_DEPTH = 12
_MAX_NAME_LENGTH = 100
_MAX_PROSE = 200
_MAX_ROWS = 50
_RICH_LEAVES = frozenset(
    {
        *("rendered", "raw", "plain", "plain_text", "plaintext", "text", "value", "body", "html", "markdown"),
        *("#text", "_text", "$t", "simpletext", "label"),
    }
)
"""Fields of an object in place of a text that hold the text itself, in small letters."""
_COMMENT_WORDS = ("comment", "kommentar", "reply", "replies", "review", "message", "tweet", "status", "record")


@dataclass
class TextPlace:
    """A place at which records hold text.

    Attributes:
        path: its path.
        count: how many texts there are.
        length: how long they are in all, in code points.
        prose: how many letters and spaces there are in the beginnings of them, spaces counting for ten.
    """

    path: str
    count: int = 0
    length: int = 0
    prose: int = 0

    @property
    def mean_prose(self) -> float:
        """How much the texts look like something that people write: the larger, the more."""
        return self.prose / self.count


class _Inner(NamedTuple):
    value: object
    path: str
    depth: int


def survey_texts(records: Iterable[Mapping[str, object]]) -> dict[str, TextPlace]:
    """Return the places of texts in some records, by their paths and in the order in which they are met.

    Args:
        records: the records; only as many values are looked at as take a moment.
    """
    places: dict[str, TextPlace] = {}
    left = _MAX_VALUES
    for record in records:
        pending = [_Inner(record, "", 0)]
        while pending and left:
            left -= 1
            value, path, depth = pending.pop()
            if isinstance(value, str):
                _count_text(places, path, value)
            elif depth < _MAX_DEPTH and isinstance(value, list):
                pending.extend(_Inner(element, path if path.endswith("[]") else f"{path}[]", depth + 1) for element in reversed(value))
            elif depth < _MAX_DEPTH and isinstance(value, Mapping):
                start = f"{path}." if path else ""
                names = [name for name in value if len(name) <= _MAX_NAME_LENGTH and (not path or not ("." in name or "[]" in name))]
                pending.extend(_Inner(value[name], start + name, depth + 1) for name in reversed(names))
    return places


def _count_text(places: dict[str, TextPlace], path: str, text: str) -> None:
    place = places.get(path)
    if place is None:
        if len(places) >= _MAX_PLACES:
            return
        place = places[path] = TextPlace(path)
    place.count += 1
    place.length += len(text)
    place.prose += sum(map(str.isalpha, text[:_MAX_PROSE])) + 10 * text.count(" ", 0, _MAX_PROSE)


def flatten_record(record: Mapping[str, object]) -> list[dict[str, object]]:
    """Return an object, and each object of the lists in it, as rows whose columns are paths from that object on."""
    rows: list[dict[str, object]] = []
    objects: deque[tuple[Mapping[str, object], int]] = deque([(record, 0)])
    while objects and len(rows) < _MAX_ROWS:
        row: dict[str, object] = {}
        outermost, depth = objects.popleft()
        inner = [(outermost, "", depth)]
        while inner:
            fields, prefix, level = inner.pop()
            for name, field in fields.items():
                if level >= _MAX_DEPTH or fold_column_name(name) in QUOTED_NAMES or (prefix and is_path(name)):
                    continue
                if isinstance(field, Mapping):
                    inner.append((field, f"{prefix}{name}.", level + 1))
                elif isinstance(field, list):
                    objects.extend((element, level + 1) for element in field[:_MAX_ROWS] if isinstance(element, Mapping))
                elif len(row) < _MAX_PLACES:
                    row[prefix + name] = field
        rows.append(row)
    return rows


def find_text_places(places: Mapping[str, TextPlace]) -> list[TextPlace]:
    """Return the places whose names say that comments stand there, and of these, if any, those that name comments; the best first."""
    ranked = [(rank, place) for place in places.values() if (rank := _rank(place.path)) is not None]
    ranked.sort(key=lambda pair: (pair[0], pair[1].path.count("[]"), pair[1].path.count(".")))
    named = {_ending(place.path) for _, place in ranked if any(word in place.path.lower() for word in _COMMENT_WORDS)}
    return [place for _, place in ranked if not named or _ending(place.path) in named]


def is_foreign_path(path: str) -> bool:
    """Tell whether a path leads into what is no comment."""
    names = [fold_column_name(step.name) for step in parse_path(path)[:-1]]
    return any(name in QUOTED_NAMES or name in THING_NAMES for name in names)


def _ending(path: str) -> str:
    return path.rpartition("[].")[2]


def _rank(path: str) -> int | None:
    """Return the place of a path's name among the known ones; None if it is not known, or leads into what is no comment."""
    *prefix, leaf = (fold_column_name(step.name) for step in parse_path(path))
    if is_foreign_path(path):
        return None
    if leaf in TEXT_NAMES:
        return TEXT_NAMES.index(leaf)
    return TEXT_NAMES.index(prefix[-1]) if leaf in _RICH_LEAVES and prefix and prefix[-1] in TEXT_NAMES else None
