"""Settings come from the environment, and a wrong one is explained."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from model.errors import SettingsError
from service.settings import PREFIX, Settings, read_settings, unknown_variables


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_everything_has_a_default(tmp_path: Path) -> None:
    """With an empty environment the service listens to this machine alone and keeps its data where XDG says."""
    settings = read_settings()

    assert (settings.host, settings.port, settings.workers, settings.artefact) == ("127.0.0.1", 8000, 1, None)
    assert settings.data_dir == tmp_path / ".local/share/tipstaff"


def test_reading_creates_nothing(tmp_path: Path) -> None:
    """Reading the settings leaves the disk alone."""
    read_settings()

    assert list(tmp_path.iterdir()) == []


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each setting is the variable TIPSTAFF_ plus its name; ~ is the home directory; an empty variable counts as not set."""
    monkeypatch.setenv("TIPSTAFF_PORT", "9000")
    monkeypatch.setenv("TIPSTAFF_ARTEFACT", "~/mine")
    monkeypatch.setenv("TIPSTAFF_WORKERS", "")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")

    settings = read_settings()

    assert (settings.port, settings.artefact, settings.workers) == (9000, tmp_path / "mine", 1)
    assert settings.data_dir == Path("/srv/data/tipstaff")


@pytest.mark.parametrize("level", ["warning", "WARNING", "Warning"])
def test_log_levels_are_taken_in_any_case(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    """A log level may be written as Python's logging writes it."""
    monkeypatch.setenv("TIPSTAFF_LOG_LEVEL", level)

    assert read_settings().log_level == "warning"


def test_what_is_given_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option of the command beats the environment, and an option that is not given does not."""
    monkeypatch.setenv("TIPSTAFF_PORT", "9000")
    monkeypatch.setenv("TIPSTAFF_HOST", "::1")

    settings = read_settings(port=9001, host=None)

    assert (settings.port, settings.host) == (9001, "::1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "seven"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("MAX_COMMENTS", "-1"),
        ("MAX_COMMENT_BYTES", "1.5"),
        ("PRIOR_ABUSIVE", "1.0"),
        ("PRIOR_HATEFUL_SHARE", "nan"),
        ("BODY_TIMEOUT", "0"),
        ("LOG_LEVEL", "loud"),
        ("ROOT_PATH", "tipstaff"),
        ("CORS_ORIGINS", "forum.example"),
        ("CORS_ORIGINS", "https://forum.example/path"),
        ("LIMIT_PER_KEY", "many"),
        ("LIMIT_PER_KEY", "0/second"),
        ("LIMIT_PER_ADDRESS", "100"),
        ("DATA_DIR", "~nobody-has-this-name/x"),
    ],
)
def test_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A wrong value is one line that names the setting and its variable."""
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(SettingsError, match=f"{name.lower()} .TIPSTAFF_{name}.: ") as caught:
        read_settings()

    assert "\n" not in str(caught.value)


@given(st.text(min_size=1).filter(lambda value: "\0" not in value and value.isprintable()))
def test_any_value_is_read_or_explained(value: str) -> None:
    """Whatever a variable holds, the settings are read or a SettingsError says what is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            if name != "data_dir":
                patch.setenv(PREFIX + name.upper(), value)
        with suppress(SettingsError):
            read_settings()


@pytest.mark.parametrize(
    ("given_settings", "says"),
    [
        ({"prior_abusive": 0.1}, "set both or neither"),
        ({"prior_hateful_share": 0.1}, "set both or neither"),
        ({"max_body_bytes": 1000, "max_comment_bytes": 1000}, "max_body_bytes"),
        ({"tls_key": "/key.pem"}, "tls_certificate and tls_key belong together"),
        ({"limit_storage": "memcached://host"}, "limit_storage"),
        ({"trusted_proxies": "10.0.0.0/8, proxy.example"}, "trusted_proxies: 'proxy.example'"),
        ({"colour": "green"}, "there is no setting called 'colour'"),
    ],
)
def test_settings_have_to_agree(given_settings: dict[str, object], says: str) -> None:
    """Settings that contradict one another stop the start in one line."""
    with pytest.raises(SettingsError, match=says) as caught:
        read_settings(**given_settings)

    assert "\n" not in str(caught.value)


def test_settings_are_frozen() -> None:
    """Nobody can change a setting once it is read."""
    settings = read_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_unknown_variable_is_pointed_out() -> None:
    """A misspelt variable is named, together with the one that is likely meant."""
    lines = unknown_variables({"TIPSTAFF_MAX_COMENTS": "5", "TIPSTAFF_XYZZY": "1", "TIPSTAFF_PORT": "1", "PATH": "/bin"})

    assert lines == [
        "TIPSTAFF_MAX_COMENTS is no setting and has no effect; did you mean TIPSTAFF_MAX_COMMENTS?",
        "TIPSTAFF_XYZZY is no setting and has no effect",
    ]


def test_kubernetes_service_links_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that Kubernetes sets for a Service called tipstaff neither stop the start nor are pointed out."""
    links = {
        "TIPSTAFF_PORT": "tcp://10.0.0.1:8000",
        "TIPSTAFF_SERVICE_HOST": "10.0.0.1",
        "TIPSTAFF_SERVICE_PORT": "8000",
        "TIPSTAFF_SERVICE_PORT_HTTP": "8000",
        "TIPSTAFF_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "TIPSTAFF_PORT_8000_TCP_ADDR": "10.0.0.1",
    }
    for name, value in links.items():
        monkeypatch.setenv(name, value)

    assert read_settings().port == 8000
    assert unknown_variables(links) == []
