"""Names of countries, in English and Spanish, as ISO 3166-1 alpha-3 codes; one country under two names is one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_ENGLISH = """
AFG Afghanistan; ALB Albania; DZA Algeria; AGO Angola; ATG Antigua and Barbuda; ARG Argentina; ARM Armenia;
AUS Australia; AUT Austria; AZE Azerbaijan; BHS Bahamas; BGD Bangladesh; BRB Barbados; BLR Belarus; BEL Belgium;
BLZ Belize; BEN Benin; BTN Bhutan; BOL Bolivia = Bolivia, Plurinational State of = Bolivia (Plurinational State of);
BIH Bosnia and Herzegovina; BRA Brazil; BGR Bulgaria; BFA Burkina Faso; BDI Burundi; KHM Cambodia; CMR Cameroon;
CAN Canada; CPV Cabo Verde = Cape Verde; CAF Central African Republic; TCD Chad; CHL Chile;
CHN China = China, People's Republic = China, Peoples Republic of = People's Republic of China; COL Colombia; COM Comoros;
COD Congo, Democratic Republic = Democratic Republic of the Congo = DR Congo = Congo, Democratic Republic of the;
COG Congo, Republic = Congo = Republic of the Congo; CRI Costa Rica;
CIV Cote d'Ivoire = Ivory Coast = Côte d’Ivoire; HRV Croatia; CUB Cuba; CYP Cyprus; CZE Czechia = Czech Republic;
DNK Denmark; DJI Djibouti; DMA Dominica; DOM Dominican Republic; ECU Ecuador; EGY Egypt; SLV El Salvador;
GNQ Equatorial Guinea; ERI Eritrea; EST Estonia; SWZ Eswatini = Swaziland; ETH Ethiopia; FIN Finland; FRA France;
GAB Gabon; GMB Gambia = The Gambia = Gambia, The; GEO Georgia; DEU Germany; GHA Ghana; GRC Greece; GRD Grenada;
GTM Guatemala; GIN Guinea; GNB Guinea-Bissau; GUY Guyana; HTI Haiti; HND Honduras; HUN Hungary; ISL Iceland;
IND India; IDN Indonesia; IRN Iran = Iran, Islamic Republic of = Iran (Islamic Republic of); IRQ Iraq; IRL Ireland; ISR Israel;
ITA Italy; JAM Jamaica; JPN Japan; JOR Jordan; KAZ Kazakhstan; KEN Kenya; KWT Kuwait;
KOR Korea, South = South Korea = Korea, Republic of = Republic of Korea; XKX Kosovo; KGZ Kyrgyzstan;
LAO Laos = Lao People's Democratic Republic; LVA Latvia; LBN Lebanon; LSO Lesotho; LBR Liberia; LBY Libya;
LTU Lithuania; MKD North Macedonia = Macedonia = The former Yugoslav Republic of Macedonia; MDG Madagascar; MWI Malawi;
MYS Malaysia; MDV Maldives; MLI Mali; MLT Malta; MRT Mauritania; MUS Mauritius; MEX Mexico;
MDA Moldova = Republic of Moldova; MNG Mongolia; MNE Montenegro; MAR Morocco; MOZ Mozambique;
MMR Burma = Myanmar = Myanmar (Burma); NAM Namibia; NPL Nepal; NLD Netherlands = The Netherlands = Netherlands (Kingdom of the);
NZL New Zealand; NIC Nicaragua; NER Niger; NGA Nigeria; NOR Norway; OMN Oman; PAK Pakistan;
PSE Palestine = State of Palestine = Occupied Palestinian Territory; PAN Panama; PRY Paraguay; PER Peru; PHL Philippines; POL Poland;
PRT Portugal; QAT Qatar; ROU Romania; RUS Russia = Russian Federation; RWA Rwanda; SAU Saudi Arabia; SEN Senegal;
SRB Serbia; SCG Serbia and Montenegro (former) = Serbia and Montenegro; SLE Sierra Leone; SGP Singapore; SVK Slovakia;
SVN Slovenia; SOM Somalia; ZAF South Africa; SSD South Sudan; ESP Spain; LKA Sri Lanka; SDN Sudan; SUR Suriname;
SWE Sweden; CHE Switzerland; SYR Syria = Syrian Arab Republic = Syrian Arab Rep.; TWN Taiwan; TJK Tajikistan;
TZA Tanzania = United Republic of Tanzania; THA Thailand; TLS Timor-Leste = East Timor; TGO Togo; TTO Trinidad and Tobago;
TUN Tunisia; TUR Turkey = Türkiye; TKM Turkmenistan; UGA Uganda; UKR Ukraine; ARE United Arab Emirates;
GBR United Kingdom = United Kingdom of Great Britain and Northern Ireland;
USA United States = United States of America; UNK Unknown; URY Uruguay; UZB Uzbekistan;
VEN Venezuela = Venezuela, Bolivarian Republic of = Venezuela (Bolivarian Republic of); VNM Vietnam = Viet Nam; YEM Yemen;
ZMB Zambia; ZWE Zimbabwe
"""
_SPANISH = """
AFG afganistan; ALB albania; DEU alemania; AND andorra; AGO angola; ATG antigua y barbuda; XXA apatridas; SAU arabia saudita;
DZA argelia; ARG argentina; ARM armenia; AUS australia; AUT austria; AZE azerbaiyan; BHS bahamas commonwealth; BHR bahrein;
BGD bangladesh; BEL belgica; BLZ belice; BEN benin; BLR bielorrusia; BOL bolivia; BIH bosnia herzegovina; BWA botsuana;
BRA brasil; BRN brunei; BGR bulgaria; BFA burkina faso; CPV cabo verde; KHM camboya; CMR camerun; CAN canada; CZE checa rep;
CHL chile; CHN china; CYP chipre; COL colombia; COG congo rep; COD congo rep dem; KOR corea rep sur; CIV costa de marfil;
CRI costa rica; HRV croacia; CUB cuba; DNK dinamarca; DOM dominicana rep; ECU ecuador; EGY egipto; SLV el salvador;
ARE emiratos arabes unidos; ERI eritrea; SVK eslovaquia; SVN eslovenia; ESP espana; USA estados unidos; EST estonia;
ETH etiopia; PHL filipinas; FIN finlandia; FJI fiyi islas; FRA francia; GAB gabon; GEO georgia; GHA ghana; GRD granada;
GRC grecia; GTM guatemala; GIN guinea; GNB guinea bissau; GUY guyana; HTI haiti; HND honduras; HKG hong kong china;
HUN hungria; IND india; IDN indonesia; IRQ irak; IRN iran; IRL irlanda; ISL islandia; ISR israel; ITA italia; JAM jamaica;
JPN japon; JOR jordania; KAZ kazajistan; KEN kenia; KGZ kirguistan; KWT kuwait; LAO laos; LSO lesoto; LVA letonia;
LBN libano; LBR liberia; LBY libia; LTU lituania; MKD macedonia; MDG madagascar; MYS malasia; MWI malaui; MLI mali;
MLT malta; MAR marruecos; MHL marshall islas; MUS mauricio; MRT mauritania; MMR mianmar birmania; FSM micronesia rep;
MDA moldavia; MNG mongolia; MNE montenegro; MOZ mozambique; NAM namibia; NPL nepal; NIC nicaragua; NGA nigeria; NOR noruega;
NZL nueva zelandia; OMN oman; NLD paises bajos holanda; PAK pakistan; PSE palestina; PAN panama; PRY paraguay; PER peru;
POL polonia; PRT portugal; QAT qatar; GBR reino unido; RWA ruanda; ROU rumania; RUS rusia; ESH saharaui rep arabe;
WSM samoa occidental; KNA san cristobal y nieves; VCT san vicente y las granadinas; LCA santa lucia; STP santo tome y principe;
SEN senegal; SRB serbia; SLE sierra leona; SGP singapur; SYR siria; SOM somalia; LKA sri lanka; ZAF sudafrica; SDN sudan;
SWE suecia; CHE suiza; SUR surinam; THA tailandia; TWN taiwan; TZA tanzania; TJK tayikistan; TGO togo; TTO trinidad y tobago;
TUN tunez; TKM turkmenistan; TUR turquia; UKR ucrania; UGA uganda; URY uruguay; UZB uzbekistan; VEN venezuela; VNM vietnam;
YEM yemen; ZMB zambia; ZWE zimbabue
"""
NO_STATE = "XXA"
"""Stateless people (a code of ISO 3166 for use on travel documents)."""


def plain_name(text: str) -> str:
    """A name for comparison: case, accents, punctuation and runs of spaces make no difference."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    kept = "".join(c for c in letters if not unicodedata.combining(c)).replace("’", "").replace("'", "")
    return re.sub(r"[\W_]+", " ", kept).strip()


def _codes(text: str) -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in text.split(";"):
        code, _, names = entry.strip().partition(" ")
        codes |= {plain_name(name): code for name in names.split(" = ")}
    return codes


ENGLISH: Mapping[str, str] = _codes(_ENGLISH)
SPANISH: Mapping[str, str] = _codes(_SPANISH)


def country_code(name: str, names: Mapping[str, str] = ENGLISH) -> str | None:
    """ISO 3166-1 alpha-3 code of a country's name, or ``None``."""
    return names.get(plain_name(name))


def same_name(text: str) -> str:
    """A key under which two spellings of one category agree: ``Turkey`` and ``TÜRKİYE``, NFC and NFD, any case."""
    return ENGLISH.get(plain_name(text)) or plain_name(text) or text
