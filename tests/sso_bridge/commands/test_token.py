"""`sso-bridge token`."""

from __future__ import annotations


def test_life_of_a_token(run, run_json) -> None:
    """AD-05: it is shown once, listed without its text, revoked at once, and all of it is audited without the text."""
    made = run_json("token", "create", "ci", "--role", "operator", "--scope", "hr", "--days", "10")

    (listed,) = run_json("token", "list")
    assert ("ci", "operator", ["hr"], "good") == tuple(listed[name] for name in ("name", "role", "scopes", "state"))
    assert "token" not in listed
    assert "revoked" == run_json("token", "revoke", made["id"])["state"]
    assert "revoked" == run_json("token", "list")[0]["state"]
    exported = run("audit", "export").stdout
    assert "token.revoked" in exported
    assert made["token"] not in exported


def test_revoke_unknown(run) -> None:
    """Revoking what is not there fails, so that a script notices."""
    refused = run("token", "revoke", "0" * 16)

    assert (1, "") == (refused.exit_code, refused.stdout)
    assert refused.stderr.startswith("Error: there is no token")


def test_expired(run, clock) -> None:
    """A token that has ended is listed as such."""
    run("token", "create", "ci", "--days", "1")
    clock.move(days=2)

    assert "expired" in run("token", "list").stdout


def test_wrong_use(run) -> None:
    """A role or a life that does not exist is wrong use."""
    assert 2 == run("token", "create", "x", "--role", "root").exit_code
    assert 2 == run("token", "create", "x", "--days", "400").exit_code
