"""The way from comments to verdicts, the same for every protocol and every file: scores, languages, communities."""
