"""The command that retrains."""
