"""Names of states and cities: a column that is called like one is a category, not a kind of count."""

from __future__ import annotations

from corridor.data.countries import plain_name

_NAMES = """
alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware, district of columbia, florida, hawaii,
idaho, illinois, indiana, iowa, kansas, kentucky, louisiana, maine, maryland, massachusetts, michigan, minnesota,
mississippi, missouri, montana, nebraska, nevada, new hampshire, new jersey, new mexico, new york, north carolina,
north dakota, ohio, oklahoma, oregon, pennsylvania, rhode island, south carolina, south dakota, tennessee, texas, utah,
vermont, virginia, washington, west virginia, wisconsin, wyoming, puerto rico, new york city, nyc, chicago, denver,
boston, los angeles, san diego, san francisco, houston, san antonio, dallas, austin, el paso, laredo, mcallen,
brownsville, tucson, phoenix, yuma, nogales, miami, philadelphia, washington dc, washington d c, portland, seattle,
atlanta, albany, buffalo, rockford, oak park, aurora, big bend, del rio, eagle pass, el centro, rio grande valley, rgv,
aguascalientes, baja california, baja california sur, campeche, chiapas, chihuahua, ciudad de mexico, cdmx, coahuila,
colima, durango, guanajuato, guerrero, hidalgo, jalisco, michoacan, morelos, nayarit, nuevo leon, oaxaca, puebla,
queretaro, quintana roo, san luis potosi, sinaloa, sonora, tabasco, tamaulipas, tlaxcala, veracruz, yucatan, zacatecas,
estado de mexico, tijuana, mexicali, ciudad juarez, juarez, tapachula, tenosique, monterrey, matamoros, reynosa,
nuevo laredo, piedras negras, ciudad acuna, saltillo, bajo chiquito, canaan membrillo, lajas blancas, san vicente,
necocli, cucuta, danli, trojes, paraiso, el paraiso, lesvos, lesbos, chios, samos, kos, leros, crete, evros, lampedusa,
sicily, sicilia, calabria, puglia, sardegna, canary islands, canarias, ceuta, melilla, mainland, athens, thessaloniki,
rome, roma, milan, milano, paris, calais, marseille, lyon, berlin, hamburg, bremen, bavaria, bayern, hessen, sachsen,
nordrhein westfalen, madrid, barcelona, london, kent, dublin, brussels, bruxelles, vienna, wien, amsterdam, toronto,
montreal, quebec, ontario, british columbia, alberta, manitoba, saskatchewan, nova scotia, new brunswick, newfoundland,
amman, beirut, istanbul, cairo, tunis, tripoli, khartoum, nairobi, bogota, medellin, lima, quito, guayaquil, santiago,
buenos aires, sao paulo, roraima, boa vista, pacaraima, manaus, amazonas, panama city, tegucigalpa, guatemala city
"""
PLACES = frozenset(" ".join(_NAMES.split()).split(", "))


def is_place(name: str) -> bool:
    """Whether a name is that of a state or city that migration figures are often given for."""
    return plain_name(name) in PLACES
