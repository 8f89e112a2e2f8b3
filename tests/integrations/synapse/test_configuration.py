"""The configuration of the module: what is wrong is said when Synapse starts; and the package is whole."""

import ast
import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from service.http.dialects.matrix_events import READ_EVENTS
from tests.integrations.built_wheel import build_wheel

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "integrations/synapse"
URL = {"url": "http://127.0.0.1:8000"}
CHECK = """
import json, sys, yaml
from synapse.module_api.errors import ConfigError
from tipstaff_synapse import Tipstaff, __version__
from tipstaff_synapse.events import READ_EVENTS
def check(config):
    if isinstance(config, str):
        (module,) = yaml.safe_load(config)["modules"]
        config = {name: value for name, value in module["config"].items() if name != "key_path"}
    try:
        read = Tipstaff.parse_config(config)
    except ConfigError as error:
        return str(error)
    return {"url": read.url, "key": read.key, "timeout": read.timeout, "fail_open": read.fail_open, "shown": repr(read)}
print(json.dumps({"read": [check(config) for config in json.load(sys.stdin)], "version": __version__, "events": sorted(READ_EVENTS)}))
"""


def ask(python: Path, configurations: list[object]) -> dict[str, Any]:
    """Return what the module makes of configurations, in Synapse's own environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"PYTHONPATH": str(PACKAGE)}
    process = subprocess.run(
        [str(python), "-c", CHECK],
        input=json.dumps(configurations),
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    answer: dict[str, Any] = json.loads(process.stdout)
    return answer


WRONG: list[tuple[object, str]] = [
    ({}, "url has to be the address"),
    ({"url": "127.0.0.1:8000"}, "url has to be"),
    ({"url": "http://user:secret@x"}, "url has to be"),
    ({"url": "http://x:y"}, "url has to be"),
    ({"url": 5}, "url has to be"),
    (URL | {"base_url": "x"}, "base_url is not known here: the options are url"),
    (URL | {"key": "a b"}, "key has to be a key"),
    (URL | {"key": "a", "key_path": "b"}, "exclude one another"),
    (URL | {"key_path": "/nowhere/at/all"}, "key_path cannot be read: No such file"),
    (URL | {"timeout": 0}, "timeout has to be"),
    (URL | {"timeout": True}, "timeout has to be"),
    (URL | {"fail_open": "yes"}, "fail_open has to be true or false"),
    (URL | {"report_room": "mods", "report_user": "@a:b"}, "report_room has to be such as"),
    (URL | {"report_room": "!a:b"}, "belong together"),
    ([], "config has to be a mapping"),
]


def test_what_is_wrong_is_said(python: Path) -> None:
    """Each mistake in the configuration is an error of Synapse's that names the option; no key is repeated."""
    messages = ask(python, [config for config, _ in WRONG])["read"]

    assert [(message, reason) for message, (_, reason) in zip(messages, WRONG, strict=True) if reason not in message] == []
    assert all(message.startswith("tipstaff_synapse: ") for message in messages)
    assert not any("secret" in message for message in messages)


def test_what_is_right_is_read(python: Path, tmp_path: Path) -> None:
    """Options have their defaults, a key comes from its file, and the key is not shown where the configuration is printed."""
    (tmp_path / "key").write_text("tip_secret\n", encoding="utf-8")
    answer = ask(python, [URL, {"url": "https://t.example/c/garden/", "key_path": str(tmp_path / "key"), "timeout": 1, "fail_open": False}])
    plain, other = answer["read"]

    assert (plain["url"], plain["key"], plain["timeout"], plain["fail_open"]) == ("http://127.0.0.1:8000", None, 2.0, True)
    assert (other["url"], other["key"], other["timeout"], other["fail_open"]) == ("https://t.example/c/garden", "tip_secret", 1, False)
    assert "tip_secret" not in other["shown"]
    assert answer["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert set(answer["events"]) == READ_EVENTS


def test_the_pages_show_a_right_configuration(python: Path) -> None:
    """What the pages say to write into homeserver.yaml is read."""
    blocks = []
    for page in ("integrations/synapse/README.md", "docs/synapse.md"):
        parts = (ROOT / page).read_text(encoding="utf-8").split("```yaml\n")[1:]
        block = next(part for part in parts if "tipstaff_synapse.Tipstaff" in part).partition("```")[0]
        blocks.append("\n".join(line.removeprefix("    ") if block.startswith("    ") else line for line in block.split("\n")))

    for read in ask(python, [*blocks])["read"]:
        assert (read["url"], read["timeout"], read["fail_open"]) == ("http://127.0.0.1:8000", 2, True)


def test_the_package_is_whole(tmp_path: Path) -> None:
    """A wheel made from a checkout has every module, brings nothing with it, and is written in the Python that it asks for at least."""
    names, metadata = build_wheel(PACKAGE, tmp_path)
    modules = list((PACKAGE / "tipstaff_synapse").glob("*.py"))
    assert {f"tipstaff_synapse/{path.name}" for path in modules} | {"tipstaff_synapse/py.typed"} <= names
    assert "Requires-Dist" not in metadata
    assert metadata["Requires-Python"] == ">=3.9"
    for path in modules:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
