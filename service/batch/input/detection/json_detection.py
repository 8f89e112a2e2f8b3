"""Detection of JSON: one document, or one object a line."""

from service.batch.input.columns.known_names import TEXT_NAMES
from service.batch.input.detection.file_kinds import Container
from service.batch.input.detection.head_lines import BLANK, JSON_LINES_SUFFIXES, first_lines, has_suffix, parse_json_line
from service.batch.input.detection.json_start import looks_like_json
from service.batch.input.formats.json.json_documents import RECORD_ARRAY_NAMES

__all__ = ["detect_json_container"]


def detect_json_container(start: str, name: str) -> Container | None:
    """Tell JSON Lines from a JSON document; None for a text that is neither.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.
    """
    if start[:1] not in {"{", "["} or not looks_like_json(start):
        return None
    lines = first_lines(start)
    values = [parse_json_line(line) for line in lines]
    if isinstance(values[0], dict):
        return Container.JSON if _has_record_array(values[0]) else Container.JSONL
    if isinstance(values[0], list):
        return Container.JSON if len(values) == 1 or any(isinstance(value, dict) for value in values[0]) else Container.JSONL
    # The last line may be incomplete, so that one whole object is enough.
    has_object = any(isinstance(value, dict) for value in values)
    if lines[0].strip(BLANK) == "[" or not has_object or start.startswith("[{"):
        return Container.JSON if start[0] == "[" or not has_suffix(name, JSON_LINES_SUFFIXES) else Container.JSONL
    return Container.JSONL


def _has_record_array(value: dict[str, object]) -> bool:
    if any(isinstance(value.get(name), str) for name in TEXT_NAMES):
        return False
    arrays = (value.get(name) for name in RECORD_ARRAY_NAMES)
    return any(isinstance(array, list) and any(isinstance(item, dict) for item in array) for array in arrays)
