"""The files of a registry, in a folder of this machine or behind a URL."""
