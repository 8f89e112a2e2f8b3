"""What chance makes of values: odd, but of the kind that was asked for, and the same for the same seed."""

import json
from random import Random

from fuzz.odd_values import encode_json, mutate_bytes, mutate_json, odd_text

VALUE = {"comments": [{"id": 1, "text": "hi"}, {"id": 2, "text": "you"}], "explain": True}


def test_texts_are_texts() -> None:
    """Odd texts can be encoded, keep their length, and have in them what once failed: references of thousands of digits."""
    random = Random(1)
    texts = [odd_text(random, longest=9_500) for _ in range(3_000)]
    assert max(len(text.encode()) for text in texts) > 9_000
    assert max(map(len, texts)) <= 9_500
    assert any("&#" + "9" * 4301 in text for text in texts)


def test_a_changed_value_leaves_the_old_one_alone() -> None:
    """A change is made to a copy, and most changes change something."""
    before = json.dumps(VALUE)
    changed = [json.dumps(mutate_json(Random(seed), VALUE)) for seed in range(300)]
    assert json.dumps(VALUE) == before
    assert sum(text != before for text in changed) > 200
    assert len(set(changed)) > 150


def test_the_same_seed_makes_the_same_inputs() -> None:
    """A finding can be made again from its seed."""
    runs = [[encode_json(random, mutate_json(random, VALUE)) for _ in range(50)] for random in (Random(7), Random(7))]
    assert runs[0] == runs[1]
    assert mutate_bytes(Random(3), b"some bytes") == mutate_bytes(Random(3), b"some bytes")


def test_bytes_are_damaged() -> None:
    """Damage changes bytes, also where there are none."""
    assert sum(mutate_bytes(Random(seed), b"a long enough line of bytes") != b"a long enough line of bytes" for seed in range(100)) > 90
    assert {mutate_bytes(Random(seed), b"") for seed in range(50)} != {b""}
