"""Tokens of foreign tenants, and tokens that msal alone would believe."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import responses

from sso_bridge.errors import SignInRefused, WorkplaceDown
from tests.fakes.entra import CLIENT, OTHER, TENANT, EntraWorkplace, FakeEntra
from tests.lab.lying_op import rsa_key

PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        yield net


@pytest.fixture
def entra(net, clock) -> FakeEntra:
    return FakeEntra(clock, net)


def reason(workplace, **wish) -> str:
    """Sign in and return the audit's reason of the refusal."""
    began = time.process_time()
    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in(**wish)
    assert time.process_time() - began < 1
    return caught.value.reason


SAYS = {
    "foreign tenant": ({"tid": OTHER, "iss": f"https://login.microsoftonline.com/{OTHER}/v2.0"}, "id_token_issuer"),
    "our tenant, foreign issuer": ({"iss": f"https://login.microsoftonline.com/{OTHER}/v2.0"}, "id_token_issuer"),
    "foreign tenant, our issuer": ({"tid": OTHER}, "id_token_issuer"),
    "no tenant": ({"tid": None}, "id_token_issuer"),
    "tenant is a list": ({"tid": [TENANT]}, "id_token_issuer"),
    "tenant in capitals": ({"tid": TENANT.upper()}, "id_token_issuer"),
    "version 1": ({"iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0"}, "id_token_issuer"),
    "template as issuer": ({"iss": "https://login.microsoftonline.com/{tenantid}/v2.0"}, "id_token_issuer"),
    "another cloud": ({"iss": f"https://login.microsoftonline.us/{TENANT}/v2.0"}, "id_token_issuer"),
    "another application": ({"aud": OTHER}, "id_token_audience"),
    "several applications": ({"aud": [CLIENT, OTHER]}, "id_token_audience"),
    "no person": ({"oid": None}, "id_token_subject"),
    "person is a list": ({"oid": ["x"]}, "id_token_subject"),
    "expired": ({"exp": 1_700_000_000}, "id_token_expired"),
    "no exp": ({"exp": None}, "id_token_exp"),
    "another nonce": ({"nonce": "0" * 64}, "id_token_nonce"),
    "no nonce": ({"nonce": None}, "id_token_nonce"),
}


@pytest.mark.parametrize("name", SAYS)
def test_says(entra, name):
    """A token of another tenant, application, cloud, version or sign-in is refused (RP-03, RP-04)."""
    entra.more, expected = SAYS[name]

    assert expected == reason(EntraWorkplace(entra))


def test_forged_signature(entra):
    """A token under a key that is not the tenant's, which msal takes, is refused (RP-03)."""
    entra.keys = {"k1": rsa_key(0)}
    workplace = EntraWorkplace(entra)
    workplace.sign_in()
    entra.id_token = lambda: forged(entra, "k1")

    assert "id_token_signature" == reason(workplace)

    entra.id_token = lambda: forged(entra, "made-up")
    assert "id_token_key" == reason(workplace)


def forged(entra, kid) -> str:
    import jwt  # noqa: PLC0415  the forger's

    return jwt.encode(entra.claims(), rsa_key(99), algorithm="RS256", headers={"kid": kid})


@pytest.mark.parametrize("token", [None, "", 7, "a.b.c", "a.b", "....", "eyJhbGciOiJub25lIn0.e30."])
def test_garbage(entra, token):
    """Whatever stands in the place of the token is a refusal, never an error of ours (RP-03)."""
    entra.id_token = lambda: token

    assert reason(EntraWorkplace(entra)).startswith("id_token_")


def test_algorithms(entra):
    """Only RS256, as Entra signs (OP-14)."""
    import jwt  # noqa: PLC0415

    workplace = EntraWorkplace(entra)
    for algorithm in ("RS512", "PS256"):
        entra.id_token = lambda algorithm=algorithm: jwt.encode(
            entra.claims(), rsa_key(0), algorithm=algorithm, headers={"kid": "k1"}
        )
        assert "id_token_algorithm" == reason(workplace)


