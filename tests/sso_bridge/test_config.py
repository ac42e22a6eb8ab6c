"""Settings: from a file and variables, with all mistakes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sso_bridge.config import Settings, SettingsWrong, load
from sso_bridge.settings_manual import EXAMPLE, MANUAL, example, manual

ROOT = Path(__file__).parents[2]


def test_file_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable wins over the file, and lists may be written with commas."""
    (tmp_path / "bridge.toml").write_text('public_url = "https://SSO.example.org/"\nthreads = 4\n')
    monkeypatch.setenv("SSO_BRIDGE_THREADS", "16")
    monkeypatch.setenv("SSO_BRIDGE_TRUSTED_PROXIES", "10.0.0.1, 192.0.2.0/24")

    settings = load(tmp_path / "bridge.toml")

    assert ("https://sso.example.org", 16) == (settings.public_url, settings.threads)
    assert ("10.0.0.1", "192.0.2.0/24") == settings.trusted_proxies
    assert f"sqlite:///{tmp_path}/bridge.db" == settings.database_address


def test_every_mistake_is_told(tmp_path: Path) -> None:
    """All mistakes come at once, in plain text, and no value is repeated."""
    (tmp_path / "bridge.toml").write_text(
        'public_url = "http://sso.example.org"\nkey_encryption_key = "hunter2"\ntreads = 3\n'
        'database_url = "mysql://root:hunter2@h/d"\ntls_key = "x"\nsession_idle_minutes = 900\ntime_zone = "../etc"\n'
    )

    with pytest.raises(SettingsWrong) as caught:
        load(tmp_path / "bridge.toml")

    told = str(caught.value)
    places = {problem.partition(":")[0] for problem in caught.value.problems}
    expected = {"public_url", "key_encryption_key", "treads", "database_url", "session_idle_minutes", "time_zone"}
    assert expected == places
    assert "treads: there is no such setting" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("text", ["", "= 1", "public_url = 5", 'public_url = "https://a/b"', "\x00", "threads = []"])
def test_unusable_files(tmp_path: Path, text: str) -> None:
    """A file that is empty, broken or of the wrong shape is refused with a sentence."""
    (tmp_path / "bridge.toml").write_text(text)

    with pytest.raises(SettingsWrong):
        load(tmp_path / "bridge.toml")


def test_certificate_without_key() -> None:
    """Half a TLS set-up is a mistake, not http."""
    with pytest.raises(ValueError, match="together"):
        Settings(public_url="https://sso.example.org", tls_certificate="c.pem")


def test_database_address_from_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database address with a password can stay outside the file, and is never printed."""
    monkeypatch.setenv("DB", "postgresql://bridge:hunter2@db/bridge")
    settings = Settings(public_url="https://sso.example.org", database_url="env:DB")

    assert "postgresql://bridge:hunter2@db/bridge" == settings.database_address
    assert "hunter2" not in repr(settings)


def test_example_is_current() -> None:
    """The example file and the manual page are what the typed settings say."""
    assert example({"public_url": "https://sso.example.org"}) == (ROOT / EXAMPLE).read_text("utf-8")
    assert manual() == (ROOT / MANUAL).read_text("utf-8")


def test_example_can_be_loaded() -> None:
    """The example is a settings file that works as it stands."""
    assert "https://sso.example.org" == load(ROOT / EXAMPLE).public_url
