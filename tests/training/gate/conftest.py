"""The small champion and the rulings of the tests of retraining."""

from tests.training.retrain.conftest import champion, site_rows

__all__ = ["champion", "site_rows"]
