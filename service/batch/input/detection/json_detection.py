"""Detection of JSON: one document, or one object a line."""

from service.batch.input.columns.known_names import TEXT_NAMES
from service.batch.input.detection.file_kinds import Container
from service.batch.input.detection.head_lines import BLANK, JSON_LINES_SUFFIXES, first_lines, has_suffix, parse_json_line
from service.batch.input.detection.json_start import looks_like_json
from service.batch.input.formats.json.json_window import skip_script
from service.batch.input.platforms.known_platforms import is_platform_record

__all__ = ["detect_json_container"]


def detect_json_container(start: str, name: str) -> Container | None:
    """Tell JSON Lines from a JSON document; None for a text that is neither.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.
    """
    if start[:1] not in {"{", "["}:
        return None if skip_script(start) is None else Container.JSON
    if not looks_like_json(start):
        return None
    lines = first_lines(start)
    values = [parse_json_line(line) for line in lines]
    if isinstance(values[0], dict):
        objects = [value for value in values if isinstance(value, dict)]
        is_document = has_suffix(name, {".json"}) or not _is_row(objects[0]) if len(lines) == 1 else _differ(objects)
        return Container.JSON if is_document else Container.JSONL
    if isinstance(values[0], list):
        return Container.JSON if len(values) == 1 or any(isinstance(value, dict) for value in values[0]) else Container.JSONL
    # The last line may be incomplete, so that one whole object is enough.
    has_object = any(isinstance(value, dict) for value in values)
    if lines[0].strip(BLANK) == "[" or not has_object or start.startswith("[{"):
        return Container.JSON if start[0] == "[" or not has_suffix(name, JSON_LINES_SUFFIXES) else Container.JSONL
    return Container.JSONL


def _is_row(value: dict[str, object]) -> bool:
    """Tell whether the only object of a file is one row, rather than a document that holds rows."""
    has_text = any(isinstance(value.get(text_name), str) for text_name in TEXT_NAMES)
    return is_platform_record(value) or (has_text and not any(isinstance(inner, dict | list) for inner in value.values()))


def _differ(values: list[dict[str, object]]) -> bool:
    """Tell whether objects in lines of their own are documents of different kinds, rather than the rows of one table."""
    first, *others = values
    return bool(others) and not any(first.keys() & other.keys() for other in others)
