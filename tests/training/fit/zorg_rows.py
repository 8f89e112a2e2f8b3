"""Rows of three classes about things and made-up people, and an estimator that learns them quickly."""

from training.fit.estimator import CommentClassifier

THINGS = ("bus", "garden", "train", "book", "window", "song", "cake", "river", "teacher", "dog", "lamp", "paper")
PATTERNS = {
    "fine": ("I like the {} in this town", "thank you for the {}", "who has seen my {} lately"),
    "toxic": ("you are a stupid {}", "shut up you idiotic {}", "what a moron, go eat a {}"),
    "hateful": ("all zorgs are vermin, take their {}", "send the zorg scum back with their {}", "no {} for zorg filth"),
}
ROWS = [(pattern.format(thing), label) for label, patterns in PATTERNS.items() for pattern in patterns for thing in THINGS]
TEXTS = [text for text, _ in ROWS]
LABELS = [label for _, label in ROWS]
UNSEEN = ["thank you for the bicycle", "shut up you idiotic bicycle", "no bicycle for zorg filth"]


def quick(**parameters: object) -> CommentClassifier:
    """An estimator whose table of weights is small."""
    return CommentClassifier(**({"bits": 12, "random_state": 0} | parameters))  # type: ignore[arg-type]
