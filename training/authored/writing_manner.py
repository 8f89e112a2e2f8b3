"""Imitates how people type: puts phrases around a comment, and writes it more or less carelessly."""

import re

__all__ = ["FRAMES", "put_in_frame", "write_in_manner"]

FRAMES = (
    *("tbh {}", "{} tbh", "imo {}", "{} imo", "honestly {}", "ok so {}", "well, {}", "{} just saying", "update: {}", "edit: {}", "> {}"),
    *("@user {}", "@user @user {}", "{} #justsaying", "rt @user: {}", "{} smh", "{} ...", "{} https://t.co/abc", "no but really, {}"),
    *(
        "like i told my brother, {}",
        "{}, that's all",
        "Long time reader, first time commenting. {}",
        "Not sure if this is the right place, but {}",
    ),
    *("I read the whole thread before writing this. {}", "{} That is all I have to say about it.", "{} What do the others here think?"),
    *(
        "{} Anyway, back to work.",
        "{} Sent from my phone, so excuse the typing.",
        "Page 3 of this discussion and we are where we started. {}",
    ),
    "The article is longer than it needs to be, and half of it repeats last week's. {} Let's see what the next one brings.",
    "We talked about this at dinner yesterday and it went on until midnight. {} I had not thought about it for years.",
)
"""Texts to put around a comment, whose place is "{}"."""

_WITH_CAPITALS, _WITHOUT_APOSTROPHES, _WITH_SLIP, _SHOUTED = 0.3, 0.75, 0.85, 0.97
"""Degrees of carelessness: below the first with capitals and a full stop, above each of the others as its name says."""

_WORD_PRIME, _LETTER_PRIME = 997, 9973  # spread the degree over words and letters


def put_in_frame(text: str, frame: str) -> str:
    """Return a text with a frame around it; a text without a full stop gets one if a new sentence follows."""
    before, after = frame.split("{}")
    stop = "." if re.match(" [A-Z]", after) and text[-1].isalnum() else ""
    return before + text + stop + after


def write_in_manner(text: str, manner: float) -> str:
    """Return a text as somebody types it.

    Args:
        text: what is typed.
        manner: how carelessly, from 0 to 1: below 0.3 with capitals and a full stop, then in small letters, above 0.75 without
            apostrophes, above 0.85 with two letters exchanged, above 0.97 all in capitals.
    """
    if manner < _WITH_CAPITALS:
        proper = re.sub(r"\bi\b(?!\.)", "I", text)
        return proper[0].upper() + proper[1:] + ("" if proper[-1] in "?!.…" or not proper[-1].isalpha() else ".")
    if manner > _SHOUTED:
        return text.upper()
    text = text.lower()
    if manner > _WITH_SLIP:
        return _exchange_letters(text, manner)
    return re.sub(r"['’]", "", text) if manner > _WITHOUT_APOSTROPHES else text


def _exchange_letters(text: str, manner: float) -> str:
    """Return a text with two letters exchanged in one of its longer words."""
    words = list(re.finditer(r"[a-z]{5,}", text))
    if not words:
        return text
    word = words[int(manner * _WORD_PRIME) % len(words)]
    position = word.start() + 1 + int(manner * _LETTER_PRIME) % (len(word[0]) - 3)
    return text[:position] + text[position + 1] + text[position] + text[position + 2 :]
