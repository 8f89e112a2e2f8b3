"""Repositories of the AT Protocol, in which Bluesky keeps all that a person posted: blocks of CBOR in a file (CAR)."""
