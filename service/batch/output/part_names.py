"""What the files of a shard are called while a run is at work."""

__all__ = ["part_file", "rejects_file", "result_file"]


def part_file(number: int) -> str:
    """Return the name of the part of the output that a shard is written to."""
    return f"part-{number:05d}.parquet"


def rejects_file(number: int) -> str:
    """Return the name of the list of a shard's rows that could not be judged."""
    return f"{number:05d}.rejects"


def result_file(number: int) -> str:
    """Return the name of a shard's file in the journal."""
    return f"{number:05d}.json"
