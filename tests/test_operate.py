"""What the page for operators says is what the service does."""

import re
from pathlib import Path

from service.http.dialects.known_dialects import DIALECTS
from service.judging.community_file import read_community_file
from service.setting_errors import PREFIX
from service.settings import Settings

PAGE = (Path(__file__).parent.parent / "docs/operate.md").read_text(encoding="utf-8")


def test_example_of_communities_is_read(tmp_path: Path) -> None:
    """The example of a file of communities is one, and uses every field that there is."""
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    path = tmp_path / "communities.toml"
    path.write_text(example[1], encoding="utf-8")

    book = read_community_file(path)

    garden = book.communities["garden"]
    assert book.default is book.communities["main"]
    assert garden.deny.match("see http://shop.example/x") == r"https?://\S*\.example\b"
    assert garden.deny.match("the casino") == "casino"
    assert garden.allow.match("a weed killer") == "weed killer"
    assert book.communities["Coral:https://news.example"].observe
    book.check_policies(["default"])


def test_settings_of_the_page_exist() -> None:
    """Every setting that the page names is one."""
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", PAGE))

    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_dialect_tells_what_a_failure_answers() -> None:
    """The table of failures has a row for each protocol that there is."""
    told = set(re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE))

    assert {dialect.name for dialect in DIALECTS} <= told
