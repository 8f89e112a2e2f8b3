"""Settings of the n-gram reader: what the kernels get, and what is refused before it reaches one."""

from typing import Any

import pytest

from model.ngrams.feature_settings import FeatureSettings


def test_kernels_get_the_whole_numbers() -> None:
    """The hash is shifted so that so many bits remain; sizes, window and stride are passed on, by name and in one array."""
    settings = FeatureSettings(bits=12, shortest=3, longest=6, window=7, stride=2)

    assert settings.kernel_settings._asdict() == {"hash_shift": 52, "shortest": 3, "longest": 6, "window": 7, "stride": 2}
    assert settings.kernel_array.tolist() == [52, 3, 6, 7, 2]


def test_factors_and_discounts_are_in_the_order_of_blocks_and_heads() -> None:
    """Factors are those of words, pairs and letters; discounts those of hateful, and of abusive given not hateful."""
    settings = FeatureSettings(words=0.5, pairs=0.25, letters=2.0, discount=1.5, discount_hateful=3.0)

    assert settings.factors.tolist() == [0.5, 0.25, 2.0]
    assert settings.discounts.tolist() == [3.0, 1.5]


@pytest.mark.parametrize(
    "values",
    [
        *({"bits": 0}, {"bits": 31}, {"shortest": 0}, {"longest": 1}, {"longest": 17}),
        *({"window": 1}, {"stride": 0}, {"window": 4, "stride": 5}, {"discount": -1.0}, {"discount_hateful": -1.0}),
        *({"window": 2**70}, {"discount": 1e4}, {"words": 1e308}, {"letters": "x"}, {"pairs": True}, {"bits": 12.0}, {"stride": None}),
    ],
)
def test_settings_out_of_range_are_refused(values: dict[str, Any]) -> None:
    """Settings that the kernels cannot work with are refused."""
    with pytest.raises(ValueError, match="out of range"):
        FeatureSettings(**values)
