"""Names of the metrics: the key of each in reports, manifests and Python, and its title for people.

The keys are public and stay as they were first published. Three of them are older than the terms that the titles use: recall at a
fixed false-positive rate has the key ``caught_…``, a false-positive rate ``false_alarms…``, average precision ``precision_…``.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "ACCURACY",
    "AUC_ABUSIVE",
    "AUC_HATEFUL",
    "CALIBRATION_ERROR",
    "FALSE_POSITIVE_RATE",
    "FALSE_POSITIVE_RATE_HATEFUL",
    "MACRO_F1",
    "METRICS",
    "RECALL_ABUSIVE",
    "RECALL_HATEFUL",
    "SHORT_TITLES",
    "SLICE_METRICS",
]

AUC_ABUSIVE, AUC_HATEFUL = "auc_abusive", "auc_hateful"
_AVERAGE_PRECISION_ABUSIVE, _AVERAGE_PRECISION_HATEFUL = "precision_abusive", "precision_hateful"
RECALL_ABUSIVE, RECALL_HATEFUL = "caught_abusive", "caught_hateful"
"""Recall at the scores that 5 % (abusive) and 1 % (hateful) of clean conversation exceed."""
FALSE_POSITIVE_RATE, FALSE_POSITIVE_RATE_HATEFUL = "false_alarms", "false_alarms_hateful"
"""Share of the rows known not to be abusive, or not to be hateful, above these scores."""
ACCURACY, MACRO_F1, CALIBRATION_ERROR = "accuracy", "macro_f1", "calibration_error"

METRICS = (
    *(AUC_ABUSIVE, AUC_HATEFUL, _AVERAGE_PRECISION_ABUSIVE, _AVERAGE_PRECISION_HATEFUL, RECALL_ABUSIVE, RECALL_HATEFUL),
    *(FALSE_POSITIVE_RATE, ACCURACY, MACRO_F1, CALIBRATION_ERROR),
)
"""The metrics of each source, of their mean, and of all rows pooled; docs/evaluate.md explains each."""
SLICE_METRICS = (
    *(FALSE_POSITIVE_RATE, FALSE_POSITIVE_RATE_HATEFUL, RECALL_ABUSIVE, RECALL_HATEFUL),
    *(AUC_ABUSIVE, "bpsn_abusive", "bnsp_abusive", AUC_HATEFUL, "bpsn_hateful", "bnsp_hateful"),
)
"""The metrics of each slice: shares, and AUCs after Borkan et al. 2019."""
SHORT_TITLES: Mapping[str, str] = MappingProxyType(
    {
        AUC_ABUSIVE: "AUC abusive",
        AUC_HATEFUL: "AUC hateful",
        RECALL_ABUSIVE: "recall abusive",
        RECALL_HATEFUL: "recall hateful",
        FALSE_POSITIVE_RATE: "FPR",
        ACCURACY: "accuracy",
        MACRO_F1: "macro F1",
        CALIBRATION_ERROR: "calib. error",
    }
)
"""Metric → its title in a narrow table."""
