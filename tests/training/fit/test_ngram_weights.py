"""The fit: every row teaches what it answers, and the same rows always teach the same."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_matrix

from model.classifier import NgramReader
from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import score_texts
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.fit.ngram_weights import FitSettings, LinearWeights, fit_on_base, fit_weights, quantise
from training.label_noise.known_labels import KnownLabels
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
FEATURES = FeatureSettings(bits=12)
SETTINGS = FitSettings(features=FEATURES)
THINGS = ("bus", "garden", "train", "book", "window", "song", "cake", "river", "teacher", "dog", "lamp", "paper")
PATTERNS = {"fine": "thank you for the {}", "toxic": "shut up you idiotic {}", "hateful": "no {} for zorg filth"}


def table(rows: MakeRows, answers: dict[str, str], **more: object) -> Labelled:
    """Rows of the patterns, which are told to say what ``answers`` has for them."""
    pairs = [(PATTERNS[pattern].format(thing), answer) for pattern, answer in answers.items() for thing in THINGS]
    return rows([answer for _, answer in pairs], text=[text for text, _ in pairs], **more)


def log_odds(linear: LinearWeights, texts: list[str]) -> npt.NDArray[np.float64]:
    small = quantise(linear.values)
    heads = small.scales.size
    reader = NgramReader(FEATURES, load_lexicon(), small.values, small.scales, linear.biases)
    packed = pack_bytes(prepare([Comment("", text) for text in texts]))
    weights = reader.weights(np.ones(heads), np.zeros(heads))
    return score_texts(packed, settings=FEATURES, lexicon=reader.lexicon, tables=weights).log_odds


@pytest.mark.parametrize(
    ("answer", "gradients"),
    [
        ("fine", (0.5, 0.5)),
        ("toxic", (0.5, -0.5)),
        ("hateful", (-0.5, -0.5 * 0.4)),
        ("not hateful", (0.5, 0)),
        ("abusive", (-1 / 6, -1 / 6 - 0.4 * 2 / 3 * 0.5)),
        ("unknown", (0, 0)),
    ],
)
def test_a_row_teaches_what_it_answers(rows: MakeRows, answer: str, gradients: tuple[float, float]) -> None:
    """The first step follows the gradient of the likelihood of what is known of the row, worked out by hand at probabilities of 0.5."""
    # So much damping that the step is proportional to the gradient.
    settings = replace(SETTINGS, epochs=1, damping=1e8, sharing=0.4)
    of_fine = fit_weights(rows(["fine"], text=["hello"]), settings=settings).values[:, 0]
    values = fit_weights(rows([answer], text=["hello"]), settings=settings).values
    moved = of_fine != 0
    assert moved.any()
    np.testing.assert_allclose(values[moved] / of_fine[moved, None] * 0.5, np.tile(gradients, (moved.sum(), 1)), rtol=1e-4, atol=1e-12)
    assert (values[~moved] == 0).all()


@pytest.mark.parametrize(
    ("is_distribution", "gradients"), [(False, (0.5 - 1 / 3, -0.4 * 0.5 / 3)), (True, (0.5 - 0.2, 0.8 * 0.5 - 0.4 - 0.4 * 0.2 * 0.5))]
)
def test_doubtful_answers_and_teachers_teach(rows: MakeRows, is_distribution: bool, gradients: tuple[float, float]) -> None:
    """Likelihoods of a row's answers weigh what the model says; a distribution replaces it. Worked out by hand at probabilities of 0.5."""
    settings = replace(SETTINGS, epochs=1, damping=1e8, sharing=0.4)
    of = rows(["unknown"], text=["hello"])
    weights = np.array([[0.4, 0.4, 0.2]])
    of_fine = fit_weights(rows(["fine"], text=["hello"]), settings=settings).values[:, 0]
    values = fit_weights(of, settings=settings, known=KnownLabels(weights, np.array([is_distribution]))).values
    moved = of_fine != 0
    np.testing.assert_allclose(values[moved] / of_fine[moved, None] * 0.5, np.tile(gradients, (moved.sum(), 1)), rtol=1e-4, atol=1e-12)


def test_a_weight_lengthens_the_step(rows: MakeRows) -> None:
    """A row that counts twice pulls twice as hard; one that counts nothing does not pull."""
    settings = replace(SETTINGS, epochs=1, damping=1e8)
    plain, double, none = (fit_weights(rows(["toxic"], text=["hello"], weight=[w]), settings=settings).values for w in (1, 2, 0))
    np.testing.assert_allclose(double, 2 * plain, rtol=1e-4)
    assert not none.any()


def test_labels_are_learnt(rows: MakeRows) -> None:
    """Comments like those that were learnt from are told apart by both heads."""
    heads = log_odds(
        fit_weights(table(rows, {name: name for name in PATTERNS}), settings=SETTINGS), [p.format("bicycle") for p in PATTERNS.values()]
    )
    fine, toxic, hateful = heads
    assert fine.max() < 0
    assert toxic[0] < 0 < toxic[1]
    assert hateful[0] > 0


