"""What communities want: thresholds, lists of words and patterns, and who only wants to watch."""
