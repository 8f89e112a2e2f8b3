"""From a file of comments to its rows, lazily."""

from service.batch.dumps.reading import open_reading

__all__ = ["open_reading"]
