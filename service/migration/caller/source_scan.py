"""What source code uses of the services that it calls, found by names and literals, whatever language it is written in."""

import json
import re
from collections.abc import Iterator, Sequence

from service.migration.caller.call_usage import CATEGORY_SCORES, CONTEXT, HTML_TEXT, SPANS, WEB_PAGES
from service.migration.caller.caller_usage import ANY_ATTRIBUTE, CallerUsage
from service.migration.caller.known_clients import FIXED_HOSTS, find_clients, is_known_package
from service.perspective.attribute_catalogue import KNOWN_ATTRIBUTES
from service.perspective.attribute_names import base_name

__all__ = ["note_dependency", "note_source"]

_MAX_LINE = 2000
_NEAR = 12
"""Lines between a name that could mean anything and one that surely means Perspective's."""

_LEAST_NAMES = 2
"""How many attributes a file has to name that has nothing else of Perspective's."""

_PERSPECTIVE = re.compile("perspective", re.IGNORECASE)
_MARKER = re.compile(
    r"commentanalyzer|requested_?Attributes|attribute_?Scores|comments[.:(%3A]{1,4}analyze|analyzeComment|summary_?Score|perspective[_-]?api|"
    r"PERSPECTIVE_[A-Z]|perspective_toxicity",
    re.IGNORECASE,
)
_UPPER_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?:@[A-Za-z0-9_.@+-]{1,64})?(?![A-Za-z0-9_])")
_LOWER_NAME = re.compile(r"""["'`]([a-z]+(?:_[a-z]+)*)["'`]""")
_SPOKEN_NAME = re.compile(r"\b(severe toxicity|identity attack|toxicity|threat|insult|profanity) \(experimental\)", re.IGNORECASE)
_ASKING = re.compile(r"requested_?attributes|\battributes\b|\bmodels?\b|score_model", re.IGNORECASE)
_REQUESTED = re.compile(r"requested_?Attributes\b[\"'\]]?\s*(?::|=>?|,)?\s*[\[{(]", re.IGNORECASE)
_KEY_NAME = re.compile(r"""["'`]?\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\b["'`]?\s*(?::|=>)\s*(?:[{\[(n]|new\b|array\b|struct\b)""")
_LANGUAGES = re.compile(r"""\blanguages?\b["'\]]?\s*(?::|=>|=|<-|,)\s*(.{1,200})""", re.IGNORECASE)
_LANGUAGE_TAG = re.compile(r"""["'`]([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})["'`]""")
_SHARE = r"(0?\.\d{1,6})"
_END = r"(?![\d.]|[A-Za-z_]\w)"  # a letter may say which kind of number it is: 0.7f
_TAG = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?"
_BARE_LANGUAGES = re.compile(rf"\blanguages?\b\s*[:=]\s*\[?\s*({_TAG}(?:\s*,\s*{_TAG}){{0,30}})\s*\]?\s*$", re.IGNORECASE)
_OPEN_LANGUAGES = re.compile(r"""\blanguages?\b["'\]]?\s*(?::|=>|=|<-|,)\s*(?:\w{0,10}[\[({])?\s*$""", re.IGNORECASE)
_LANGUAGE_ENTRY = re.compile(rf"""\s*(?:-\s+)?["'`]?({_TAG})["'`]?\s*,?\s*""")
_CAMEL_NAMES = {name.replace("_", "").lower(): name for name in KNOWN_ATTRIBUTES if "_" in name}
_CAMEL_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]{6,24}(?![A-Za-z0-9_])")
_MEMBER_NAME = re.compile(r"\bAttributes?(?:Type|Name)?(?:\.|::)([A-Za-z]{4,24})\b")
_NUMBER = r"(0?\.\d{1,6}|[1-9]\d)"
_COMPARISON = re.compile(rf"(?:[<>]=?|\.gte?\(|\.ge\()\s*{_SHARE}{_END}")
_SCORE_VARIABLE = re.compile(r"\b([A-Za-z_]\w*)\s*:?=(?![=>~])")
_VARIABLE_COMPARISON = re.compile(rf"\b([A-Za-z_]\w*)\s*[<>]=?\s*{_SHARE}{_END}")
_TABLE_ENTRY = re.compile(rf"""["'`]?\b([A-Za-z_]{{3,40}})["'`]?\s*(?::|=>|=)\s*(?:[A-Za-z]\w{{2,10}}\s*=\s*)?{_SHARE}{_END}""")
_ASSIGNMENT = re.compile(
    rf"(?:threshold|cut_?off|confidence|min_?score|flag_?(?:at|above)|_MIN|_LIMIT)\w*[\"'\]]?\s*(?::|=>|=|<-|,)\s*[\"']?{_NUMBER}{_END}",
    re.IGNORECASE,
)
_SCORE_WORD = re.compile(r"score|toxic|threshold|perspective|probab|confidence|cut_?off|\bvalue\b", re.IGNORECASE)
_FEATURES = (
    (SPANS, re.compile(r"span_?Annotations[\"'\]]?\s*(?::|=>?)\s*(?:true|True|TRUE|1)\b", re.IGNORECASE)),
    (CONTEXT, re.compile(r"articleAndParentComment|article_and_parent_comment|[\"']entries[\"']|\bentries\s*:", re.IGNORECASE)),
    (HTML_TEXT, re.compile(r"\btype[\"'\]]?\s*(?::|=>?)\s*[\"']HTML[\"']")),
)
_WEB_PAGES = re.compile(r"dangerouslyAllowBrowser\W{1,5}true")
_CATEGORY_SCORES = re.compile(r"\bcategory_?scores\b", re.IGNORECASE)
_SCORE_TYPE = re.compile(r"""score_?Type["'\]]?\s*(?::|=>?)\s*["']?\w*?(STD_DEV_SCORE|PERCENTILE|RAW|PROBABILITY)\b""", re.IGNORECASE)
_HOSTS = {host: re.compile(re.escape(host)) for host in FIXED_HOSTS.values() if host != "api.openai.com"} | {
    "api.openai.com": re.compile(r"api\.openai\.com/v1/moderations")
}
# Names that other software uses too: alone they say nothing.
_AMBIGUOUS = frozenset(name for name in KNOWN_ATTRIBUTES if "_" not in name and name != "TOXICITY")
_CONFIG_SUFFIXES = (".yml", ".yaml", ".env", ".ini", ".cfg", ".conf", ".properties", ".toml")
_HASH_COMMENTS = (
    ".py",
    ".rb",
    ".r",
    ".sh",
    ".bash",
    ".zsh",
    ".yml",
    ".yaml",
    ".toml",
    ".ini",
    ".cfg",
    ".conf",
    ".env",
    ".pl",
    ".ex",
    ".exs",
    ".jl",
    ".php",
)
_SLASH_COMMENTS = (
    *(
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".ts",
        ".mts",
        ".cts",
        ".tsx",
        ".vue",
        ".svelte",
        ".go",
        ".java",
        ".kt",
        ".kts",
        ".cs",
        ".rs",
        ".swift",
    ),
    *(".scala", ".dart", ".c", ".cc", ".cpp", ".h", ".php", ".gs", ".groovy"),
)


