"""Genuinely signed assertions that are not for us, not for now, or not for this sign-in: nobody gets in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sso_bridge.errors import AssuranceNotMet, PageNeeded
from tests.fakes.clock import START
from tests.fakes.saml_door import NOTE, Door, refusal
from tests.fakes.saml_workplace import BEARER, PERSISTENT, SUCCESS, US, Says, post, stamp

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
UNSOLICITED = Says(request=None)


@pytest.fixture(
    params=[("assertion",), ("response",), ("assertion", "response")], ids=["assertion", "response", "both"]
)
def where(request) -> tuple[str, ...]:
    """What is signed."""
    return request.param


@pytest.fixture
def door() -> Door:
    """A workplace that trusts one key."""
    return Door()


def status(*codes: str) -> str:
    """Write a status, codes one inside the other."""
    inner = ""
    for code in reversed(codes):
        inner = f'<samlp:StatusCode Value="{code}">{inner}</samlp:StatusCode>'
    return f"<samlp:Status>{inner}</samlp:Status>"


@pytest.mark.parametrize(
    "codes",
    [
        (STATUS + "Requester",),
        (STATUS + "Responder", SUCCESS),
        (STATUS + "Responder", STATUS + "AuthnFailed"),
        (STATUS + "success",),
        ("Success",),
        ("",),
    ],
    ids=["requester", "nested_success", "failed", "other_case", "short", "empty"],
)
def test_status_other_than_success(door, where, codes):
    """Only Success at the top lets anybody in, whatever assertion lies inside (SP-13)."""
    assert "saml_status" == refusal(door, door.idp.answer(Says(status=status(*codes)), *where))


def test_failure_without_assertion(door):
    """A failure without an assertion is told with its code (SP-13)."""
    says = Says(status=status(STATUS + "Responder", STATUS + "AuthnFailed"))

    assert "saml_status" == refusal(door, post(says.response("")))


@pytest.mark.parametrize(("code", "outcome"), [("NoPassive", PageNeeded), ("NoAuthnContext", AssuranceNotMet)])
def test_status_with_a_meaning(door, code, outcome):
    """That a page is needed, or no such sign-in is possible, is told as what it is (SP-13)."""
    says = Says(status=status(STATUS + "Responder", STATUS + code))

    with pytest.raises(outcome):
        door.finish(post(says.response("")))


def test_failure_of_another_sign_in(door):
    """Also a failure counts only as an answer to our own request (SP-19)."""
    says = Says(status=status(STATUS + "Responder", STATUS + "NoPassive"), request="_other")

    assert "saml_in_response_to" == refusal(door, post(says.response("")))


@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.test/entity",
        "https://IDP.test/entity",
        "https://idp.test/entity/",
        " https://idp.test/entity",
        "",
        None,
    ],
)
@pytest.mark.parametrize("place", ["assertion", "response"])
def test_issuer(door, where, issuer, place):
    """The issuer is the identity provider that was asked, letter by letter, in both places (SP-14)."""
    told = (
        {"issuer": issuer, "response_issuer": "https://idp.test/entity"}
        if place == "assertion"
        else {"response_issuer": issuer}
    )
    if place == "response" and issuer is None and "response" not in where:
        assert door.finish(door.idp.answer(Says(**told), *where))  # an unsigned Response need not name its issuer
        return

    assert refusal(door, door.idp.answer(Says(**told), *where)) in {"saml_issuer", "saml_malformed"}


def one(*audiences: str) -> str:
    """Write an AudienceRestriction."""
    inner = "".join(f"<saml:Audience>{each}</saml:Audience>" for each in audiences)
    return f"<saml:AudienceRestriction>{inner}</saml:AudienceRestriction>"


OURS = f"{US}/metadata"
AUDIENCES = {
    "none": None,
    "empty": "<saml:AudienceRestriction/>",
    "blank": one(""),
    "prefix": one(US),
    "longer": one(OURS + "/x"),
    "other": one("https://other.test/sp"),
    "other_case": one(OURS.replace("bridge", "BRIDGE")),
    "blanks": one(f" {OURS} "),
    "two_of_which_one_is_ours": one(OURS) + one("https://other.test/sp"),
    "two_the_other_way": one("https://other.test/sp") + one(OURS),
    "unknown_condition": one(OURS)
    + '<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:d="urn:d" xsi:type="d:Delegation"/>',
}


@pytest.mark.parametrize("kind", AUDIENCES)
def test_audience(door, where, kind):
    """Every audience restriction names us exactly, there is one, and no condition is unknown (SP-15)."""
    assert refusal(door, door.idp.answer(Says(audience=AUDIENCES[kind]), *where)) in {"saml_audience", "saml_malformed"}


def test_no_conditions(door, where):
    """Without Conditions nothing says for whom it is (SP-15)."""
    assert "saml_malformed" == refusal(door, door.idp.answer(Says(conditions=""), *where))


@pytest.mark.parametrize(
    "recipient",
    [
        None,
        "",
        "https://other.test/acs",
        f"https://evil.test/?x={US}/acs",
        f"{US}/acs/",
        f"{US}/acs?x=1",
        f"{US}/ac",
        f" {US}/acs",
        f"{US.upper()}/acs",
    ],
)
def test_recipient(door, where, recipient):
    """The recipient is our address exactly; one that only contains or begins it is refused (SP-16)."""
    assert "saml_confirmation" == refusal(door, door.idp.answer(Says(recipient=recipient), *where))


def confirmed(method: str = BEARER, data: str | None = None) -> str:
    """Write a confirmation."""
    right = f' Recipient="{US}/acs" InResponseTo="_request" NotOnOrAfter="{stamp(START + timedelta(minutes=5))}"'
    inner = f"<saml:SubjectConfirmationData{right if data is None else data}/>"
    return f'<saml:SubjectConfirmation Method="{method}">{inner}</saml:SubjectConfirmation>'


CONFIRMATIONS = {
    "none": "",
    "without_data": f'<saml:SubjectConfirmation Method="{BEARER}"/>',
    "without_end": confirmed(data=f' Recipient="{US}/acs" InResponseTo="_request"'),
    "holder_of_key": confirmed("urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    "sender_vouches": confirmed("urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
    "other_case": confirmed(BEARER.upper()),
}


@pytest.mark.parametrize("kind", CONFIRMATIONS)
def test_confirmation(door, where, kind):
    """Only a complete bearer confirmation counts (SP-16)."""
    answer = door.idp.answer(Says(confirmation=CONFIRMATIONS[kind]), *where)

    assert refusal(door, answer) in {"saml_confirmation", "saml_malformed"}


def test_one_good_confirmation_is_enough(door):
    """A confirmation of another method, or for another address, beside a good one does no harm (SP-16)."""
    other = confirmed("urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
    elsewhere = confirmed(data=f' Recipient="https://x.test/" NotOnOrAfter="{stamp(START + timedelta(minutes=5))}"')

    login = door.finish(door.idp.answer(Says(confirmation=other + elsewhere + confirmed())))

    assert "ada-0001" == login.subject.value


@pytest.mark.parametrize("destination", ["", "https://other.test/acs", f"{US}/acs/x", f"{US}/acsx", US, None])
def test_destination(door, where, destination):
    """The destination is our address exactly; a signed Response must have one (SP-17)."""
    if destination is None and "response" not in where:
        assert "ada-0001" == door.finish(door.idp.answer(Says(destination=None), *where)).subject.value
        return

    assert "saml_destination" == refusal(door, door.idp.answer(Says(destination=destination), *where))


def test_other_address(door):
    """An answer that came to the address of another workplace is refused (SP-17, SP-24)."""
    returned = replace(door.idp.answer(), address="https://bridge.test/workplace/other/saml/acs")

    assert "saml_destination" == refusal(door, returned)


WINDOWS = {
    "conditions_begin": lambda s: {"begins": timedelta(seconds=s)},
    "conditions_end": lambda s: {"ends": timedelta(seconds=-s)},
    "confirmation_ends": lambda s: {"confirmed": timedelta(seconds=-s)},
    "confirmation_begins": lambda s: {"not_before": timedelta(seconds=s)},
    "session_ends": lambda s: {"session_ends": timedelta(seconds=-s)},
    "signed_in": lambda s: {"signed_in": timedelta(seconds=s)},
}


@pytest.mark.parametrize("what", WINDOWS)
def test_fifty_seconds_are_forgiven(door, where, what):
    """Clocks that differ by 50 s keep nobody out, in no place (SP-18)."""
    assert "ada-0001" == door.finish(door.idp.answer(Says(**WINDOWS[what](50)), *where)).subject.value


@pytest.mark.parametrize("what", WINDOWS)
def test_ten_minutes_are_not(door, where, what):
    """Ten minutes too early or too late are refused, in every place alike (SP-18)."""
    assert "saml_time" == refusal(door, door.idp.answer(Says(**WINDOWS[what](600)), *where))


@pytest.mark.parametrize("minutes", [-60, 13, 525_600])
def test_issue_instant(door, where, minutes):
    """What was issued a year ago, or will be in an hour, is refused however long it says to be valid (SP-18)."""
    says = Says(now=START - timedelta(minutes=minutes), begins=timedelta(minutes=-600), ends=timedelta(minutes=525_700))
    says = replace(says, confirmed=timedelta(minutes=525_700), session_ends=None)

    assert "saml_time" == refusal(door, door.idp.answer(says, *where))


@pytest.mark.parametrize("what", ["ends", "confirmed"])
def test_ten_years(door, where, what):
    """A promise to be valid for ten years is refused (SP-18)."""
    assert "saml_time" == refusal(door, door.idp.answer(Says(**{what: timedelta(days=3650)}), *where))


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13-01T00:00:00Z", "2026-11-02", "2026-11-02T09:05:00+05:00", "9" * 5000]
)
@pytest.mark.parametrize("name", ["NotOnOrAfter", "NotBefore", "AuthnInstant", "IssueInstant"])
def test_unreadable_moment(door, name, text):
    """A moment that cannot be read is refused, never ignored (SP-18)."""
    head, _, rest = Says().response().decode().partition("<saml:Assertion")
    written = rest.split(f'{name}="', 1)
    xml = f'{head}<saml:Assertion{written[0]}{name}="{text}"{written[1].split(chr(34), 1)[1]}'

    assert refusal(door, post(door.idp.signed(xml.encode()))) in {"saml_time", "saml_malformed"}


def test_skew_is_one_setting():
    """The agreed difference of clocks is a setting, and the same everywhere (SP-18)."""
    generous = Door(settings={"clock_skew": timedelta(seconds=300)})

    for what, window in WINDOWS.items():
        says = Says(**window(250), assertion_id=f"_{what}", request=f"_r{what}")
        generous.finish(generous.idp.answer(says), {"request": f"_r{what}"})


ANSWERED = {
    "other_session": {"request": "_other"},
    "confirmation_only_other": {"confirmed_to": "_other"},
    "confirmation_without": {"confirmed_to": None},
    "only_in_the_response": {"confirmed_to": None, "response_to": "_request"},
    "response_other": {"response_to": "_other"},
    "empty": {"confirmed_to": ""},
    "nothing_at_all": {"request": None},
}


@pytest.mark.parametrize("kind", ANSWERED)
def test_in_response_to(door, where, kind):
    """The signed confirmation names the very request this browser was sent with (SP-19; measured gap)."""
    reason = refusal(door, door.idp.answer(Says(**ANSWERED[kind]), *where))

    assert reason in {"saml_in_response_to", "saml_malformed"}


def test_in_response_to_removed_from_unsigned_part(door):
    """Removing InResponseTo from the unsigned Response changes nothing: the signed part decides (SP-19)."""
    xml = door.idp.signed(Says(request="_victim").response()).replace(b' InResponseTo="_victim"', b"", 1)

    assert "saml_in_response_to" == refusal(door, post(xml))


def test_unsolicited_is_off(door, where):
    """Nobody comes unasked, unless it was switched on (SP-20)."""
    assert "saml_unsolicited" == refusal(door, door.idp.answer(UNSOLICITED, *where), None)


def test_unsolicited_switched_on(where):
    """Switched on, an answer nobody asked for is taken, once; one to somebody's request is not (SP-20, SP-21)."""
    door = Door(settings={"unsolicited": True})
    answer = door.idp.answer(UNSOLICITED, *where)

    assert "ada-0001" == door.finish(answer, None).subject.value
    assert "saml_replay" == refusal(door, answer, None)
    assert "saml_in_response_to" == refusal(door, door.idp.answer(Says(assertion_id="_a2"), *where), None)


