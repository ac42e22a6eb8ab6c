"""The sentences of the pages about second factors, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactorPhrases:
    """One language."""

    second_factor: str
    second_factor_help: str
    second_factor_none: str
    set_up: str
    code_label: str
    use_key: str
    key_failed: str
    security: str
    security_help: str
    security_none: str
    security_change: str
    app_kind: str
    key_kind: str
    added_on: str
    last_used: str
    remove: str
    add_app: str
    add_app_help: str
    app_key: str
    picture: str
    factor_name: str
    add: str
    add_key: str
    needs_script: str
    codes: str
    codes_left: str
    codes_help: str
    codes_new: str
    break_glass: str
    break_glass_help: str
    account: str
    key_shown: str


ENGLISH = FactorPhrases(
    second_factor="Confirm that it is you",
    second_factor_help="Type the six digits of your authenticator app, or one of your recovery codes.",
    second_factor_none=(
        "This platform asks for a second factor. You have not set one up yet: "
        "an app on your telephone, or a security key."
    ),
    set_up="Set up",
    code_label="Code",
    use_key="Use your security key or passkey",
    key_failed="The key did not answer. Try again, or use a code.",
    security="Your second factors",
    security_help=(
        "Some platforms ask for more than your sign-in at work. Set up two "
        "ways, so that you still get in when one is lost."
    ),
    security_none="You have none yet.",
    security_change="Change",
    app_kind="Authenticator app",
    key_kind="Security key or passkey",
    added_on="added {moment}",
    last_used="last used {moment}",
    remove="Remove",
    add_app="Add an authenticator app",
    add_app_help="Scan this picture with the app, or type the key into it. Then type the code that the app shows.",
    app_key="Key",
    picture="Picture with the key",
    factor_name="Name, for instance: my telephone",
    add="Add",
    add_key="Add a security key or passkey",
    needs_script="This needs JavaScript.",
    codes="Recovery codes",
    codes_left="{count} unused",
    codes_help="Print these or write them down. Each is good once, and they are not shown again.",
    codes_new="Make new codes; the old ones are void",
    break_glass="Emergency access",
    break_glass_help="For administrators, when nobody can sign in any other way. Every use is reported at once.",
    account="Account",
    key_shown=(
        "A token for the admin API, shown this once and good until {moment}. "
        "Have the account sealed anew within 24 hours."
    ),
)

DUTCH = FactorPhrases(
    second_factor="Bevestig dat jij het bent",
    second_factor_help="Typ de zes cijfers van je authenticator-app, of een van je herstelcodes.",
    second_factor_none=(
        "Dit platform vraagt om een tweede factor. Je hebt er nog geen "
        "ingesteld: een app op je telefoon of een beveiligingssleutel."
    ),
    set_up="Instellen",
    code_label="Code",
    use_key="Gebruik je beveiligingssleutel of passkey",
    key_failed="De sleutel gaf geen antwoord. Probeer het opnieuw of gebruik een code.",
    security="Jouw tweede factoren",
    security_help=(
        "Sommige platformen vragen meer dan je aanmelding op het werk. Stel "
        "twee manieren in, dan kom je er ook in als je er een kwijt bent."
    ),
    security_none="Je hebt er nog geen.",
    security_change="Wijzigen",
    app_kind="Authenticator-app",
    key_kind="Beveiligingssleutel of passkey",
    added_on="toegevoegd {moment}",
    last_used="laatst gebruikt {moment}",
    remove="Verwijderen",
    add_app="Een authenticator-app toevoegen",
    add_app_help="Scan dit plaatje met de app, of typ de sleutel over. Typ daarna de code die de app laat zien.",
    app_key="Sleutel",
    picture="Plaatje met de sleutel",
    factor_name="Naam, bijvoorbeeld: mijn telefoon",
    add="Toevoegen",
    add_key="Een beveiligingssleutel of passkey toevoegen",
    needs_script="Hiervoor is JavaScript nodig.",
    codes="Herstelcodes",
    codes_left="{count} ongebruikt",
    codes_help="Druk ze af of schrijf ze op. Elke code werkt één keer, en ze worden niet nog eens getoond.",
    codes_new="Nieuwe codes maken; de oude vervallen",
    break_glass="Noodtoegang",
    break_glass_help="Voor beheerders, als niemand zich anders kan aanmelden. Elk gebruik wordt meteen gemeld.",
    account="Account",
    key_shown=(
        "Een token voor de beheer-API, nu eenmalig getoond en geldig tot "
        "{moment}. Laat het account binnen 24 uur opnieuw verzegelen."
    ),
)
