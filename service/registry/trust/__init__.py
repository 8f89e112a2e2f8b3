"""Whose signatures a site trusts, and which of what they signed it still serves."""
