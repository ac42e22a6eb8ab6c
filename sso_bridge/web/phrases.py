"""All sentences of the employees' pages, in each language; a missing one is a type error, not an empty page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, request

from sso_bridge.web import factor_phrases
from sso_bridge.web.factor_phrases import FactorPhrases


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language. `errors` has a sentence per error code; a code that is not there gets the error's own."""

    code: str
    title: str
    sign_in: str
    sign_in_at: str
    choose: str
    other_ways: str
    somebody_else: str
    begin_again: str
    mail: str
    mail_help: str
    mail_unknown: str
    down: str
    username: str
    password: str
    show_help: str
    on_to: str
    on_the_way: str
    press_button: str
    go_on: str
    portal: str
    portal_empty: str
    open_platform: str
    signed_in_as: str
    sign_out: str
    sign_out_everywhere: str
    sessions: str
    since: str
    here: str
    sign_out_question: str
    signed_out: str
    still_there: str
    sign_out_there: str
    signed_out_there: str
    not_signed_out_there: str
    again: str
    something_wrong: str
    reference: str
    reference_help: str
    back_to_platform: str
    home: str
    not_found: str
    wait: str
    skip: str
    change_password: str
    new_password: str
    new_password_help: str
    old_password: str
    new_password_again: str
    password_changed: str
    factor: FactorPhrases
    errors: Mapping[str, str]


ENGLISH = Phrases(
    code="en",
    title="Sign in",
    sign_in="Sign in",
    sign_in_at="Sign in with {workplace}",
    choose="How would you like to sign in?",
    other_ways="Other ways to sign in",
    somebody_else="Sign in as somebody else",
    begin_again="Begin again",
    mail="Mail address",
    mail_help="Your mail address at work tells where you sign in.",
    mail_unknown="Nobody with this mail address signs in here. Please choose, or try another address.",
    down="{workplace} cannot be reached at the moment. Sign in another way, or try again in a few minutes.",
    username="User name",
    password="Password",  # noqa: S106  the word on the page
    show_help="Use the name and password of your work account.",
    on_to="You go on to {platform}.",
    on_the_way="One moment",
    press_button="Your browser did not go on by itself. Please press the button.",
    go_on="Continue",
    portal="Your platforms",
    portal_empty="There is no platform for you yet.",
    open_platform="Open",
    signed_in_as="Signed in as {name}",
    sign_out="Sign out",
    sign_out_everywhere="Sign out everywhere",
    sessions="Where you are signed in",
    since="since {moment}",
    here="this browser",
    sign_out_question="Do you want to sign out here?",
    signed_out="You are signed out.",
    still_there="You may still be signed in with {workplace}.",
    sign_out_there="Sign out of {workplace} too",
    signed_out_there="You are signed out of {workplace} too.",
    not_signed_out_there="{workplace} did not confirm that you are signed out there. Close your browser to be sure.",
    again="Sign in again",
    something_wrong="That did not work",
    reference="Reference",
    reference_help="Tell these words to the help desk; they find your sign-in by them.",
    back_to_platform="Back to the platform",
    home="To the start page",
    not_found="This page does not exist.",
    wait="Try again in {seconds} seconds.",
    skip="Skip to the content",
    change_password="Change the password",  # noqa: S106  the words on the page
    new_password="New password",  # noqa: S106  the words on the page
    new_password_help="Your workplace decides what a password must look like.",  # noqa: S106
    old_password="Password until now",  # noqa: S106  the words on the page
    new_password_again="New password again",  # noqa: S106  the words on the page
    password_changed="Your password has been changed. Sign in with the new one.",  # noqa: S106
    factor=factor_phrases.ENGLISH,
    errors={},
)

