"""Words and sentences of our own that an attacker could put around abuse: friendly words and small talk.

They are drawn anew for every comment, so that a classifier gains nothing from memorising a phrase.
"""

import random

__all__ = ["FRIENDLY_WORDS", "friendly_phrases", "friendly_words", "long_talk"]

_FRIENDLY_LINE = (
    "thanks welcome lovely wonderful kind friend smile great happy beautiful sunshine peace love hug cheers delightful nice sweet "
    "grateful brilliant joy bless gentle generous warm helpful fantastic pleasant amazing charming caring hope laughter flowers "
    "cake birthday congratulations respect trust good morning wishes excellent awesome glad appreciate support kindness honest "
    "calm sunny music garden friendship celebrate bright fun favourite cosy perfect splendid"
)
FRIENDLY_WORDS = tuple(_FRIENDLY_LINE.split())
"""Words that nobody objects to."""

_PHRASES = (
    "have a {} day",
    "thank you for the {} post",
    "wishing you all a {} weekend",
    "what a {} picture",
    "you are all so {}",
    "so {} to read this",
    "sending {} wishes to everyone here",
    "I had a {} time with my family",
    "that was a {} story",
    "such a {} community",
)
_ADJECTIVE_WORDS = (
    "lovely wonderful great pleasant sweet brilliant warm fantastic charming good sunny bright splendid kind cheerful gentle "
    "delightful excellent happy calm"
)
_ADJECTIVES = _ADJECTIVE_WORDS.split()
_FRIENDLY_TALK = (
    "I really enjoyed the {noun} and I hope everyone had a {good} time.",
    "Thank you so much for telling us about the {noun}.",
    "It was {good} of you to share the {noun} with us.",
    "My {person} would love this {noun}, I will show it to them tonight.",
    "What a {good} {noun}, please keep them coming!",
    "Congratulations to everybody who worked on the {noun}.",
    "We had a {good} {when} and the {noun} was the best part of it.",
    "I wish you and your {person} a {good} {when}.",
    "Your {noun} made my whole {when}, thank you.",
    "I am glad that your {person} liked the {noun}.",
)
_NEUTRAL_TALK = (
    "The {noun} opens at {hour} and closes at {later}.",
    "On the {when} I walked to the {noun} with my {person}.",
    "There is a new {noun} beside the station, next to the {other}.",
    "My {person} bought a {noun} for {hour} dollars last {when}.",
    "You need the {noun} first, then the {other}, and then you wait for about {hour} minutes.",
    "According to the timetable the {noun} leaves at {later}, not at {hour}.",
    "In the second part they explain how the {noun} is made from the {other}.",
    "I have had the same {noun} for {hour} years, and the {other} even longer.",
    "Does anybody know where the {noun} is kept when the {other} is closed?",
    "The council will discuss the {noun} and the {other} next {when}.",
    "It rained all {when}, so the {noun} was moved to the {other}.",
    "The older {noun} weighs {hour} kilos, the newer one {later}.",
)
_NOUN_WORDS = (
    "recipe garden bridge museum concert library bicycle kitchen photograph market lesson bakery harbour lamp painting train "
    "letter festival soup workshop chair river song calendar window notebook kettle path theatre puzzle orchard blanket ferry "
    "camera stove album carpet lantern map printer"
)
_NOUNS = _NOUN_WORDS.split()
_PERSON_WORDS = "sister neighbour grandmother cousin teacher colleague daughter uncle friend brother aunt nephew"
_PERSONS = _PERSON_WORDS.split()
_TIME_WORDS = "Monday Tuesday weekend evening afternoon summer Thursday holiday month Sunday autumn winter"
_TIMES = _TIME_WORDS.split()


def friendly_words(rng: random.Random, *, count: int = 10) -> str:
    """Return ``count`` friendly words, separated by blanks."""
    return " ".join(rng.sample(FRIENDLY_WORDS, count))


def friendly_phrases(rng: random.Random, *, count: int = 10) -> str:
    """Return friendly phrases with at least ``count`` words in all."""
    words: list[str] = []
    while len(words) < count:
        words += rng.choice(_PHRASES).format(rng.choice(_ADJECTIVES)).split()
    return " ".join(words)


def long_talk(rng: random.Random, *, words: int, friendly: bool) -> str:
    """Return friendly or neutral sentences with at least ``words`` words in all."""
    sentences: list[str] = []
    size = 0
    while size < words:
        noun, other = rng.sample(_NOUNS, 2)
        hour = rng.randint(2, 11)
        sentence = rng.choice(_FRIENDLY_TALK if friendly else _NEUTRAL_TALK).format(
            noun=noun,
            other=other,
            good=rng.choice(_ADJECTIVES),
            person=rng.choice(_PERSONS),
            when=rng.choice(_TIMES),
            hour=hour,
            later=hour + rng.randint(1, 12),
        )
        sentences.append(sentence)
        size += sentence.count(" ") + 1
    return " ".join(sentences)
