"""Writes the types of our own interface for the official clients: ``python -m integrations.generate_clients``.

Both files come from the OpenAPI document, of which only our own interface is taken: the protocols of other services have clients of
their own. The types for TypeScript are made by openapi-typescript, which ``.ci/clients`` installs.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["PYTHON_MODELS", "TYPESCRIPT_SCHEMA", "own_interface", "render_python", "render_typescript"]

_HERE = Path(__file__).parent
_NODE = _HERE.parent / "build/clients/node/bin/node"

PYTHON_MODELS = _HERE / "python/tipstaff_client/models.py"
TYPESCRIPT_SCHEMA = _HERE / "typescript/src/schema.ts"

_OWN_PATHS = ("/v1/moderate", "/v1/rulings", "/healthz", "/readyz", "/v1/model")
_REFERENCE = "#/components/schemas/"
_ORIGIN = "Made from the OpenAPI document by `python -m integrations.generate_clients`: change the service, not this file."

# What is called otherwise in Python, and what needs no class of its own there.
_PYTHON_NAMES = {"CommentRequest": "Comment"}
_NOT_IN_PYTHON = {"Alive", "ModerateRequest", "Ready", "RulingRequest", "RulingsRequest"}
# Fields of calls and of answers that hold what people wrote, or part of it: an object that is printed must not show them.
_HIDDEN_IN_CALLS = {"author", "parent_text", "text", "title"}
_HIDDEN_IN_ANSWERS = {"matched"}
_SIMPLE_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "Mapping[str, Any]"}
_MOST_LETTERS = 140

_Schema = Mapping[str, Any]


def own_interface(document: _Schema) -> dict[str, Any]:
    """Return the part of an OpenAPI document that describes our own interface.

    Args:
        document: the document of a service.

    Returns:
        The document with our own addresses alone, and the schemas that these refer to, sorted by name.
    """
    paths = {path: document["paths"][path] for path in _OWN_PATHS}
    schemas = document["components"]["schemas"]
    needed: set[str] = set()
    pending = list(_references(paths))
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += _references(schemas[name])
    components = {"schemas": {name: schemas[name] for name in sorted(needed)}, "securitySchemes": document["components"]["securitySchemes"]}
    return {"openapi": document["openapi"], "info": document["info"], "paths": paths, "components": components}


def _references(node: Any) -> Iterator[str]:
    """Yield the names of the schemas that a part of a document refers to, in its order."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(_REFERENCE)
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def render_typescript(document: _Schema, node: Path = _NODE) -> str:
    """Return the types of our own interface for TypeScript.

    Args:
        document: the document of a service.
        node: the program of Node beside which ``node_modules`` has openapi-typescript, as ``.ci/clients`` installs it.
    """
    program = node.parents[1] / "node_modules/openapi-typescript/bin/cli.js"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "schema.ts"
        source.write_text(json.dumps(own_interface(document)), encoding="utf-8")
        subprocess.run([node, program, source, "--output", target], check=True, capture_output=True)  # noqa: S603 - a program of ours
        types = target.read_text(encoding="utf-8")
    return f"// {_ORIGIN}\n\n{types}"


def render_python(document: _Schema) -> str:
    """Return the types of our own interface for Python: a module of frozen dataclasses that read and write themselves as JSON."""
    schemas = own_interface(document)["components"]["schemas"]
    names = [name for name in _in_order(schemas) if name not in _NOT_IN_PYTHON]
    answers = {name for path in _OWN_PATHS for name in _reached(document["paths"][path], schemas, "responses")}
    public = sorted(_python_name(name) for name in names)
    parts = [_render_enumeration(name, schemas[name]) for name in names if "enum" in schemas[name]]
    parts += [_render_class(name, schemas, reads=name in answers) for name in names if "enum" not in schemas[name]]
    exported = "".join(f'    "{name}",\n' for name in public)
    head = f'''"""What calls and answers hold, as the service describes it. Objects that are printed hide what people wrote.

{_ORIGIN}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Optional, Union

__all__ = [
{exported}]
'''
    return _format(head + "\n" + "\n\n".join(parts))


def _format(code: str) -> str:
    """Return a module in the form that all our code has."""
    command = [str(Path(sys.executable).with_name("ruff")), "format", "--stdin-filename", str(PYTHON_MODELS), "-"]
    return subprocess.run(command, input=code, check=True, capture_output=True, text=True).stdout  # noqa: S603 - a module is data to it


def _reached(node: Any, schemas: _Schema, part: str) -> set[str]:
    """Return the names of all schemas that are reached from the given part of the operations of a path."""
    reached: set[str] = set()
    pending = [name for operation in node.values() for name in _references(operation.get(part, {}))]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += _references(schemas[name])
    return reached


def _in_order(schemas: _Schema) -> list[str]:
    """Return the names of schemas such that each comes after those that it refers to, and otherwise by name."""
    ordered: list[str] = []

    def place(name: str) -> None:
        if name not in ordered:
            for reference in _references(schemas[name]):
                place(reference)
            ordered.append(name)

    for name in sorted(schemas):
        place(name)
    return ordered


def _python_name(name: str) -> str:
    return _PYTHON_NAMES.get(name, name)


def _render_enumeration(name: str, schema: _Schema) -> str:
    values = ", ".join(f'"{value}"' for value in schema["enum"])
    return f'{_python_name(name)} = Literal[{values}]\n"""{schema["description"]}"""\n'