DUTCH = Phrases(
    code="nl",
    title="Aanmelden",
    sign_in="Aanmelden",
    sign_in_at="Aanmelden met {workplace}",
    choose="Hoe wil je je aanmelden?",
    other_ways="Andere manieren om aan te melden",
    somebody_else="Aanmelden als iemand anders",
    begin_again="Opnieuw beginnen",
    mail="Mailadres",
    mail_help="Aan je mailadres op het werk zien we waar je je aanmeldt.",
    mail_unknown="Met dit mailadres meldt zich hier niemand aan. Kies zelf, of probeer een ander adres.",
    down="{workplace} is nu niet bereikbaar. Meld je op een andere manier aan, of probeer het over een paar minuten.",
    username="Gebruikersnaam",
    password="Wachtwoord",  # noqa: S106  the word on the page
    show_help="Gebruik de naam en het wachtwoord van je werkaccount.",
    on_to="Je gaat door naar {platform}.",
    on_the_way="Een ogenblik",
    press_button="Je browser ging niet vanzelf verder. Druk op de knop.",
    go_on="Verder",
    portal="Jouw platformen",
    portal_empty="Er is nog geen platform voor jou.",
    open_platform="Openen",
    signed_in_as="Aangemeld als {name}",
    sign_out="Afmelden",
    sign_out_everywhere="Overal afmelden",
    sessions="Waar je bent aangemeld",
    since="sinds {moment}",
    here="deze browser",
    sign_out_question="Wil je je hier afmelden?",
    signed_out="Je bent afgemeld.",
    still_there="Je bent misschien nog aangemeld bij {workplace}.",
    sign_out_there="Ook afmelden bij {workplace}",
    signed_out_there="Je bent ook afgemeld bij {workplace}.",
    not_signed_out_there="{workplace} bevestigt niet dat je daar bent afgemeld. Sluit voor de zekerheid je browser.",
    again="Opnieuw aanmelden",
    something_wrong="Dat is niet gelukt",
    reference="Kenmerk",
    reference_help="Geef deze woorden door aan de helpdesk; daarmee is jouw aanmelding terug te vinden.",
    back_to_platform="Terug naar het platform",
    home="Naar de startpagina",
    not_found="Deze pagina bestaat niet.",
    wait="Probeer het over {seconds} seconden opnieuw.",
    skip="Naar de inhoud",
    change_password="Wachtwoord wijzigen",  # noqa: S106  the words on the page
    new_password="Nieuw wachtwoord",  # noqa: S106  the words on the page
    new_password_help="Je werk bepaalt waaraan een wachtwoord moet voldoen.",  # noqa: S106
    old_password="Wachtwoord tot nu toe",  # noqa: S106  the words on the page
    new_password_again="Nogmaals het nieuwe wachtwoord",  # noqa: S106  the words on the page
    password_changed="Je wachtwoord is gewijzigd. Meld je aan met het nieuwe.",  # noqa: S106
    factor=factor_phrases.DUTCH,
    errors={
        "bridge_error": "Er ging bij ons iets mis.",
        "bad_request": "Het platform stuurde een verzoek dat we niet kunnen aannemen.",
        "unknown_platform": "Dit platform is niet aangesloten op de aanmelddienst.",
        "attempt_over": "Deze aanmeldpagina is niet meer geldig.",
        "foreign_form": "Deze pagina stond te lang open, of je browser bewaart geen cookies. Probeer het opnieuw.",
        "sign_in_refused": "De naam of het wachtwoord klopt niet, of het account kan niet worden gebruikt.",
        "second_factor_refused": "Die code of sleutel klopt niet, of is al gebruikt.",
        "break_glass_refused": "Dat klopt niet, of het account is gesloten.",
        "factor_not_added": "Dit kan niet worden toegevoegd: het staat er al, of je hebt er tien.",
        "new_passwords_differ": "De twee nieuwe wachtwoorden zijn niet gelijk.",
        "new_password_refused": "Je werk neemt dit nieuwe wachtwoord niet aan.",
        "ticket_refused": "De eigen aanmelding van je computer werd niet aanvaard. Meld je hieronder aan.",
        "not_confirmed": "Je werk heeft niet bevestigd wie je bent.",
        "page_needed": "Je bent niet aangemeld op je werk.",
        "too_many_hops": "Je werd te vaak heen en weer gestuurd. Begin opnieuw.",
        "too_many_attempts": "Er waren te veel pogingen. Wacht even.",
        "workplace_down": "De aanmelddienst van je werk is niet bereikbaar.",
        "unknown_person": "Je bent aangemeld op je werk, maar je bent niet bekend in het personeelsbestand.",
        "link_conflict": "Je bent aangemeld op je werk, maar we weten nog niet zeker wie je bij personeelszaken bent.",
        "person_inactive": "Je account is niet actief.",
        "not_for_you": "Je hebt geen toegang tot dit platform.",
        "rule_failed": "Een regel van dit platform past niet op jouw gegevens. De beheerder kan zien waarom.",
        "login_required": "Je bent niet aangemeld.",
        "assurance_not_met": "Dit platform vraagt om een sterkere aanmelding dan je werk biedt.",
        "name_not_possible": "Dit platform vraagt om een naam van jou die we niet kunnen geven.",
        "somebody_else": "Het platform verwachtte dat iemand anders zich zou aanmelden.",
        "value_not_sendable": "In het personeelsbestand staat een fout die je aanmelding hier tegenhoudt.",
    },
)

LANGUAGES = {"en": ENGLISH, "nl": DUTCH}


def phrases() -> Phrases:
    """Return the language of this request: what the browser prefers, or the settings' default."""
    usual = str(current_app.config.get("DEFAULT_LANGUAGE", "en"))
    wanted = request.accept_languages.best_match(list(LANGUAGES), usual)
    return LANGUAGES.get(wanted or usual, ENGLISH)


def sentence(words: Phrases, code: str, own: str) -> str:
    """Return what an error says in this language."""
    return words.errors.get(code, own)
