"""Runs one contender of ``benchmarks.inprocess`` in a process of its own: ``python -m benchmarks.contenders NAME FILE PART PARTS``.

The process reads its share of the comments (a JSON array of strings), loads its contender, warms it up with these comments and
writes the line "ready". Then, for every line that it reads, it judges the comments and writes the CPU time of that in seconds.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["CONTENDERS", "main"]

Judge = Callable[[list[str]], Any]
"""Judges texts; what it returns depends on the contender."""


def _tipstaff() -> Judge:
    from model.comment import Comment
    from model.moderator import Moderator

    moderator = Moderator.load()
    moderator.warm()
    return lambda texts: moderator.decide([Comment("", text) for text in texts])


def _alt_profanity_check() -> Judge:
    from profanity_check import predict_prob

    judge: Judge = predict_prob
    return judge


def _hatesonar() -> Judge:
    from hatesonar import Sonar

    sonar = Sonar()
    # It offers no batches; feeding batches to its ONNX session directly takes four times as long.
    return lambda texts: [sonar.ping(text) for text in texts]


def _scikit_learn() -> Judge:
    import numpy as np
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline, make_union

    common = {"n_features": 1 << 20, "alternate_sign": False, "binary": True, "norm": "l2", "dtype": np.float32}
    words = HashingVectorizer(analyzer="word", ngram_range=(1, 2), **common)
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **common)
    pipeline = make_pipeline(make_union(words, letters), SGDClassifier(loss="log_loss", max_iter=1, tol=None, random_state=0))
    # Its speed does not depend on what it has learnt.
    pipeline.fit(["one comment", "another comment"], [0, 1])
    judge: Judge = pipeline.predict_proba
    return judge


CONTENDERS: Mapping[str, Callable[[], Judge]] = MappingProxyType(
    {
        "Tipstaff": _tipstaff,
        "alt-profanity-check": _alt_profanity_check,
        "HateSonar": _hatesonar,
        "scikit-learn": _scikit_learn,
    }
)
"""Name → function that loads the contender."""


def main(arguments: Sequence[str]) -> None:
    """Judge the comments once for each line of standard input."""
    name, path, part, parts = arguments
    texts: list[str] = json.loads(Path(path).read_text(encoding="utf-8"))[int(part) :: int(parts)]
    # Whatever a contender prints goes to standard error, so that standard output holds the answers alone.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    judge = CONTENDERS[name]()
    judge(texts)
    print("ready", file=answers)
    for _ in sys.stdin:
        start = time.process_time()
        judge(texts)
        print(time.process_time() - start, file=answers)


if __name__ == "__main__":
    main(sys.argv[1:])
