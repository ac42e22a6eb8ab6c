"""Which workplace is this browser's?"""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from sso_bridge.login.authenticate.choose import Chooser, Manner, Situation, mark
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from tests.fakes.clock import FakeClock
from tests.fakes.desktop import KERBEROS, Desktop
from tests.fakes.office import Office

CLOCK = FakeClock()
OUT, IN = "203.0.113.7", "10.1.2.3"


def manner(*domains: str, net: str = "", silent: bool = False) -> Manner:
    """Return a manner in short."""
    return Manner(networks=(ip_network(net),) if net else (), domains=domains, silent=silent)


def chooser(tmp_path, desktop: str = "", **manners: Manner) -> Chooser:
    """Return workplaces north and south with pages of their own, staff with passwords, and perhaps a desktop."""
    doors = {name: Office(name, CLOCK) for name in ("north", "south")}
    doors["staff"] = PasswordFile(FileSettings("staff", tmp_path / "none"), CLOCK)
    if desktop:
        doors["desktop"] = Desktop(CLOCK, desktop)
    return Chooser(doors, manners)


def test_nothing_known(tmp_path):
    """Without any sign one chooses, and the one password form is on the same page."""
    choice = chooser(tmp_path).choose(Situation(OUT))

    assert ("", ("staff",), ("north", "south")) == (choice.go, choice.forms, choice.pages)
    assert not choice.others


def test_only_one():
    """The only workplace needs no choosing; somebody who came back from it gets a page."""
    only = Chooser({"north": Office("north", CLOCK)}, {})

    assert "north" == only.choose(Situation(OUT)).go
    assert ("", ("north",)) == (
        only.choose(Situation(OUT, settled=True)).go,
        only.choose(Situation(settled=True)).pages,
    )


def test_remembered(tmp_path):
    """The workplace of the last time is gone to at once; a cookie that names none decides nothing."""
    doors = chooser(tmp_path)

    assert "south" == doors.choose(Situation(OUT, remembered=mark("south"))).go
    form = doors.choose(Situation(OUT, remembered=mark("staff")))
    assert (("staff",), (), True) == (form.forms, form.pages, form.others)
    assert "" == doors.choose(Situation(OUT, remembered="south")).go


def test_network(tmp_path):
    """The network decides; remembered comes first, but not for a workplace that is out of reach."""
    doors = chooser(tmp_path, north=manner(net="10.0.0.0/8"))

    assert "north" == doors.choose(Situation(IN)).go
    assert "north" == doors.choose(Situation(f"::ffff:{IN}")).go
    assert "" == doors.choose(Situation(OUT)).go
    assert "south" == doors.choose(Situation(IN, remembered=mark("south"))).go
    assert "" == doors.choose(Situation(OUT, remembered=mark("north"))).go
    assert "" == doors.choose(Situation("nonsense")).go


def test_ticket_comes_before_the_hint(tmp_path):
    """A ticket is asked for before a hint is followed; the page behind the question is the one of the hint."""
    doors = chooser(tmp_path, "10.", north=manner("north.example"))
    inside = doors.choose(Situation(IN, hint="ada@north.example"))

    assert ("", ("desktop",), ("north",)) == (inside.go, inside.tickets, inside.pages)
    assert "north" == doors.choose(Situation(OUT, hint="ada@north.example")).go
    assert "north" == doors.choose(Situation(IN, hint="ada@north.example", tried=("desktop",))).go


def test_ticket_once(tmp_path):
    """A ticket is asked for once, and never for a fresh sign-in, somebody else, or a stronger one than it is."""
    doors = chooser(tmp_path, "10.")
    asked = {
        "plain": Situation(IN),
        "again": Situation(IN, tried=("desktop",)),
        "fresh": Situation(IN, fresh=True),
        "other": Situation(IN, settled=True),
        "strong": Situation(IN, acr_values=("urn:strong",)),
        "kerberos": Situation(IN, acr_values=(KERBEROS,)),
    }

    assert ["plain", "kerberos"] == [name for name, at in asked.items() if doors.choose(at).tickets]