@pytest.mark.parametrize(
    ("answers", "learnable"),
    [
        ({"fine": "fine", "toxic": "abusive", "hateful": "hateful"}, [("toxic", 1)]),
        ({"fine": "not hateful", "toxic": "not hateful", "hateful": "hateful"}, [("hateful", 0)]),
        ({"fine": "fine", "toxic": "abusive"}, [("toxic", 0), ("toxic", 1)]),
    ],
)
def test_rows_that_answer_one_question(rows: MakeRows, answers: dict[str, str], learnable: list[tuple[str, int]]) -> None:
    """What rows leave open is filled from what they say."""
    linear = fit_weights(table(rows, answers), settings=SETTINGS)
    texts = {name: pattern.format("bicycle") for name, pattern in PATTERNS.items()}
    heads = dict(zip(texts, log_odds(linear, list(texts.values())), strict=True))
    for name, head in learnable:
        assert heads[name][head] > heads["fine"][head] + 1


def test_what_hates_also_abuses(rows: MakeRows) -> None:
    """With sharing, hateful rows raise the second head too; without, they leave it alone."""
    of = table(rows, {"fine": "fine", "hateful": "hateful"})
    alone, shared = (
        log_odds(fit_weights(of, settings=replace(SETTINGS, sharing=s)), ["no bicycle for zorg filth"])[0, 1] for s in (0.0, 0.5)
    )
    assert alone < 0 < shared


def test_a_source_of_hate_lends_no_style(rows: MakeRows) -> None:
    """What marks a source that is mostly hateful weighs less when the rows say that it is a source of its own."""
    of = table(rows, {"hateful": "hateful", "fine": "fine"})
    texts = (
        [f"gab {text}" for text in of.text[:12]]
        + ["gab " + of.text[12], "tweet " + of.text[0]]
        + [f"tweet {text}" for text in of.text[12:]]
    )
    answers = ["hateful"] * 12 + ["fine", "hateful"] + ["fine"] * 12
    one, two = (
        fit_weights(rows(answers * 4, text=texts * 4, source=sources * 4), settings=SETTINGS)
        for sources in (["all"] * 26, ["gab"] * 13 + ["tweet"] * 13)
    )
    styles = ["gab", "tweet"]
    assert np.ptp(log_odds(two, styles)[:, 0]) < np.ptp(log_odds(one, styles)[:, 0])


def test_heads_start_from_others() -> None:
    """A head that starts from another needs few rows: what it never saw it judges as the other does; unknown answers move nothing."""
    features = csr_matrix(np.eye(6, dtype=np.float32)[[0, 1, 2, 0, 1, 2]])
    base = LinearWeights(np.array([[2], [-2], [1], [3], [-3], [0]], np.float32), np.zeros(1))
    answers = np.array([[1, -1], [0, -1], [1, -1]] * 2, np.int8)
    fitted = fit_on_base(features, answers, np.ones(6), base=base, settings=SETTINGS)
    assert fitted.values[3, 0] > 0 > fitted.values[4, 0]
    assert (fitted.values[:, 1] == 0).all()
    without = fit_on_base(features, answers, np.array([1, 0, 1, 1, 0, 1.0]), base=base, settings=SETTINGS)
    assert without.values[1, 0] > fitted.values[1, 0]


def test_the_same_rows_teach_the_same(rows: MakeRows) -> None:
    """The seed decides the weights, bit by bit."""
    of = table(rows, {name: name for name in PATTERNS})
    first, again, other = (fit_weights(of, settings=replace(SETTINGS, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.values, again.values)
    np.testing.assert_array_equal(first.biases, again.biases)
    assert (first.values != other.values).any()


def test_progress_is_told(rows: MakeRows) -> None:
    """The share that is done grows to 1."""
    shares: list[float] = []
    fit_weights(rows(["fine", "toxic"] * 5), settings=SETTINGS, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_no_rows(rows: MakeRows) -> None:
    """Nothing cannot be learnt from."""
    with pytest.raises(ValueError, match="no rows"):
        fit_weights(rows([]), settings=SETTINGS)


@given(hnp.arrays(np.float32, (40, 3), elements=st.floats(-50, 50, width=32)))
def test_eight_bits_are_near(values: npt.NDArray[np.float32]) -> None:
    """No weight moves by more than half a step, which is the finer the smaller it is; nothing stays nothing; signs stay."""
    small = quantise(values)
    assert small.values.dtype == np.int8
    codes = small.values.astype(np.float64)
    restored = codes * np.abs(codes) * small.scales
    step = (np.abs(codes) + 0.25) * small.scales
    assert (np.abs(restored - values) <= step * (1 + 1e-4)).all()
    assert (small.values[values == 0] == 0).all()
    assert (codes * values >= 0).all()


def test_outliers_leave_the_others_fine() -> None:
    """One huge weight does not make the others coarse, and is kept."""
    values = np.concatenate([np.linspace(-1, 1, 999, dtype=np.float32), np.array([100], np.float32)])[:, None]
    small = quantise(values)
    codes = small.values.astype(np.float64)
    assert codes[-1, 0] == 127
    assert np.abs(codes * np.abs(codes) * small.scales - values).max() < 0.1
    assert not quantise(np.zeros((4, 1), np.float32)).values.any()
