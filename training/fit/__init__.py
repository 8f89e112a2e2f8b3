"""From labelled rows to a fitted and calibrated classifier."""
