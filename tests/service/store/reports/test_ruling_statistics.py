"""Acts and rulings are counted, and the agreement of moderators is that of the textbooks."""

from pathlib import Path

import pytest

from model.comment import Label
from service.settings import Settings, read_settings
from service.store.reports.ruling_statistics import Agreement, count_rulings, measure_agreement
from service.store.store import Store
from service.store.stored_types import Role
from tests.service.store.sample_acts import sample_acts, say


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with one kind of database: what differs between them is not what these tests are about."""
    return read_settings(data_dir=tmp_path / "data")


def test_kappa_is_cohens() -> None:
    """Of 50 comments that two persons judged, 35 alike: the example of the handbooks, 0.4."""
    counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    labels = [{"anna": one, "bert": other} for (one, other), count in counts.items() for _ in range(count)]
    (agreement,) = measure_agreement(labels)
    assert (agreement.one, agreement.other, agreement.comments, agreement.percent) == ("anna", "bert", 50, 70.0)
    assert agreement.kappa == pytest.approx(0.4)


def test_kappa_may_be_undefined() -> None:
    """Where two persons give nothing but one label, chance alone makes them agree, and kappa says nothing."""
    assert measure_agreement([{"anna": "fine", "bert": "fine"}, {"anna": "fine"}]) == (Agreement("anna", "bert", 1, 100.0, None),)
    assert measure_agreement([{"anna": "fine"}, {"bert": "toxic"}]) == ()


def test_everything_is_counted(store: Store) -> None:
    """Acts by moderator, rulings by role and label, those without a text, and those that somebody contests or a forum's key does."""
    store.rulings.record_all(
        [
            *sample_acts(),
            say(40, comment="posting-3", text="go home, fool", label=Label.FINE, role=Role.FORUM, moderator=None),
        ]
    )
    statistics = count_rulings(store.rulings)
    assert (statistics.acts, statistics.rulings, statistics.without_text, statistics.forgotten) == (11, 8, 1, 0)
    assert statistics.moderators == {"anna": 7, "bert": 2, "carl": 1, "open": 1}
    assert statistics.roles == {"lead": 1, "moderator": 6}
    assert statistics.labels == {"fine": 1, "hateful": 2, "nothing": 1, "toxic": 3}
    assert (statistics.contested, statistics.overruled) == (1, 1)
    assert statistics.agreements == (Agreement("anna", "bert", 2, 50.0, 0.0),)
    assert statistics.percent == 50.0


def test_a_person_counts_with_their_last_word(store: Store) -> None:
    """Who changes their mind agrees with what they say now."""
    about = {"comment": "1", "text": "a text"}
    labels = [("anna", Label.TOXIC), ("bert", Label.FINE), ("anna", Label.FINE)]
    store.rulings.record_all([say(number, **about, moderator=person, label=label) for number, (person, label) in enumerate(labels)])
    assert [agreement.percent for agreement in count_rulings(store.rulings).agreements] == [100.0]


def test_nothing_is_counted_too(store: Store) -> None:
    """An empty store has statistics."""
    assert count_rulings(store.rulings).to_json()["agreement"] == {"percent": None, "pairs": []}