def test_asked_for_but_unsolicited_came():
    """Also where people may come unasked, an answer to our request must name it (SP-19, SP-20)."""
    door = Door(settings={"unsolicited": True})

    assert "saml_in_response_to" == refusal(door, door.idp.answer(UNSOLICITED), NOTE)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "a" * 257,
        "a" * 100_000,
        "ad\ra",
        "ad\na",
        "ad\ta",
        "ad&#10;a",
        "ad&#9;a",
        "ad&#13;a",
        "a\u0085b",
        "a\u202eb",
    ],
)
def test_name(door, where, name):
    """A NameID is a short text without control characters (SP-22; measured gap)."""
    assert refusal(door, door.idp.answer(Says(name=name), *where)) in {"saml_name", "saml_malformed"}


@pytest.mark.parametrize("qualifier", ["https://other.test/sp", US, f"{OURS}/"])
def test_name_for_another_service(door, where, qualifier):
    """A NameID made for another service provider is not ours to use (SP-22)."""
    marked = f' Format="{PERSISTENT}" SPNameQualifier="{qualifier}"'

    assert "saml_name" == refusal(door, door.idp.answer(Says(name_attributes=marked), *where))


@pytest.mark.parametrize(
    "form",
    [
        "2.0:nameid-format:transient",
        "1.1:nameid-format:emailAddress",
        "1.1:nameid-format:unspecified",
        "2.0:nameid-format:Persistent",
    ],
)
def test_name_that_is_not_permanent(door, form):
    """A name that is new each time, or a mail address, never names a person for us (SP-22, RP-04)."""
    marked = f' Format="urn:oasis:names:tc:SAML:{form}"'

    assert "saml_name" == refusal(door, door.idp.answer(Says(name_attributes=marked)))


@pytest.mark.parametrize("subject", ["", "<saml:Subject/>", "<saml:Subject><saml:EncryptedID/></saml:Subject>"])
def test_nobody(door, where, subject):
    """An assertion about nobody lets nobody in (SP-04, SP-22)."""
    answer = door.idp.answer(Says(subject=subject), *where)

    assert refusal(door, answer) in {"saml_malformed", "saml_name", "saml_confirmation"}


def test_old_sign_in_where_a_fresh_one_was_asked_for(door):
    """ForceAuthn is not believed to have worked: the sign-in must have happened since (IDP-05)."""
    says = Says(signed_in=timedelta(hours=-2))

    assert "saml_not_fresh" == refusal(door, door.idp.answer(says), {**NOTE, "fresh_since": stamp(START)})
