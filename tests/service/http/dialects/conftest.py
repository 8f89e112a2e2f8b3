"""What the tests of several protocols share."""

import pytest

from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import Description
from model.comment import VERDICTS, Comment, Verdict
from model.moderator import Moderator
from model.ngrams.heads import LABEL_HEADS
from model.normaliser.version import normaliser_version


@pytest.fixture(scope="session")
def unsure(moderator: Moderator) -> str:
    """A comment that the shipped model sends to review; which one, another training may change."""
    candidates = ["this is crap", "you clown", "liar", "oh look, another clown", "he is a fool", "what nonsense", "that was a dumb move"]
    verdicts = moderator.decide([Comment("", text) for text in candidates], threads=1).verdicts.tolist()
    return next(text for text, verdict in zip(candidates, verdicts, strict=True) if VERDICTS[verdict] is Verdict.REVIEW)


@pytest.fixture(scope="session")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """A model without heads for attributes: the n-grams of the shipped one, as a site's own training may be."""
    folder = tmp_path_factory.mktemp("headless")
    stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
    said = {name: getattr(stored.manifest, name) for name in Description.model_fields}
    heads = stored.manifest.heads[:LABEL_HEADS]
    said |= {"heads": heads, "readers": stored.manifest.readers[:1], "attributes": {}}
    said["calibration"] = {head: stored.manifest.calibration[head] for head in heads}
    arrays = {name: stored.arrays[name][..., :LABEL_HEADS] for name in ("weights.npy", "scales.npy", "biases.npy")}
    write_artefact(folder, description=Description(**said), arrays=arrays)
    return Moderator.load(folder)