@pytest.mark.parametrize(
    ("hint", "goes"),
    [
        ("ada@north.example", "north"),
        ("ADA@NORTH.EXAMPLE", "north"),
        ("ada@sub.north.example", ""),
        ("north.example", ""),
        ("ada@evil.test@north.example", "north"),
        ("ada", ""),
    ],
)
def test_hint(tmp_path, hint: str, goes: str):
    """The platform's hint decides by its mail domain, compared as a whole."""
    assert goes == chooser(tmp_path, north=manner("north.example")).choose(Situation(OUT, hint=hint)).go


def test_hint_against_memory(tmp_path):
    """A hint that names another workplace's people outranks what the browser remembers: it is about this request."""
    doors = chooser(tmp_path, north=manner("north.example"))

    assert "north" == doors.choose(Situation(OUT, hint="ada@north.example", remembered=mark("south"))).go
    assert "south" == doors.choose(Situation(OUT, hint="ada@other.example", remembered=mark("south"))).go


def test_mail_page(tmp_path):
    """The mail address is asked for when it decides for everybody, and a domain of several leads to a choice."""
    doors = chooser(
        tmp_path, north=manner("a.example"), south=manner("a.example", "b.example"), staff=manner("c.example")
    )

    assert doors.choose(Situation(OUT)).asks_mail
    assert "south" == doors.choose(Situation(OUT, mail="x@b.example", settled=True)).go
    assert ("north", "south") == doors.choose(Situation(OUT, mail="x@a.example")).pages
    unknown = doors.choose(Situation(OUT, mail="x@z.example"))
    assert (True, ("north", "south"), False) == (unknown.unknown_mail, unknown.pages, unknown.asks_mail)
    assert not chooser(tmp_path, north=manner("a.example")).choose(Situation(OUT)).asks_mail


def test_silent(tmp_path):
    """Silent workplaces are tried in the likeliest order, each once, from its own network only."""
    silent = {"north": manner("n.example", silent=True), "south": manner("s.example", net="10.0.0.0/8", silent=True)}
    doors = chooser(tmp_path, **silent)

    assert ("north",) == doors.silent(Situation(OUT))
    assert ("north", "south") == doors.silent(Situation(IN))
    assert ("south", "north") == doors.silent(Situation(IN, remembered=mark("south")))
    assert ("south",) == doors.silent(Situation(IN, hint="ada@s.example"))
    assert ("south",) == doors.silent(Situation(IN, tried=("north",)))
    assert () == doors.silent(Situation(IN, settled=True)) + doors.silent(Situation(IN, fresh=True))


def test_silent_is_bounded():
    """Of many silent workplaces three are tried: hops must be left for the person."""
    names = [f"w{number}" for number in range(6)]
    many = Chooser({name: Office(name, CLOCK) for name in names}, {name: manner(silent=True) for name in names})

    assert () == many.silent(Situation(OUT, tried=("w0", "w1", "w2")))


def test_strength(tmp_path):
    """A form that cannot give what is asked is not shown; a workplace with its own pages may always answer."""
    choice = chooser(tmp_path).choose(Situation(OUT, acr_values=("urn:strong",)))

    assert ((), ("north", "south")) == (choice.forms, choice.pages)


def test_mark_tells_nothing():
    """What the browser keeps does not hold the name, and differs for each workplace."""
    assert "south" not in mark("south")
    assert mark("south") != mark("north")


def test_levels():
    """Only what stands in the table has another name here, and several names of theirs may be one of ours."""
    manner = Manner(levels={"1": "urn:low", "2": "urn:high", "c2": "urn:high"})

    assert ("urn:low", "3") == (manner.level("1"), manner.level("3"))
    assert ("2", "c2", "urn:other") == manner.theirs(("urn:high", "urn:other"))
    assert (True, False, False) == tuple(manner.states(one) for one in (("urn:low",), ("1",), ()))
