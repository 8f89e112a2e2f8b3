"""The model card: what the manifest says, for people."""

from model.artefact.folder import read_artefact, shipped_folder
from model.artefact.manifest import Description
from model.normaliser.version import normaliser_version
from training.shipped_model.model_card import compose_model_card


def shipped_description() -> Description:
    """What the manifest of the shipped model describes."""
    manifest = read_artefact(shipped_folder(), normaliser=normaliser_version()).manifest
    return Description(**{name: getattr(manifest, name) for name in Description.model_fields})


def test_the_shipped_card_is_what_the_manifest_says() -> None:
    """Every source is in it with its licence, and the figures are those of the manifest, by both readers."""
    description = shipped_description()
    card = compose_model_card(description)
    for source in description.data:
        assert f"| {source.source} | {source.rows:,} |" in card
        assert source.licence in card
    assert "| figure | n-grams alone | both readers |" in card
    assert "| AUC hateful | 0.820 | 0.871 |" in card


def test_figures_that_are_missing_are_not_invented() -> None:
    """A model without dev rows of some kind says that a figure was not measured, and one of other tables names its own sources."""
    description = shipped_description()
    mean = {"auc_hateful": None, "auc_abusive": 0.9, "caught_abusive": None, "caught_hateful": None, "macro_f1": None}
    changes = {
        "name": "mine",
        "metrics": {"dev": {"MEAN": mean}, "calibration_error": None},
        "attributes": {},
        "data": description.data[:0],
    }
    card = compose_model_card(description.model_copy(update=changes), from_corpus=False)
    assert card.startswith("# Model card: the classifier mine\n")
    assert "| AUC hateful | not measured |" in card
    assert "calibration error" not in card
    assert "| none | | | | |" in card
