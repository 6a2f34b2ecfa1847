"""What the shop sells. Names and descriptions are the merchant's own words, so they are Polish in both languages."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Category:
    name: str
    drawing: str
    description: str


@dataclass(frozen=True)
class Size:
    """One size of an item that comes in several, with its own code and price."""

    code: str
    name: str
    price: Decimal


@dataclass(frozen=True)
class Item:
    code: str
    name: str
    category: str
    drawing: str
    price: Decimal
    stock: int
    description: str
    sizes: tuple[Size, ...] = ()


CATEGORIES = (
    Category("Krzesła i fotele", "armchair", "Siedziska z litego drewna, na których chce się zostać dłużej."),
    Category("Stoły i biurka", "table", "Blaty do pracy, do obiadu i do długich rozmów."),
    Category("Oświetlenie", "pendant-lamp", "Ciepłe światło na każdą porę dnia."),
    Category("Dodatki", "vase", "Drobiazgi, które zmieniają mieszkanie w dom."),
)

SEATS, TABLES, LIGHT, SMALL = (category.name for category in CATEGORIES)

ITEMS = (
    Item(
        "KR-OLCHA", "Krzesło Olcha", SEATS, "chair", Decimal("249.00"), 40,
        "Klasyczne krzesło z litej olchy, od którego wzięła się nasza nazwa. Trzy łagodnie wygięte listwy "
        "podpierają plecy, a lniana poduszka w kolorze szałwii jest w zestawie. Drewno olejowane ręcznie, "
        "wysokość siedziska 46 cm.",
    ),
    Item(
        "FO-WIERZBA", "Fotel Wierzba", SEATS, "armchair", Decimal("1299.00"), 6,
        "Głęboki fotel z szerokimi podłokietnikami, obity tkaniną w kolorze wypalonej gliny. Pokrowiec można "
        "zdjąć i wyprać, a bukowe nogi odkręcić na czas przeprowadzki.",
    ),
    Item(
        "TA-JESION", "Taboret Jesion", SEATS, "stool", Decimal("159.00"), 25,
        "Lekki taboret na trzech nogach, więc stoi pewnie nawet na nierównej podłodze. Sprawdzi się przy stole, "
        "w przedpokoju i jako stolik na poranną kawę.",
    ),
    Item(
        "ST-DAB", "Stół Dąb", TABLES, "table", Decimal("1890.00"), 4,
        "Stół dla sześciu osób z blatem z ciemnego dębu. Wymiary blatu: 180 × 90 cm. Każdy egzemplarz ma inny "
        "rysunek słojów, a olejowana powierzchnia daje się łatwo odnowić.",
    ),
    Item(
        "SK-BRZOZA", "Stolik Brzoza", TABLES, "coffee-table", Decimal("449.00"), 18,
        "Okrągły stolik kawowy z jasnej brzozy, z dodatkową półką na książki i czasopisma. Średnica blatu 80 cm, "
        "wysokość 45 cm.",
    ),
    Item(
        "BI-KLON", "Biurko Klon", TABLES, "desk", Decimal("990.00"), 9,
        "Biurko z kontenerem na trzy szuflady z cichym domykiem. Blat 140 × 65 cm mieści laptop, notatnik "
        "i kubek herbaty. Kontener można zamontować z prawej lub z lewej strony.",
    ),
    Item(
        "LA-SOSNA", "Lampa stojąca Sosna", LIGHT, "floor-lamp", Decimal("389.00"), 12,
        "Lampa na drewnianym trójnogu z lnianym abażurem. Włącznik na sznurku, gwint E27, zalecana żarówka "
        "o ciepłej barwie. Wysokość 152 cm.",
    ),
    Item(
        "LA-MODRZEW", "Lampa wisząca Modrzew", LIGHT, "pendant-lamp", Decimal("279.00"), 15,
        "Stalowy klosz w kolorze jesiennego modrzewia, który rzuca skupione światło na stół. Średnica 42 cm, "
        "przewód w oplocie o regulowanej długości.",
    ),
    Item(
        "LA-LESZCZYNA", "Lampka nocna Leszczyna", LIGHT, "bedside-lamp", Decimal("129.00"), 30,
        "Niewielka lampka z ceramiczną podstawą szkliwioną na kolor szałwii. Światło wystarczy do czytania, "
        "a nie obudzi nikogo obok.",
    ),
    Item(
        "DY-WRZOS", "Dywan Wrzos", SMALL, "rug", Decimal("299.00"), 10,
        "Tkany dywan z wełny z geometrycznym wzorem w kolorach wrzosu i miodu. Ręcznie wiązane frędzle, "
        "spód nie ślizga się na parkiecie. Dostępny w trzech rozmiarach.",
        sizes=(
            Size("DY-WRZOS-120", "120 × 170 cm", Decimal("299.00")),
            Size("DY-WRZOS-160", "160 × 230 cm", Decimal("529.00")),
            Size("DY-WRZOS-200", "200 × 290 cm", Decimal("849.00")),
        ),
    ),
    Item(
        "WA-KALINA", "Wazon Kalina", SMALL, "vase", Decimal("89.00"), 35,
        "Kamionkowy wazon o smukłej szyjce, szkliwiony na kolor nocnego nieba. Wysokość 28 cm. Gałązki kaliny "
        "na zdjęciu nie są częścią zestawu.",
    ),
    Item(
        "PO-JARZEBINA", "Poduszka Jarzębina", SMALL, "cushion", Decimal("69.99"), 50,
        "Lniana poduszka 45 × 45 cm z haftem w gałązki jarzębiny. Poszewka zapinana na kryty zamek, wypełnienie "
        "z włókna z odzysku.",
    ),
    Item(
        "ZE-LIPA", "Zegar Lipa", SMALL, "clock", Decimal("119.00"), 20,
        "Zegar ścienny w obręczy z lipowego drewna. Mechanizm płynie bez tykania, zasila go jedna bateria AA. "
        "Średnica 32 cm.",
    ),
)  # fmt: skip
