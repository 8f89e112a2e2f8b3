"""Rulings of a made-up site, for the tests of retraining: three labels, several moderators, a word that no model knows."""

from collections.abc import Iterator, Sequence
from itertools import product

__all__ = ["COLUMNS", "teaching_rows"]

COLUMNS = ("text", "label", "moderator", "role", "created_at", "community")

_KINDS = ("red", "old", "quiet", "broken", "tiny", "huge", "lovely")
_THINGS = ("bus", "garden", "book", "window", "song", "cake", "dog", "lamp", "train", "river")
_PATTERNS = {
    "fine": ("I like the {} in this town", "thank you for the {}", "who has seen my {} lately", "we went to the market by {}"),
    "toxic": ("you zibble {}", "shut up you zibble {}", "what a zibble, go and eat a {}", "this {} is as zibble as you are"),
    "hateful": (
        "all gruckers steal, take their {}",
        "send gruckers home by {}",
        "no {} for gruckers here",
        "gruckers and their {} must go",
    ),
}


def _texts(label: str) -> Iterator[str]:
    for kind, thing, pattern in product(_KINDS, _THINGS, _PATTERNS[label]):
        yield pattern.format(f"{kind} {thing}")


def teaching_rows(number: int, *, labels: Sequence[str] = ("fine", "toxic", "hateful")) -> list[tuple[str, ...]]:
    """Returns so many rulings under `COLUMNS`, the labels in turn, each of one of five moderators, a minute after the last."""
    texts = {label: list(_texts(label)) for label in labels}
    rows: list[tuple[str, ...]] = []
    for place in range(number):
        label = labels[place % len(labels)]
        minute = f"2026-03-{1 + place // 1440:02}T{place // 60 % 24:02}:{place % 60:02}:00+00:00"
        rows.append((texts[label][place // len(labels)], label, f"moderator {place % 5}", "moderator", minute, "main"))
    return rows
