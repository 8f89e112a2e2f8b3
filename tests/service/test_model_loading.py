"""The settings of the model take effect when it is loaded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from model.profile import Profile
from service.model_loading import ModeratorOptions, languages_place, load_moderator, own_packs
from service.settings import read_settings


def test_every_setting_of_the_model_reaches_it(write_both: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artefact, profile, prior and the risk of the cascade come from the environment."""
    folder = write_both(tmp_path / "both")
    for name, value in {
        "ARTEFACT": str(folder),
        "PROFILE": "cascade",
        "CASCADE_RISK": "0.25",
        "PRIOR_ABUSIVE": "0.3",
        "PRIOR_HATEFUL_SHARE": "0.4",
    }.items():
        monkeypatch.setenv(f"TIPSTAFF_{name}", value)
    moderator = load_moderator(read_settings())
    assert moderator.profile is Profile.CASCADE
    assert moderator.risk == 0.25
    assert (moderator.prior.abusive, moderator.prior.hateful) == (0.3, 0.4)
    assert moderator.public_manifest()["version"] == ModeratorOptions(folder, profile=Profile.CASCADE).load().version


def test_equal_options_are_one_key() -> None:
    """A worker that caches its model by these options loads it once."""
    assert len({ModeratorOptions(Path("a")), ModeratorOptions(Path("a")), ModeratorOptions(Path("a"), profile=None)}) == 2


def test_packs_lie_where_retraining_puts_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a setting, a site has the packs in its data folder once there are any; a folder that it names comes first, and off does."""
    off = read_settings(data_dir=tmp_path)
    monkeypatch.delenv("TIPSTAFF_LANGUAGES")
    unset, named = read_settings(data_dir=tmp_path), read_settings(data_dir=tmp_path, languages=str(tmp_path / "packs"))
    assert languages_place(unset) is None
    (tmp_path / "languages").mkdir()
    assert languages_place(unset) == str(own_packs(unset)) == str(tmp_path / "languages")
    assert languages_place(named) == str(own_packs(named)) == str(tmp_path / "packs")
    assert languages_place(off) == "off"
    assert own_packs(off) == tmp_path / "languages"
