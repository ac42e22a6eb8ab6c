"""What no line of the product may do, read from its syntax: guessable secrets, slow leaks, unverified TLS."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

SECRET = re.compile(r"(?:^|_)(?:secret|password|passphrase|verifier|challenge|csrf|mac|signature|token)$")
"""Names that hold what somebody could guess letter by letter. Ids and kinds of tokens are none."""
UNVERIFIED = frozenset({"CERT_NONE", "CERT_OPTIONAL", "_create_unverified_context", "disable_warnings"})
OFF = frozenset({"verify", "check_hostname", "assert_hostname", "validate_certs", "cert_reqs", "ssl_verify"})


def guessable(tree: ast.AST) -> Iterator[str]:
    """Yield where something random does not come from the system's generator (CR-03)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(each.name.split(".")[0] == "random" for each in node.names):
            yield f"{node.lineno}: import random"
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield f"{node.lineno}: from random"
        if isinstance(node, ast.Attribute) and node.attr in {"uuid1", "uuid3", "uuid5", "getrandbits"}:
            yield f"{node.lineno}: {node.attr}"


def leaking(tree: ast.AST) -> Iterator[str]:
    """Yield where a secret is compared by `==`, which takes the longer the more of it is right (CR-03)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(each, ast.Constant) or _name(each).isupper() for each in sides):
            continue  # a kind, a limit, or whether there is one at all
        for name in filter(None, map(_name, sides)):
            if SECRET.search(name):
                yield f"{node.lineno}: {name}"


def unverified(tree: ast.AST) -> Iterator[str]:
    """Yield where TLS would believe anybody (CR-05)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and _name(node) in UNVERIFIED:
            yield f"{node.lineno}: {_name(node)}"
        if isinstance(node, ast.keyword) and node.arg in OFF and _is_off(node.value):
            yield f"{node.value.lineno}: {node.arg}"
        if isinstance(node, ast.Assign) and _is_off(node.value) and any(_name(each) in OFF for each in node.targets):
            yield f"{node.lineno}: switched off"


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (False, None, 0, "")


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
