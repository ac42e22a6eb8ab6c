"""References to secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from sso_bridge.secrets import SecretMissing, resolve, resolve_key


def test_variable_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both kinds give text, a number stays text, and one final line end is not part of a secret."""
    monkeypatch.setenv("PIN", "007")
    (tmp_path / "password").write_text(" a b \n\n")

    assert "007" == resolve("env:PIN", tmp_path)
    assert " a b \n" == resolve("file:password", tmp_path)


@pytest.mark.parametrize(
    "reference", ["hunter2", "", "env:", "env:A B", "file:", "vault:x", "env:NOT_THERE", "file:no"]
)
def test_leads_nowhere(reference: str, tmp_path: Path) -> None:
    """A plain secret, an unknown kind or something that is not there is refused without repeating a plain secret."""
    with pytest.raises(SecretMissing) as caught:
        resolve(reference, tmp_path)

    assert "hunter2" not in str(caught.value)


def test_empty_and_binary_files(tmp_path: Path) -> None:
    """An empty file is no secret, and neither is one that is not text."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    for name in ("empty", "binary"):
        with pytest.raises(SecretMissing):
            resolve(f"file:{name}", tmp_path)


@pytest.mark.parametrize(("mode", "fine"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_key_file_mode(tmp_path: Path, mode: int, *, fine: bool) -> None:
    """CR-04: a key file that others may read is refused, and the sentence says what to do."""
    path = tmp_path / "key"
    path.write_text("secret")
    path.chmod(mode)

    if fine:
        assert "secret" == resolve_key("file:key", tmp_path)
    else:
        with pytest.raises(SecretMissing, match="chmod 600"):
            resolve_key("file:key", tmp_path)


@pytest.mark.parametrize(
    ("mode", "fine"), [(0o400, True), (0o440, True), (0o444, True), (0o600, True), (0o460, False), (0o446, False)]
)
def test_key_file_in_a_mounted_folder(tmp_path: Path, mode: int, *, fine: bool) -> None:
    """CR-04: what systemd (0440) and docker (0444) mount may be readable, never writable, by others."""
    mounted = tmp_path / "run" / "secrets"
    mounted.mkdir(parents=True)
    path = mounted / "key"
    path.write_text("secret")
    path.chmod(mode)

    if fine:
        assert "secret" == resolve_key(f"file:{path}", tmp_path, [mounted])
    else:
        with pytest.raises(SecretMissing, match="changed by others"):
            resolve_key(f"file:{path}", tmp_path, [mounted])


def test_way_out_of_the_mounted_folder(tmp_path: Path) -> None:
    """CR-04: what lies elsewhere is not made acceptable by a link or by `..` in the mounted folder."""
    mounted = tmp_path / "secrets"
    mounted.mkdir()
    (tmp_path / "key").write_text("secret")
    (tmp_path / "key").chmod(0o644)
    (mounted / "link").symlink_to(tmp_path / "key")

    for way in (mounted / "link", mounted / ".." / "key"):
        with pytest.raises(SecretMissing):
            resolve_key(f"file:{way}", tmp_path, [mounted])
