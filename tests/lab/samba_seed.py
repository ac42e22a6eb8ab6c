"""Makes an Active Directory domain on disk, with people. Run by Debian's own Python, which has Samba's modules.

`/usr/bin/python3 samba_seed.py FOLDER < plan.json`. Goes around the network: entries are written into the database
itself, some hundreds in one transaction, and only few people get a password (each costs 25 ms of key derivation).
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldb
import samba.dckeytab  # noqa: F401  gives `Net` its export_keytab
from samba import param, provision
from samba.auth import system_session
from samba.credentials import Credentials
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.net import Net
from samba.samdb import SamDB

BATCH = 500
FILETIME = 116_444_736_000_000_000
"""1970 in the time of Windows, which counts tenths of microseconds from 1601."""

BYPASS = ["local_oid:1.3.6.1.4.1.7165.4.3.12:0"]
"""Lets the age of a password and a lock be written as they are."""

POLICY = {
    "lockoutThreshold": "10",
    "lockoutDuration": str(-(2**63)),  # until an administrator unlocks: the seed is kept
    "lockOutObservationWindow": str(-1800 * 10**7),
    "maxPwdAge": str(-3000 * 86400 * 10**7),
    "minPwdAge": "0",
    "pwdHistoryLength": "0",
}
GET_CHANGES = "(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;{0})(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;{0})"


def main(folder: Path, plan: dict[str, Any]) -> None:
    """Make the domain of this plan below the folder."""
    made = provision.provision(
        logging.getLogger(),
        system_session(),
        targetdir=str(folder),
        realm=plan["realm"],
        domain=plan["netbios"],
        hostname="dc1",
        hostip=plan["address"],
        adminpass=plan["admin_password"],
        serverrole="active directory domain controller",
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
        dns_backend="SAMBA_INTERNAL",
        use_rfc2307=True,
        samdb_fill=provision.FILL_FULL,
        lp=param.LoadParm(),
        skip_sysvolacl=True,  # only group policy needs it, and only real root could write it
    )
    sam = SamDB(url=made.paths.samdb, session_info=system_session(), lp=made.lp)
    for name, value in POLICY.items():
        sam.modify(replacement(sam, [plan["base"], name, [value]]))
    for batch in batches(plan["entries"]):
        sam.transaction_start()
        for entry in batch:
            sam.add(stored(entry))
        sam.transaction_commit()
    for batch in batches(plan["changes"]):
        sam.transaction_start()
        for change in batch:
            sam.modify(replacement(sam, change), BYPASS if change[1] in {"pwdLastSet", "lockoutTime"} else [])
        sam.transaction_commit()
    let_read_changes(sam, made.paths.samdb, plan["base"], plan["replicator"])
    machine = Credentials()
    machine.guess(made.lp)
    machine.set_machine_account(made.lp)
    for file, principal in plan["keytabs"]:
        Net(machine, made.lp).export_keytab(keytab=str(folder / file), principal=principal)


def batches(rows: list[Any]) -> Iterator[list[Any]]:
    """Yield the rows in parts of one transaction each."""
    for at in range(0, len(rows), BATCH):
        yield rows[at : at + BATCH]


def stored(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry as the database takes it: a password in quotes and UTF-16."""
    password = entry.pop("password", None)
    return entry if password is None else {**entry, "unicodePwd": f'"{password}"'.encode("utf-16-le")}


def replacement(sam: SamDB, change: list[Any]) -> ldb.Message:
    """Return the replacement of one attribute's values; the value `now` is this moment as Windows writes it."""
    dn, name, values = change
    now = str(int(time.time() * 10**7) + FILETIME)
    message = ldb.Message(ldb.Dn(sam, dn))
    texts = [bytes.fromhex(one[4:]) if one.startswith("hex:") else {"now": now}.get(one, one) for one in values]
    message[name] = ldb.MessageElement(texts, ldb.FLAG_MOD_REPLACE, name)
    return message


def let_read_changes(sam: SamDB, url: str, base: str, dn: str) -> None:
    """Give this account the two rights that DirSync asks for."""
    found = sam.search(dn, ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0]
    sid = sam.schema_format_value("objectSid", found).decode()
    rights = ["--action=allow", f"--objectdn={base}", f"--sddl={GET_CHANGES.format(sid)}"]
    command = ["samba-tool", "dsacl", "set", "-H", url, f"--configfile={sam.lp.configfile}", *rights]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.load(sys.stdin))
