"""Whether scores tell an insult from thanks."""


def is_told_apart(harmless: float, harmful: float, *, scale: float = 1) -> bool:
    """Return whether one score is low and the other high, both on a scale that begins with 0.

    Args:
        harmless: the score of what is harmless.
        harmful: the score of what is not.
        scale: the end of the scale: 100 for software that speaks in percent.
    """
    return 0 <= harmless < 0.2 * scale and 0.8 * scale < harmful <= scale