def test_key_of_another_issuer(entra):
    """A key that Entra publishes for another issuer signs nothing for this tenant (RP-04)."""
    entra.key_issuer = f"https://login.microsoftonline.com/{PERSONAL}/v2.0"

    assert "id_token_issuer" == reason(EntraWorkplace(entra))


def test_whoever_has_an_account(net, clock):
    """With `organizations` only listed tenants count, each under its own issuer (RP-04)."""
    entra = FakeEntra(clock, net, "organizations")
    workplace = EntraWorkplace(entra, {"tenants": (TENANT,)})
    assert TENANT == workplace.sign_in().subject.qualifier

    entra.person["tid"] = OTHER
    assert "id_token_issuer" == reason(workplace)
    entra.more = {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0"}
    assert "id_token_issuer" == reason(workplace)
    assert "id_token_issuer" == reason(EntraWorkplace(entra, {"tenants": ()}))


def test_metadata_of_another_tenant(entra):
    """A discovery document that is about another tenant is not believed (RP-02)."""
    entra.issuer = f"https://login.microsoftonline.com/{OTHER}/v2.0"

    with pytest.raises(WorkplaceDown, match="another issuer"):
        EntraWorkplace(entra).sign_in()


@pytest.mark.parametrize("issuer", ["https://login.microsoftonline.com/{tenantid}/v2.0", "https://evil/x/v2.0", "", 7])
def test_metadata_for_a_domain(net, clock, issuer):
    """Asked by a domain of the tenant, the document must name one tenant of this cloud (RP-02)."""
    entra = FakeEntra(clock, net, "corp.example")
    assert TENANT == EntraWorkplace(entra).sign_in().subject.qualifier

    entra.issuer = issuer
    with pytest.raises(WorkplaceDown, match="another issuer"):
        EntraWorkplace(entra).sign_in()


def test_same_name_is_not_the_same_person(entra):
    """A UPN and a mail address that were given to somebody else make no other subject out of (tid, oid) (RP-04)."""
    workplace = EntraWorkplace(entra)
    before = workplace.sign_in()
    entra.person |= {"preferred_username": "boss@corp.example", "email": "boss@corp.example", "sub": "pairwise-9"}
    renamed = workplace.sign_in()
    entra.person |= {"oid": OTHER}
    other = workplace.sign_in()

    assert before.subject == renamed.subject != other.subject


@pytest.mark.parametrize(("said", "verified"), [(True, True), ("1", True), (1, True), (None, False), (False, False)])
def test_mail_of_the_tenant(entra, said, verified):
    """A mail address counts as verified only with `xms_edov`: anybody can write any address into a tenant (RP-04)."""
    entra.more = {"xms_edov": said, "email_verified": True}

    assert verified == ("mail" in EntraWorkplace(entra).sign_in().attributes)


def test_other_states(entra):
    """State and callback are checked before msal sees anything (RP-01, RP-02)."""
    workplace = EntraWorkplace(entra)
    away = workplace.begin()
    for fields, expected in (({"state": "h-2"}, "state"), ({"code": ""}, "code_missing")):
        with pytest.raises(SignInRefused) as caught:
            workplace.party.finish(workplace.back(**fields), away.note)
        assert expected == caught.value.reason
    with pytest.raises(SignInRefused) as caught:
        workplace.party.finish(workplace.back(), None)

    assert "unsolicited" == caught.value.reason
    assert [] == entra.forms


def test_graph_elsewhere(entra):
    """The address of the groups comes from the cloud, never out of the token or a page (AD-14)."""
    import json  # noqa: PLC0415

    entra.with_graph()
    workplace = EntraWorkplace(entra, {"groups": True})
    source = {"src1": {"endpoint": "https://evil.example/groups"}}
    entra.more = {"_claim_names": {"groups": "src1"}, "_claim_sources": source}
    assert {f"g-{number}" for number in range(5)} == workplace.sign_in().groups

    for link in ("https://evil.example/v1.0/me", "http://graph.microsoft.com/v1.0/me", "//graph.microsoft.com/", 7):
        told = json.dumps({"value": [], "@odata.nextLink": link})
        entra.graph = lambda _url, told=told: (200, {"Content-Type": "application/json"}, told)
        with pytest.raises(WorkplaceDown, match="somewhere else"):
            workplace.sign_in()
