"""The choice of columns in files whose records may hold objects and lists: any column may stand inside of a field."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from itertools import islice

from model.errors import DumpError
from service.batch.input.columns.column_choice import choose_comment_columns
from service.batch.input.columns.column_names import find_columns, fold_column_name, quote_column
from service.batch.input.columns.known_names import ID_NAMES, TEXT_NAMES, TOKENS_NAMES
from service.batch.input.columns.text_choice import TextChoice, choose_text_column
from service.batch.input.trees.paths import PathStep, find_value, is_path, leaf_of, parse_path
from service.batch.input.trees.survey import TextPlace, find_text_places, flatten_record, is_foreign_path, survey_texts
from service.batch.input.trees.text_parts import is_in_parts
from service.batch.input.trees.tree_names import REPLY_NAMES
from service.batch.input.trees.unfolding import TreeUnfolder
from service.batch.rows import Columns, DumpOptions

__all__ = ["MAX_UNFOLDED", "choose_tree_columns", "find_nested_column", "unfold_sample"]

_Fields = Mapping[str, object]
MAX_UNFOLDED = 200
"""Records of the sample that are unfolded to see which fields they have."""
_MAX_LISTED_PLACES = 20
_MAX_EXAMPLE_LENGTH = 100
_MIN_PROSE = 12
"""The least mean prose of texts that are more than words."""
_MAX_DOUBTFUL_RATIO = 4
"""How many times as much text another place may hold as the one with the best name."""


def choose_tree_columns(
    names: Sequence[str], options: DumpOptions, *, file: str, sample: Sequence[_Fields] = ()
) -> tuple[Columns, TextChoice]:
    """Choose the columns of a file of objects, as ``choose_comment_columns`` does, where any of them may stand inside of a field.

    Args:
        names: the fields that its records have.
        options: the options of the caller, whose columns may be paths.
        file: the file's name, for messages.
        sample: the first records.

    Returns:
        The columns, and why the text is in that one.

    Raises:
        DumpError: a column that the caller names is not there, or no column is known to hold the text; the message names a column
            that may be meant.
    """
    records = list(islice(sample, MAX_UNFOLDED))
    choice = _choose_text(names, records, sample, options, file=file)
    return _choose_others(choice.column, names, records, options, file=file), choice


def unfold_sample(columns: Columns, sample: Sequence[_Fields]) -> list[_Fields]:
    """Return the first records with what is in them, each with the fields that the columns name."""
    unfolder = TreeUnfolder(columns)
    return [inner for record in islice(sample, MAX_UNFOLDED) for inner in unfolder.unfold(record)]


def find_nested_column(name: str, names: Sequence[str], sample: Sequence[_Fields]) -> str | None:
    """Return the column or the path that a caller means; None if no record of the sample has it.

    Args:
        name: a column, a path, the end of a path, or a path in the document that the records were taken from.
        names: the fields that the records have.
        sample: the first records.
    """
    matches = find_columns(names, name)
    if matches:
        return matches[0]
    records = list(islice(sample, MAX_UNFOLDED))
    steps = parse_path(name)
    for begin in range(len(steps)):
        rest = steps[begin:]
        if any(_has_path(record, rest) for record in records):
            path = ".".join(step.name + "[]" * step.is_list for step in rest)
            return next(iter(find_columns(names, path)), path)
    return None


def _has_path(value: object, steps: tuple[PathStep, ...]) -> bool:
    """Tell whether a path leads somewhere; of a list, its first elements are looked at."""
    for number, (name, is_list) in enumerate(steps):
        if isinstance(value, list):
            return any(_has_path(element, steps[number:]) for element in value[:MAX_UNFOLDED])
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
        if is_list and isinstance(value, Mapping):
            value = list(value.values())
        if is_list and not isinstance(value, list):
            return False
    return True


def _choose_text(
    names: Sequence[str], records: Sequence[_Fields], sample: Sequence[_Fields], options: DumpOptions, *, file: str
) -> TextChoice:
    """Choose the column or the path that holds the text."""
    if options.text_column is not None:
        text = _find_requested_text(options.text_column, names, records, file=file)
        return TextChoice(text, f"column {quote_column(text)} holds the text, as was said")
    known = [match for name in TEXT_NAMES for match in find_columns(names, name)]
    taken = options.id_column
    if any(isinstance(record.get(name), str) for name in known for record in records):
        return choose_text_column(names, records, file=file, taken=taken, has_header=False)
    if in_parts := _find_text_in_parts(known, records):
        return TextChoice(in_parts, f"column {quote_column(in_parts)} holds the text, in parts")
    places = survey_texts(records)
    candidates = find_text_places(places)
    if candidates:
        return _choose_place(candidates, records, file=file)
    if all(fold_column_name(path) in ID_NAMES for path in places):
        return TextChoice(next((name for name in known if name not in REPLY_NAMES), "text"), "no record at the beginning holds a text")
    if empty := next((name for name in known if all(record.get(name) is None for record in sample)), None):
        return TextChoice(empty, f"column {quote_column(empty)} holds the text, by its name; at the beginning it is empty")
    if tokens := _find_text_in_parts([match for name in TOKENS_NAMES for match in find_columns(names, name)], records):
        reason = f"column {quote_column(tokens)} holds the text, in words"
        return TextChoice(
            tokens, reason, f"{reason}, which are put together with spaces; if that is wrong, name another with --text-column"
        )
    return _choose_by_content(places, records, options, file=file)


def _choose_place(candidates: Sequence[TextPlace], records: Sequence[_Fields], *, file: str) -> TextChoice:
    """Choose one of the places inside of fields whose names say that texts stand there."""
    best = candidates[0]
    text = _path_in_record(best.path)
    others = [place for place in candidates if _path_in_record(place.path) != text]
    if any(place.prose > _MAX_DOUBTFUL_RATIO * best.prose for place in others):
        raise DumpError(_name_places({place.path: place for place in candidates}, file=file, reason="several fields may hold the text"))
    if _count_texts(records, text) < _count_texts(records, best.path):
        text = best.path
    reason = f"field {quote_column(best.path)} holds the text, by its name"
    if not others:
        return TextChoice(text, reason)
    listed = ", ".join(quote_column(place.path) for place in others[:_MAX_LISTED_PLACES])
    return TextChoice(text, reason, f"{reason}; others are not read ({listed}); if that is wrong, name another with --text-column")


def _choose_by_content(places: Mapping[str, TextPlace], records: Sequence[_Fields], options: DumpOptions, *, file: str) -> TextChoice:
    """Choose the column or the place whose content looks like comments, if it is clearly one."""
    rows = [row for record in records for row in flatten_record(record)]
    paths = list(dict.fromkeys(path for row in rows for path in row))
    try:
        choice = choose_text_column(paths, rows, file=file, taken=options.id_column, has_header=False)
    except DumpError as error:
        reason = "more than one field may hold the text" if "more than one" in str(error) else "no field is known to hold the text"
        raise DumpError(_name_places(places, file=file, reason=reason)) from None
    return choice


def _find_requested_text(requested: str, names: Sequence[str], records: Sequence[_Fields], *, file: str) -> str:
    found = find_nested_column(requested, names, records)
    if found is not None:
        return found
    leaf = fold_column_name(requested)
    places = survey_texts(records)
    paths = [path for path in places if fold_column_name(path) == leaf or fold_column_name(path).endswith(f".{leaf}")]
    leaves = {leaf_of(path) for path in paths}
    if any("[]" in path for path in paths) and len(leaves) == 1 and not is_path(requested):
        return next(iter(leaves))
    if len(paths) == 1:
        return paths[0]
    reason = f"there is no column {quote_column(requested)}"
    raise DumpError(_name_places({path: places[path] for path in paths} or places, file=file, reason=reason))


def _find_text_in_parts(known: Sequence[str], records: Sequence[_Fields]) -> str | None:
    """Return the known column whose texts come in parts."""
    for name in known:
        if name in REPLY_NAMES:
            continue
        values = [record[name] for record in records if record.get(name) not in (None, "", [])]
        if values and all(isinstance(value, str) or is_in_parts(value) for value in values):
            return name
    return None


def _path_in_record(path: str) -> str:
    """Return the part of a path behind its last list, which is the same for records on every level of a tree."""
    return path.rpartition("[].")[2]


def _count_texts(records: Sequence[_Fields], text: str) -> int:
    unfolder = TreeUnfolder(Columns(text, None), known_texts=False)
    return sum(isinstance(inner.get(text), str) for record in records for inner in unfolder.unfold(record))


def _choose_others(text: str, names: Sequence[str], records: Sequence[_Fields], options: DumpOptions, *, file: str) -> Columns:
    """Choose the columns of id, author and so on: beside the text if they are there, and otherwise in the objects around it."""
    paths = _paths_of_names(text, names, records)
    requested: dict[str, str] = {}
    start = text.removesuffix(options.text_column) if options.text_column is not None and text.endswith(options.text_column) else ""
    for field in dataclass_fields(Columns):
        name = getattr(options, f"{field.name}_column")
        if field.name == "text" or name is None:
            continue
        found = paths.get(name) or find_nested_column(start + name, names, records) or find_nested_column(name, names, records)
        if found is None:
            reason, option = f"there is no column {quote_column(name)}", f"--{field.name.replace('_', '-')}-column"
            raise DumpError(_name_places(survey_texts(records), file=file, reason=reason, option=option))
        requested[field.name] = found
    leaf = text if text in paths else leaf_of(text)
    folded: dict[str, str] = {}
    for name in (leaf, *paths):
        folded.setdefault(fold_column_name(name), name)
    chosen, _ = choose_comment_columns(list(folded.values()), DumpOptions(text_column=leaf, contexts=options.contexts), file=file)
    others = {field.name: getattr(chosen, field.name) for field in dataclass_fields(Columns) if field.name != "text"}
    return Columns(
        text, **{field: requested.get(field) or (None if name is None else paths.get(name, name)) for field, name in others.items()}
    )


def _paths_of_names(text: str, names: Sequence[str], records: Sequence[_Fields]) -> dict[str, str]:
    """Return the names of the fields in and around records of a text, and where each is found; the inner ones come first."""
    paths: dict[str, str] = {}
    if text in names or not is_path(text):
        paths |= {name: name for name in names}
        unfolder = TreeUnfolder(Columns(text, None), known_texts=False)
        for record in records:
            for inner in unfolder.unfold(record):
                paths |= {name: name for name in inner if name not in paths and not name.startswith("\0")}
        return paths
    parts = text.split(".")[:-1]
    for depth in range(len(parts), -1, -1):
        prefix = ".".join(parts[:depth])
        for record in records:
            around = find_value(record, parse_path(prefix)) if prefix else record
            while isinstance(around, list):
                around = around[0] if around else None
            if isinstance(around, Mapping):
                for name in around:
                    paths.setdefault(name, f"{prefix}.{name}" if prefix else name)
    return paths


def _name_places(places: Mapping[str, TextPlace], *, file: str, reason: str, option: str = "--text-column") -> str:
    """Return a message that lists the places of text, the likeliest first, with the option that would read them."""
    ordered = sorted(places.values(), key=lambda place: (is_foreign_path(place.path), -place.mean_prose, place.path))
    if not ordered:
        return f"{file}: {reason}; check {option} (no record holds any text)"
    listed = ", ".join(quote_column(place.path) for place in ordered[:_MAX_LISTED_PLACES])
    ending = f" and {len(ordered) - _MAX_LISTED_PLACES} more" if len(ordered) > _MAX_LISTED_PLACES else ""
    # The parts of a text are given by the name of the list.
    example = ordered[0].path.removesuffix("[]") if ordered[0].mean_prose < _MIN_PROSE else ordered[0].path
    is_example = option == "--text-column" and len(example) <= _MAX_EXAMPLE_LENGTH and example.isprintable()
    advice = f"say, for example, {option} {shlex.quote(example)}" if is_example else f"check {option}"
    return f"{file}: {reason}; {advice} (fields with text: {listed}{ending})"