def note_source(usage: CallerUsage, text: str, *, name: str) -> None:
    """Add to what a caller uses what a file of its source code shows.

    Args:
        usage: what is known of the caller.
        text: the source code.
        name: the name of the file, by which its language is told and its places are called.
    """
    for client, line in find_clients(name.rpartition("/")[2], text):
        usage.libraries.see(client.name, f"{name}:{line}")
        usage.dialects.see(client.dialect, f"{name}:{line}")
    lines = list(_code_lines(text, name))
    for number, code in lines:
        if _CATEGORY_SCORES.search(code):
            usage.features.see(CATEGORY_SCORES, f"{name}:{number}")
        if _WEB_PAGES.search(code):
            usage.features.see(WEB_PAGES, f"{name}:{number}")
        for dialect, host in FIXED_HOSTS.items():
            if _HOSTS[host].search(code):
                usage.hosts.see(host, f"{name}:{number}")
                usage.dialects.see(dialect, f"{name}:{number}")
    marked = any(_MARKER.search(line) for _, line in lines)
    found = _note_attributes(usage, lines, name, is_marked=marked)
    if not marked and not found:
        return
    usage.dialects.see("perspective", found[0] if found else f"{name}:1")
    _note_details(usage, lines, name)
    _note_thresholds(usage, lines, name, is_marked=marked)


