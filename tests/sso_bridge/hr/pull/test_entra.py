"""People of Entra by Microsoft Graph: whom the list of changes names is read anew, and nobody is absent by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from provisioners.errors import FeedRefused
from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.pull.fields import day
from sso_bridge.hr.pull.systems.named import describe
from sso_bridge.outgoing import open_session
from tests.fakes.graph_people import LOGIN, SOURCE, USERS
from tests.fakes.hr_systems import PEOPLE, HrSystem
from tests.lab.lying_op import rsa_key

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def entra() -> HrSystem:
    """A tenant with 38 people and the account of a service."""
    return HrSystem("entra_people")


def change(entra: HrSystem, place: int, **facts: str) -> str:
    """Change somebody; return the number."""
    entra.people[place] = {**entra.people[place], **facts}
    return entra.people[place]["number"]


def test_changes(read, entra):
    """Who was named as changed is read in full, with the manager; who was removed is not said to be absent (PR-04)."""
    mark = read(entra)[0].mark
    numbers = [change(entra, place, unit="Legal") for place in range(1, 21)]
    del entra.people[30]

    reading, rows = read(entra, since=mark)

    assert sorted(numbers) == sorted(row["employee_number"] for row in rows)
    assert {"Legal"} == {row["unit"] for row in rows}
    assert {"E001"} == {row["manager"] for row in rows}
    assert not reading.complete
    assert mark != reading.mark


def test_nothing_changed(read, entra):
    """Nothing changed: no row, and one call."""
    mark = read(entra)[0].mark
    before = len(entra.calls)

    reading, _ = read(entra, since=mark)

    assert (0, 1) == (reading.people, len(entra.calls) - before)


def test_expired_link(read, entra):
    """A link to changes that is too old (410): everybody is read, as changes, by which nobody is absent (PR-04)."""
    mark = read(entra)[0].mark
    entra.graph.expired = True

    reading, rows = read(entra, since=mark)

    assert (len(PEOPLE), False) == (len(rows), reading.complete)
    assert mark != reading.mark


@pytest.mark.parametrize("fault", [(410, {}, "{}"), (500, {}, "{}"), (200, {}, '{"value": []}'), (200, {}, "[]")])
def test_page_seven_of_changes(read, entra, fault):
    """PR-04: the seventh page of the changes goes wrong: nothing is read, or everybody."""
    mark = read(entra)[0].mark
    for place in range(1, 21):
        change(entra, place, unit="Legal")
    entra.faults[len(entra.calls) + 7] = lambda answer, before: fault

    try:
        _, rows = read(entra, since=mark)
    except FeedRefused:
        assert fault[0] != 410
    else:
        assert len(PEOPLE) == len(rows)


def test_many_changes(read, entra):
    """When very many changed, everybody is read instead, as changes."""
    entra.people = [{**PEOPLE[0], "number": f"E{one:03}"} for one in range(1, 320)]
    mark = read(entra, per_page=999)[0].mark
    entra.people = [{**one, "unit": "Legal"} for one in entra.people]
    before = len(entra.calls)

    reading, rows = read(entra, since=mark, per_page=999)

    assert (319, False) == (len(rows), reading.complete)
    assert not any("in+%28" in (call.url or "") or "in%20(" in (call.url or "") for call in entra.calls[before:])


def test_other_columns(read, entra):
    """Changed `columns` change what is tracked: the link of before is not used, everybody is read."""
    mark = read(entra)[0].mark

    _, rows = read(entra, since=mark, columns={"cost_centre": ""})

    assert len(PEOPLE) == len(rows)


@pytest.mark.parametrize("name", ["@odata.deltaLink", "@odata.nextLink"])
def test_link_elsewhere(read, entra, name):
    """AD-14: changes cannot send us, and our token, to another host."""
    entra.faults[1] = lambda answer, before: (200, {}, json.dumps({"value": [], name: "https://graph.example.org/x"}))

    with pytest.raises(FeedRefused, match="at another address"):
        read(entra)

    assert 1 == len(entra.calls)


def test_service_accounts(read, entra):
    """An account without an employee number is nobody of HR's."""
    _, rows = read(entra)

    assert "Backup" not in {row.get("given_name") for row in rows}


