"""`sso-bridge keys`."""

from __future__ import annotations

from sso_bridge.keys.vault import Vault, make_key


def test_roll_over(run, run_json, clock) -> None:
    """IDP-08: publish, wait, put to use; too early is refused with the moment; each step is audited."""
    (first,) = [key for key in run_json("keys", "list") if key["purpose"] == "saml"]

    (published,) = run_json("keys", "rotate", "saml")["changed"]
    early = run("keys", "rotate", "saml")
    clock.move(days=7)
    changed = run_json("keys", "rotate", "saml")["changed"]

    assert (1, "may be used from 2026-11-09T09:00+00:00" in early.stderr) == (early.exit_code, True)
    assert {(published["kid"], "current"), (first["kid"], "retired")} == {(one["kid"], one["state"]) for one in changed}
    assert 3 == run("audit", "export").stdout.count('"key.rotated"')


def test_emergency(run_json) -> None:
    """IDP-08: one command replaces a leaked key at once."""
    (before,) = [key["kid"] for key in run_json("keys", "list") if key["purpose"] == "oidc-es256"]

    run_json("keys", "rotate", "oidc-es256", "--emergency")

    states = {key["kid"]: key["state"] for key in run_json("keys", "list") if key["purpose"] == "oidc-es256"}
    assert "withdrawn" == states.pop(before)
    assert ["current"] == list(states.values())


def test_retire(run, run_json) -> None:
    """A next key can be withdrawn, the key in use cannot."""
    (coming,) = run_json("keys", "rotate", "saml")["changed"]
    (current,) = [key for key in run_json("keys", "list") if (key["purpose"], key["state"]) == ("saml", "current")]

    assert "retired" == run_json("keys", "retire", coming["kid"])["state"]
    refused = run("keys", "retire", current["kid"])
    assert (1, True) == (refused.exit_code, "keys rotate saml --emergency" in refused.stderr)


def test_new_key_encryption_key(run_json, vault) -> None:
    """CR-02: the key that seals all others can be changed with one command."""
    both = Vault(make_key())
    both._ciphers |= vault._ciphers

    assert len(run_json("keys", "list")) == run_json("keys", "rotate", "key-encryption", vault=both)["resealed"]
    assert 0 == run_json("keys", "rotate", "key-encryption", vault=both)["resealed"]


def test_old_keys_are_noted(run, clock) -> None:
    """CR-02: a key that is due for roll-over says so in the list."""
    clock.move(days=200)
    due = [line.split()[0] for line in run("keys", "list").stdout.splitlines() if "due for roll-over" in line]

    assert ["cookie", "oidc-es256", "oidc-rs256", "workplace"] == sorted(due)


def test_no_secret_part(run) -> None:
    """CR-04: no command shows a private key."""
    assert "PRIVATE" not in run("keys", "list", "--json").stdout


def test_wrong_use(run) -> None:
    """An unknown purpose is wrong use, with exit status 2."""
    assert 2 == run("keys", "rotate", "everything").exit_code
