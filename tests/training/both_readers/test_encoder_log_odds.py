"""An encoder reads rows in the form that it was trained on."""

import numpy as np

from model.artefact.folder import shipped_folder
from model.moderator import Moderator
from model.ngrams.heads import LABEL_HEADS
from model.profile import Profile
from model.text.pipeline import prepare
from tests.training.retrain.conftest import labelled
from training.both_readers.encoder_log_odds import read_by_encoder


def test_english_is_read_as_it_is_judged() -> None:
    """The log-odds are those of the normalised texts, of the two label heads, in the order of the rows."""
    moderator = Moderator.load(shipped_folder(), profile=Profile.FULL)
    rows = labelled({"fine": ["See you tomorrow", "Nice <b>photo</b>"], "toxic": ["You pathetic 1diot"]})
    assert moderator.combined is not None
    log_odds = read_by_encoder(moderator.combined, moderator.classifier.reader.form, rows, threads=1)
    np.testing.assert_array_equal(log_odds, moderator.combined.encoder.read(prepare(rows.comments()), threads=1)[:, :LABEL_HEADS])
