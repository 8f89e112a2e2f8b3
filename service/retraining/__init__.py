"""Retraining at a site: rulings or labelled tables become a candidate, which the gate compares with the champion."""