def note_dependency(usage: CallerUsage, text: str, *, name: str, package: str) -> None:
    """Add to what a caller uses the fixed hosts that the code of a package has, unless the package is known.

    Args:
        usage: what is known of the caller.
        text: the source code.
        name: the name of the file.
        package: the name of the package.
    """
    for dialect, host in FIXED_HOSTS.items():
        if host in text and (host != "api.openai.com" or "moderations" in text) and not is_known_package(package):
            usage.dependencies.see(f"{package} {host}", name)
            usage.dialects.see(dialect, name)


def _code_lines(text: str, name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of source code with their numbers, without comments as far as they are whole lines or follow a blank."""
    if name.endswith(".ipynb"):
        text = _notebook_code(text)
        name = "notebook.py"
    suffix = "." + name.rpartition(".")[2].lower()
    marks = [mark for mark, suffixes in (("#", _HASH_COMMENTS), ("//", _SLASH_COMMENTS)) if suffix in suffixes]
    end_of_block = ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:_MAX_LINE].rstrip("\r")
        stripped = line.lstrip()
        if end_of_block:
            end_of_block = "" if end_of_block in stripped else end_of_block
            continue
        if suffix in _SLASH_COMMENTS and stripped.startswith("/*"):
            end_of_block = "" if "*/" in stripped else "*/"
            continue
        if suffix == ".py" and stripped[:3] in {'"""', "'''"}:
            end_of_block = "" if stripped[:3] in stripped[3:] else stripped[:3]
            continue
        for mark in marks:
            if stripped.startswith(mark):
                line = ""
            elif (at := line.find(f" {mark} ")) >= 0:
                line = line[:at]
        if line.strip():
            yield number, line


def _notebook_code(text: str) -> str:
    """Return the code of a notebook's cells; nothing if it is none."""
    try:
        cells = json.loads(text).get("cells", [])
        sources = [cell.get("source", "") for cell in cells if cell.get("cell_type") == "code"]
        return "\n".join("".join(source) for source in sources)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ""


def _note_attributes(usage: CallerUsage, lines: Sequence[tuple[int, str]], name: str, *, is_marked: bool) -> list[str]:
    """Add the attributes that a file names, and return the places."""
    certain: list[tuple[int, str]] = []
    possible: list[tuple[int, str]] = []
    asking = {number for number, line in lines if _ASKING.search(line)}
    for number, line in lines:
        for match in _UPPER_NAME.finditer(line):
            if _is_known(match[0]):
                (possible if base_name(match[0]) in _AMBIGUOUS else certain).append((number, match[0]))
        certain += [(number, match[1].upper().replace(" ", "_") + "_EXPERIMENTAL") for match in _SPOKEN_NAME.finditer(line)]
        if is_marked:
            certain += [(number, camel_name) for camel_name in _camel_names(line)]
            certain += [(number, entry.upper()) for entry, _ in _TABLE_ENTRY.findall(line) if entry.islower() and _is_known(entry.upper())]
        if is_marked and any(number - _NEAR <= at <= number for at in asking):
            certain += [(number, lower.upper()) for lower in _LOWER_NAME.findall(line) if _is_known(lower.upper())]
    marks = [number for number, _ in certain] + [number for number, line in lines if _MARKER.search(line)]
    certain += [found for found in possible if any(abs(found[0] - mark) <= _NEAR for mark in marks)]
    certain += _unknown_names(lines)
    if (
        not is_marked
        and len({attribute for _, attribute in certain}) < _LEAST_NAMES
        and not any(_PERSPECTIVE.search(line) for _, line in lines)
    ):
        return []
    for number, attribute in certain:
        usage.attributes.see(attribute, f"{name}:{number}")
    if certain:
        usage.ask_together(frozenset(attribute for _, attribute in certain), f"{name}:{min(number for number, _ in certain)}")
    return [f"{name}:{number}" for number, _ in certain]


def _camel_names(line: str) -> Iterator[str]:
    """Yield the attributes that are named in a line as many languages name members: ``SevereToxicity``, ``Attribute.Threat``."""
    for match in _CAMEL_NAME.finditer(line):
        if not match[0].isupper() and not match[0].islower() and (name := _CAMEL_NAMES.get(match[0].lower())) is not None:
            yield name
    yield from (member.upper() for member in _MEMBER_NAME.findall(line) if not member.isupper() and _is_known(member.upper()))


def _is_known(name: str) -> bool:
    return base_name(name) in KNOWN_ATTRIBUTES


def _unknown_names(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the keys of an object of requested attributes, written out in the code, that are no attribute that Perspective ever had."""
    found = []
    for at, (_, line) in enumerate(lines):
        if match := _REQUESTED.search(line):
            depth = 0
            for number, inner in [(lines[at][0], line[match.end() - 1 :]), *lines[at + 1 : at + 1 + 4 * _NEAR]]:
                found += [(number, key[1]) for key in _KEY_NAME.finditer(inner) if not _is_known(key[1])]
                depth += sum(inner.count(mark) for mark in "{[(") - sum(inner.count(mark) for mark in "}])")
                if depth <= 0:
                    break
    return found


def _note_details(usage: CallerUsage, lines: Sequence[tuple[int, str]], name: str) -> None:
    """Add languages, types of scores and features."""
    for at, (number, line) in enumerate(lines):
        place = f"{name}:{number}"
        if match := _LANGUAGES.search(line):
            for tag in _LANGUAGE_TAG.findall(match[1].partition("]")[0]):
                usage.languages.see(tag, place)
        if _OPEN_LANGUAGES.search(line):
            for next_number, next_line in lines[at + 1 : at + 1 + _NEAR]:
                if (entry := _LANGUAGE_ENTRY.fullmatch(next_line)) is None:
                    break
                usage.languages.see(entry[1], f"{name}:{next_number}")
        if name.endswith(_CONFIG_SUFFIXES) and (match := _BARE_LANGUAGES.search(line)):
            for tag in match[1].split(","):
                usage.languages.see(tag.strip(), place)
        if match := _SCORE_TYPE.search(line):
            usage.score_types.see(match[1].upper(), place)
        for feature, pattern in _FEATURES:
            if pattern.search(line):
                usage.features.see(feature, place)


def _note_thresholds(usage: CallerUsage, lines: Sequence[tuple[int, str]], name: str, *, is_marked: bool) -> None:
    """Add the numbers that scores are compared with, each with its variable's attribute, else the one named before it, near and alone."""
    last: tuple[int, str] = (-_NEAR, ANY_ATTRIBUTE)
    variables: dict[str, str] = {}
    for number, line in lines:
        names = [base_name(match[0]) for match in _UPPER_NAME.finditer(line)]
        names += [lower.upper() for lower in _LOWER_NAME.findall(line)]
        named = [found for found in names if found in KNOWN_ATTRIBUTES]
        if named:
            last = (number, named[-1] if len(set(named)) == 1 else ANY_ATTRIBUTE)
            variables |= dict.fromkeys(_SCORE_VARIABLE.findall(line), last[1])
        near = number - last[0] <= 3
        values = _ASSIGNMENT.findall(line)
        if _SCORE_WORD.search(line) or (near and is_marked):
            values += _COMPARISON.findall(line)
        compared = {value: variables[variable] for variable, value in _VARIABLE_COMPARISON.findall(line) if variable in variables}
        is_one = bool(named) or len(set(values)) == 1
        for value in (value for value in dict.fromkeys(values) if float(value)):
            score = float(value) / 100 if "." not in value else float(value)
            usage.see_threshold(compared.get(value, last[1] if near and is_one else ANY_ATTRIBUTE), score, f"{name}:{number}")
        for attribute, value in _TABLE_ENTRY.findall(line):
            if _is_known(attribute.upper()) and float(value):
                usage.see_threshold(attribute.upper(), float(value), f"{name}:{number}")
