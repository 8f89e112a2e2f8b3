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
    dev = [description.metrics["dev"]["MEAN"], description.metrics["profiles"]["both"]]  # type: ignore[index, call-overload]
    assert f"| AUC hateful | {dev[0]['auc_hateful']:.3f} | {dev[1]['auc_hateful']:.3f} |" in card  # type: ignore[index, call-overload]


def test_figures_on_rows_that_were_read_again_have_a_table() -> None:
    """The figures of both readers on these rows are in the card, before those of the sources' own labels are explained."""
    figures = {"auc_hateful": 0.912, "auc_abusive": 0.934, "caught_abusive": 0.5, "caught_hateful": None, "macro_f1": 0.7}
    description = shipped_description()
    metrics = dict(description.metrics) | {"reread": {"ngrams": figures, "both": figures | {"auc_hateful": 0.956}}}
    assert "| AUC hateful | 0.912 | 0.956 |" in compose_model_card(description.model_copy(update={"metrics": metrics}))


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
