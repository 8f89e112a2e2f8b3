"""Packs from labelled tables that somebody else has made."""