def test_waits(read, entra, waits):
    """429 is waited for as long as Graph says, in decimals too."""
    entra.faults[3] = lambda answer, before: (429, {"Retry-After": "2.128"}, '{"error": {"code": "TooManyRequests"}}')

    _, rows = read(entra)

    assert (len(PEOPLE), [2.128]) == (len(rows), waits)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-12-31T00:00:00Z", "2026-12-31"), ("2026-12-31T23:30:00Z", "2027-01-01"),
        ("2026-06-30T22:00:00Z", "2026-07-01"), ("2026-06-30T21:59:59.5Z", "2026-06-30"), ("2026-12-31", "2026-12-31"),
        ("", ""), ("soon after", "soon after"), ("2026-12-31T08:00:00", "2026-12-31T08:00:00"),
    ],
)  # fmt: skip
def test_day_of_a_moment(moment, said):
    """Midnight in UTC is a day; any other moment is the day it falls on where HR is."""
    assert said == day(moment, AMSTERDAM)


def test_last_day(read, entra):
    """The moment at which somebody leaves is the last day."""
    number = change(entra, 4, leaves="2026-12-31T16:00:00Z")

    _, rows = read(entra)

    assert {number: "2026-12-31"} == {row["employee_number"]: row["leaves_on"] for row in rows if "leaves_on" in row}


def test_refused_by_entra(read, entra):
    """A wrong secret is told with Microsoft's number, without Microsoft's text (AD-06)."""
    listen = entra.listen

    def refusing(net):
        said = {"error": "invalid_client", "error_codes": [7000215], "error_description": "secret s3cret is wrong"}
        net.add("POST", f"{LOGIN}/oauth2/v2.0/token", json=said, status=401)
        listen(net)

    entra.listen = refusing

    with pytest.raises(FeedRefused, match="AADSTS7000215") as told:
        read(entra)

    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(("body", "status"), [("{}", 200), ("<html>", 200), ("", 503)])
def test_no_token(read, entra, body, status):
    """An answer without a token ends the reading."""
    listen = entra.listen

    def silent(net):
        net.add("POST", f"{LOGIN}/oauth2/v2.0/token", body=body, status=status)
        listen(net)

    entra.listen = silent

    with pytest.raises(FeedRefused):
        read(entra)


def test_certificate(wire):
    """With a certificate we sign an assertion, and send no secret."""
    key, name = rsa_key(5), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bridge")])
    start = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
    form = serialization.PrivateFormat.PKCS8
    said = {
        "env:CERTIFICATE": made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(),
        "env:KEY": key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode(),
    }
    source = {name: value for name, value in SOURCE.items() if name != "client_secret"}
    source |= {"certificate": "env:CERTIFICATE", "private_key": "env:KEY"}
    base = f"{LOGIN}/oauth2/v2.0"
    wire.add("GET", f"{LOGIN}/v2.0/.well-known/openid-configuration", json={
        "issuer": f"{LOGIN}/v2.0", "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
    })  # fmt: skip
    wire.add("POST", f"{base}/token", json={"token_type": "Bearer", "access_token": "at", "expires_in": 3599})
    known = parse({"hr_sources": {"people": source}}).configuration.hr_sources["people"]

    token = describe(known, said.__getitem__).access.token(open_session([], resolve=lambda _h, _p: ["20.190.159.1"]))

    sent = dict(parse_qsl(wire.calls[-1].request.body))
    assert ("at", "https://graph.microsoft.com/.default") == (token, sent["scope"].split()[0])
    assert "client_secret" not in sent
    assert "x" == jwt.decode(sent["client_assertion"], key.public_key(), ["PS256"], audience=f"{base}/token")["sub"]


def test_government(read):
    """A tenant of another cloud is asked there."""
    source = parse({"hr_sources": {"people": {**SOURCE, "cloud": "china"}}}).configuration.hr_sources["people"]

    described = describe(source, lambda _: "s3cret")

    assert described.url == USERS.replace("graph.microsoft.com", "microsoftgraph.chinacloudapi.cn")
