"""Settings come from the environment, and a wrong one is explained."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from model.errors import SettingsError
from service.setting_errors import PREFIX
from service.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_everything_has_a_default(tmp_path: Path) -> None:
    """With an empty environment the service listens only to this machine and keeps its data in the folder that XDG names."""
    settings = read_settings()

    assert (settings.host, settings.port, settings.workers, settings.artefact) == ("127.0.0.1", 8000, 1, None)
    assert settings.data_dir == tmp_path / ".local/share/tipstaff"


def test_bursts_of_clients_that_never_try_again_may_wait() -> None:
    """By default the calls in the dialects of Perspective and OpenAI may wait for two seconds, and others for a tenth of one."""
    waits = read_settings().longest_waits

    assert [waits.seconds(name) for name in ("perspective", "openai")] == [2.0, 2.0]
    assert [waits.seconds(name) for name in (None, "coral", "synapse", "detoxify", "akismet", "discourse")] == [0.1] * 6


def test_reading_creates_nothing(tmp_path: Path) -> None:
    """Reading the settings creates no file or folder."""
    read_settings()

    assert list(tmp_path.iterdir()) == []


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each setting is read from TIPSTAFF_ plus its name; ~ is the home directory; an empty variable counts as not set."""
    monkeypatch.setenv("TIPSTAFF_PORT", "9000")
    monkeypatch.setenv("TIPSTAFF_ARTEFACT", "~/mine")
    monkeypatch.setenv("TIPSTAFF_WORKERS", "")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")

    settings = read_settings()

    assert (settings.port, settings.artefact, settings.workers) == (9000, tmp_path / "mine", 1)
    assert settings.data_dir == Path("/srv/data/tipstaff")


@pytest.mark.parametrize("level", ["warning", "WARNING", "Warning"])
def test_log_levels_are_taken_in_any_case(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    """A log level may be written in capitals, as Python's logging writes it."""
    monkeypatch.setenv("TIPSTAFF_LOG_LEVEL", level)

    assert read_settings().log_level == "warning"


def test_overrides_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option of the command overrides the environment; an option that is None does not."""
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
        ("QUEUE_MS", "100,perspective=soon"),
        ("ROOT_PATH", "tipstaff"),
        ("CORS_ORIGINS", "forum.example"),
        ("CORS_ORIGINS", "https://forum.example/path"),
        ("LIMIT_PER_KEY", "many"),
        ("LIMIT_PER_KEY", "0/second"),
        ("LIMIT_PER_ADDRESS", "100"),
        ("DISCOURSE_URL", "ftp://forum.example"),
        ("DISCOURSE_URL", "https://forum.example:port"),
        ("DISCOURSE_URL", "https://user@forum.example"),
        ("CORAL_SECRETS", " , "),
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
    """Whatever the variables hold, the settings are read or a SettingsError says what is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            if name != "data_dir":
                patch.setenv(PREFIX + name.upper(), value)
        with suppress(SettingsError):
            read_settings()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"prior_abusive": 0.1}, "set both or neither"),
        ({"prior_hateful_share": 0.1}, "set both or neither"),
        ({"max_body_bytes": 1000, "max_comment_bytes": 1000}, "max_body_bytes"),
        ({"tls_key": "/key.pem"}, "tls_certificate and tls_key belong together"),
        ({"limit_storage": "memcached://host"}, "limit_storage"),
        ({"trusted_proxies": "10.0.0.0/8, proxy.example"}, "trusted_proxies: 'proxy.example'"),
        ({"discourse_url": "https://forum.example"}, "discourse_url and discourse_api_key belong together"),
        ({"dialects": "coral,klingon"}, "there is no dialect 'klingon'"),
        ({"on_failure": "klingon=open"}, "there is no dialect 'klingon'"),
        ({"on_failure": "coral=shut"}, "on_failure: coral takes open, closed, error"),
        ({"colour": "green"}, "there is no setting called 'colour'"),
    ],
)
def test_settings_have_to_agree(overrides: dict[str, object], message: str) -> None:
    """Settings that contradict one another are refused in one line."""
    with pytest.raises(SettingsError, match=message) as caught:
        read_settings(**overrides)

    assert "\n" not in str(caught.value)


def test_settings_are_frozen() -> None:
    """A setting cannot be changed once it is read."""
    settings = read_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_service_link_of_kubernetes_is_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The port stays the default where Kubernetes sets TIPSTAFF_PORT for a Service called tipstaff."""
    monkeypatch.setenv("TIPSTAFF_PORT", "tcp://10.0.0.1:8000")

    assert read_settings().port == 8000


def test_dialects_are_listed_by_name() -> None:
    """Dialects are switched on by their names, all at once or none, and each has its answer to failures."""
    settings = read_settings(dialects=" coral, ,akismet", on_failure="coral=open")

    assert settings.dialect_names == ("coral", "akismet")
    assert [settings.failure_answer(name) for name in settings.dialect_names] == ["open", "error"]
    assert read_settings(dialects="none").dialect_names == ()
    assert "perspective" in read_settings().dialect_names
