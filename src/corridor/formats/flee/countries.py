"""Names of countries, as Flee's folders write them, to ISO 3166-1 alpha-3 codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_NAMES = """
AFG afghanistan|AGO angola|ALB albania|ARE united arab emirates,uae|ARG argentina|ARM armenia|AUS australia
AUT austria|AZE azerbaijan|BDI burundi|BEL belgium|BEN benin|BFA burkina faso|BGD bangladesh|BGR bulgaria
BHR bahrain|BIH bosnia and herzegovina,bosnia|BLR belarus|BLZ belize|BOL bolivia|BRA brazil|BTN bhutan
BWA botswana|CAF central african republic,car|CAN canada|CHE switzerland|CHL chile|CHN china
CIV cote d ivoire,ivory coast|CMR cameroon|COD democratic republic of the congo,democratic republic of congo,drc,dr congo,dcongo
COG republic of the congo,republic of congo,congo,rc|COL colombia|CRI costa rica|CUB cuba|CYP cyprus
CZE czechia,czech republic|DEU germany|DJI djibouti|DNK denmark|DOM dominican republic|DZA algeria|ECU ecuador
EGY egypt|ERI eritrea|ESH western sahara|ESP spain|EST estonia|ETH ethiopia|FIN finland|FRA france|GAB gabon
GBR united kingdom,uk|GEO georgia|GHA ghana|GIN guinea|GMB gambia|GNB guinea bissau|GNQ equatorial guinea
GRC greece|GTM guatemala|GUY guyana|HND honduras|HRV croatia|HTI haiti|HUN hungary|IDN indonesia|IND india
IRL ireland|IRN iran|IRQ iraq|ISL iceland|ISR israel|ITA italy|JAM jamaica|JOR jordan|JPN japan|KAZ kazakhstan
KEN kenya|KGZ kyrgyzstan|KHM cambodia|KOR south korea|KWT kuwait|LAO laos|LBN lebanon|LBR liberia|LBY libya
LKA sri lanka|LSO lesotho|LTU lithuania|LUX luxembourg|LVA latvia|MAR morocco|MDA moldova|MDG madagascar
MEX mexico|MKD north macedonia,macedonia|MLI mali|MLT malta|MMR myanmar,burma|MNE montenegro|MNG mongolia
MOZ mozambique|MRT mauritania|MWI malawi|MYS malaysia|NAM namibia|NER niger|NGA nigeria|NIC nicaragua
NLD netherlands|NOR norway|NPL nepal|NZL new zealand|OMN oman|PAK pakistan|PAN panama|PER peru|PHL philippines
PNG papua new guinea|POL poland|PRK north korea|PRT portugal|PRY paraguay|PSE palestine,state of palestine
QAT qatar|ROU romania|RUS russia,russian federation|RWA rwanda|SAU saudi arabia|SDN sudan|SEN senegal
SGP singapore|SLE sierra leone|SLV el salvador|SOM somalia|SRB serbia|SSD south sudan|SUR suriname|SVK slovakia
SVN slovenia|SWE sweden|SWZ eswatini,swaziland|SYR syria,syrian arab republic|TCD chad|TGO togo|THA thailand
TJK tajikistan|TKM turkmenistan|TLS timor leste|TTO trinidad and tobago|TUN tunisia|TUR turkey,turkiye
TWN taiwan|TZA tanzania|UGA uganda|UKR ukraine|URY uruguay|USA united states,usa|UZB uzbekistan|VEN venezuela
VNM vietnam,viet nam|YEM yemen|ZAF south africa|ZMB zambia|ZWE zimbabwe
"""
CODES: dict[str, str] = {
    name: entry[:3]
    for entry in _NAMES.replace("\n", "|").split("|")
    if entry
    for name in entry[4:].split(",")
}
"""Code by name in small letters without accents or marks."""


class Codes(dict[str, str]):
    """Codes by name as written; ``invented`` are names that are not known."""

    invented: frozenset[str] = frozenset()


def country_codes(names: Sequence[str]) -> Codes:
    """A code for every name; unknown names get codes that ISO leaves to users, XAA and on, in order."""
    codes = Codes()
    unknown: list[str] = []
    for name in dict.fromkeys(names):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
        plain = " ".join(re.findall(r"[a-z]+", plain))
        if plain in CODES:
            codes[name] = CODES[plain]
        else:
            first, second = divmod(len(unknown), 26)
            codes[name] = f"X{chr(ord('A') + first % 26)}{chr(ord('A') + second)}"
            unknown.append(name)
    codes.invented = frozenset(unknown)
    return codes