def _render_class(name: str, schemas: _Schema, *, reads: bool) -> str:
    schema = schemas[name]
    required = set(schema.get("required", ()))
    fields = sorted(schema["properties"].items(), key=lambda entry: entry[0] not in required)
    described = [(key, entry["description"]) for key, entry in fields if "description" in entry]
    more = schema.get("additionalProperties") is True
    if more:
        described.append(("more", "Everything else that the answer holds, by name."))
    docstring = schema["description"]
    if described:
        attributes = "".join("\n" + _wrap(f"{key}: {text}", indent=8) for key, text in described)
        docstring += f"\n\n    Attributes:{attributes}\n    "
    lines = ["@dataclass(frozen=True)", f"class {_python_name(name)}:", f'    """{docstring}"""', ""]
    hidden = _HIDDEN_IN_ANSWERS if reads else _HIDDEN_IN_CALLS
    lines += [_render_field(key, entry, is_required=key in required, is_hidden=key in hidden) for key, entry in fields]
    lines += ["    more: Mapping[str, Any] = field(default_factory=dict, repr=False)"] if more else []
    lines += ["", *(_render_reader(name, fields, required, schemas, more=more) if reads else _render_writer(fields))]
    return "\n".join(lines) + "\n"


def _wrap(text: str, *, indent: int) -> str:
    """Return a text in lines that are short enough; further lines are indented by four more."""
    lines, line = [], " " * indent
    for word in text.split():
        if len(line) + len(word) >= _MOST_LETTERS:
            lines.append(line.rstrip())
            line = " " * (indent + 4)
        line += word + " "
    return "\n".join([*lines, line.rstrip()])


def _render_field(key: str, schema: _Schema, *, is_required: bool, is_hidden: bool) -> str:
    type_name = _type_name(schema)
    if is_required:
        return f"    {key}: {type_name}" + (" = field(repr=False)" if is_hidden else "")
    default = "field(default=None, repr=False)" if is_hidden else "None"
    return f"    {key}: Optional[{type_name}] = {default}"


def _type_name(schema: _Schema) -> str:
    """Return the type of a field without whether it may be absent."""
    if "$ref" in schema:
        return _python_name(schema["$ref"].removeprefix(_REFERENCE))
    if "anyOf" in schema:
        names = [_type_name(choice) for choice in schema["anyOf"] if choice.get("type") != "null"]
        return names[0] if len(names) == 1 else f"Union[{', '.join(names)}]"
    if schema["type"] == "array":
        return f"Sequence[{_type_name(schema['items'])}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"Mapping[str, {_type_name(schema['additionalProperties'])}]"
    return _SIMPLE_TYPES[schema["type"]]


def _render_writer(fields: list[tuple[str, _Schema]]) -> list[str]:
    entries = [f'            "{key}": self.{key},' for key, _ in fields]
    return [
        "    def to_json(self) -> dict[str, Any]:",
        '        """Return the object as JSON has it, without what is absent."""',
        "        entries: dict[str, Any] = {",
        *entries,
        "        }",
        "        return {name: value for name, value in entries.items() if value is not None}",
    ]


def _render_reader(name: str, fields: list[tuple[str, _Schema]], required: set[str], schemas: _Schema, *, more: bool) -> list[str]:
    arguments = [f"            {key}={_reading(key, schema, schemas, is_required=key in required)}," for key, schema in fields]
    if more:
        known = ", ".join(f'"{key}"' for key, _ in fields)
        arguments.append(f"            more={{name: value for name, value in entries.items() if name not in {{{known}}}}},")
    return [
        "    @classmethod",
        f'    def from_json(cls, entries: Mapping[str, Any]) -> "{_python_name(name)}":',
        '        """Read the object from JSON; what is not known here is left out."""'
        if not more
        else '        """Read the object from JSON."""',
        "        return cls(",
        *arguments,
        "        )",
    ]


def _reading(key: str, schema: _Schema, schemas: _Schema, *, is_required: bool) -> str:
    """Return the expression that reads a field from ``entries``."""
    value = f'entries["{key}"]'
    if schema.get("type") == "array":
        read = _reading_of(schema["items"], "each", schemas)
        expression = f"list({value})" if read == "each" else f"[{read} for each in {value}]"
        return expression if is_required else f'{expression} if "{key}" in entries else None'
    read = _reading_of(schema, value, schemas)
    if is_required:
        return read
    return f'entries.get("{key}")' if read == value else f'{read} if "{key}" in entries else None'


def _reading_of(schema: _Schema, value: str, schemas: _Schema) -> str:
    """Return the expression that reads one value: as it is, or by the reader of its class."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REFERENCE)
        return value if "enum" in schemas[name] else f"{_python_name(name)}.from_json({value})"
    choices = [choice for choice in schema.get("anyOf", ()) if "$ref" in choice]
    if len(choices) == 2:
        first, second = (choice["$ref"].removeprefix(_REFERENCE) for choice in choices)
        mark = next(key for key in schemas[first]["required"] if key not in schemas[second]["properties"])
        readings = [_reading_of(choice, value, schemas) for choice in choices]
        return f'{readings[0]} if "{mark}" in {value} else {readings[1]}'
    return value


def _main() -> None:
    from service.http.app import create_app
    from service.settings import Settings

    document = create_app(Settings()).openapi()
    PYTHON_MODELS.write_text(render_python(document), encoding="utf-8")
    TYPESCRIPT_SCHEMA.write_text(render_typescript(document), encoding="utf-8")


if __name__ == "__main__":
    _main()
