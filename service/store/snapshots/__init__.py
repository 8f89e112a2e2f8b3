"""Rulings in files: snapshots to train from, and logs of all acts. A file is named by its hash, and the database knows of it.

Only commands and retraining may import this; a served call needs neither these modules nor what they need.
"""
