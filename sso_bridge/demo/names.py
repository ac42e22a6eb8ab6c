"""Dutch names as they come: with prefixes, partner names, accents and initials."""

from __future__ import annotations

GIVEN_NAMES = (
    "Jan;Piet;Kees;Daan;Sem;Lucas;Levi;Finn;Noah;Bram;Thijs;Ruben;Lars;Milan;Jesse;Sven;Tim;Wouter;Joris;Maarten;"
    "Gerrit;Hendrik;Jeroen;Mark;Pieter;Ahmed;Mohammed;Youssef;Emre;Rajesh;Wei;Jürgen;José;André;Anna;Emma;Tess;"
    "Sophie;Julia;Zoë;Lotte;Eva;Sanne;Fleur;Lisa;Noor;Roos;Femke;Maud;Iris;Marieke;Ingrid;Saskia;Annelies;"
    "Willemijn;Fatima;Aïsha;Elif;Priya;Mei;Chloé;Renée;Ilse;Hanneke;Margriet;Truus;Greetje;Ellen;Nynke;Sjoukje;"
    "Tjitske;Bregje"
)
GIVEN = tuple(GIVEN_NAMES.split(";"))
FAMILY = (
    "de Jong;Jansen;de Vries;van den Berg;van Dijk;Bakker;Visser;Smit;Meijer;de Boer;Mulder;de Groot;Bos;Vos;Peters;"
    "Hendriks;van Leeuwen;Dekker;Brouwer;de Wit;Dijkstra;Smits;de Graaf;van der Meer;van der Linden;Kok;Jacobs;de Haan;"
    "Vermeulen;van den Heuvel;van der Veen;van den Broek;Schouten;Willems;van 't Hoff;van der Wal;van Beek;van Wijk;"
    "van den Bosch;van der Heijden;van Aalst;in 't Ree;de Bruin;Hoekstra;Koster;Prins;Huisman;Yılmaz;Özdemir;El Amrani;"  # noqa: RUF001 - a Turkish letter
    "Ben Ali;Nguyễn;Müller;Şahin;Kowalska;Hernández;op 't Hof;te Velde;ten Brink;ter Sterre;Postma;Zijlstra;Kuiper;"
    "Blom;Scholten;Vink;Timmermans;Kramer"
)
PREFIXES = frozenset({"de", "den", "der", "van", "in", "op", "te", "ten", "ter", "'t"})


def family_names() -> tuple[tuple[str, str], ...]:
    """Return (family name, prefix) pairs; the prefix is empty for most."""
    return tuple(_split(entry) for entry in FAMILY.split(";"))


def _split(entry: str) -> tuple[str, str]:
    words = entry.split()
    prefix = [word for word in words if word in PREFIXES]
    return " ".join(words[len(prefix) :]), " ".join(prefix)
