"""`sso-bridge break-glass`."""

from __future__ import annotations


def test_life_of_an_account(run, run_json) -> None:
    """It is shown once, listed without its secrets, renewed with others, removed; all of it is audited (AD-09)."""
    made = run_json("break-glass", "create", "red")
    (listed,) = run_json("break-glass", "list")
    renewed = run_json("break-glass", "renew", "red")
    exported = run("audit", "export").stdout

    assert ("red", "sealed") == (listed["name"], listed["state"])
    assert not {"password", "secret"} & set(listed)
    assert made["password"] != renewed["password"]
    assert made["secret"] != renewed["secret"]
    assert made["password"] not in exported
    assert "removed" == run_json("break-glass", "remove", "red")["state"]
    for what in ("break_glass.created", "break_glass.sealed"):
        assert what in exported


def test_wrong(run) -> None:
    """A second one of the name, and one that is not there, fail with a sentence."""
    run("break-glass", "create", "red")

    for words in (("create", "red"), ("renew", "blue"), ("remove", "blue"), ("create", "No!")):
        refused = run("break-glass", *words)
        assert (1, "") == (refused.exit_code, refused.stdout)
        assert refused.stderr.startswith("Error: ")
