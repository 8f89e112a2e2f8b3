"""What a set of scores is worth on labelled rows: the figures that training, evaluation and robustness have in common."""
