"""What a column may be taken for, and by which names it is known, in Polish and English.

Case, spaces, punctuation and diacritics of a header make no difference. Where several columns are known for the same
field, the name that stands first here wins, and the others are not used. Beside the two languages there are the names
that the exports and databases of common shops use (PrestaShop, WooCommerce, Shoper, IdoSell, BaseLinker).
"""

import re
import unicodedata

from ebexo.history.reading.types import Kind

FIRST_NAME, LAST_NAME, FULL_NAME = "customer.first_name", "customer.last_name", "customer.name"
STREET, BUILDING, APARTMENT = (
    "customer.address.street",
    "customer.address.building",
    "customer.address.apartment",
)
EMAIL, PHONE, STATE = "customer.email", "customer.phone", "customer.state"
BIRTH_DATE, CREATED_AT = "customer.birth_date", "customer.created_at"
OCCURRED_AT = "occurred_at"
NUMBER, TOTAL, STATUS, PLACED_AT = "order.number", "order.total", "order.status", "order.placed_at"
CURRENCY, DISCOUNT_CODES, RETURN_NUMBER = "order.currency", "order.discount_codes", "order.return_number"
QUANTITY, UNIT_PRICE, PRODUCT_ID = "order.items.quantity", "order.items.unit_price", "order.items.product_id"
SKU = "order.items.sku"
CONSENT, PROPERTY = "consents.", "customer.properties."
GROUP = f"{PROPERTY}customer_group"

PERSON: dict[str, tuple[str, ...]] = {
    EMAIL: (
        "e-mail", "adres e-mail", "email klienta", "e-mail klienta", "email address", "customer email", "user email",
        "billing email", "client email", "poczta", "poczta elektroniczna", "mail",
    ),
    FIRST_NAME: (
        "imię", "first name", "imię klienta", "customer first name", "billing first name", "client first name",
        "given name", "shipping first name",
    ),
    LAST_NAME: (
        "nazwisko", "last name", "nazwisko klienta", "customer last name", "billing last name", "client last name",
        "surname", "family name", "shipping last name",
    ),
    FULL_NAME: (
        "imię i nazwisko", "full name", "nazwisko i imię", "klient", "customer", "customer name", "nazwa klienta",
        "delivery fullname", "invoice fullname",
    ),
    PHONE: (
        "telefon", "phone", "tel.", "nr telefonu", "numer telefonu", "telefon komórkowy", "komórka", "phone number",
        "mobile", "mobile phone", "billing phone", "client phone 1", "phone mobile", "telefon kontaktowy",
    ),
    "customer.company": (
        "firma", "company", "nazwa firmy", "company name", "billing company", "client firm", "invoice company",
        "delivery company",
    ),
    STREET: (
        "ulica", "street", "adres", "address", "adres 1", "address 1", "address line 1", "billing address 1",
        "billing address", "client street", "delivery address", "invoice address", "ulica i numer", "street 1",
    ),
    BUILDING: (
        "nr domu", "building", "numer domu", "nr budynku", "numer budynku", "house number", "building number",
    ),
    APARTMENT: (
        "nr lokalu", "apartment", "numer lokalu", "nr mieszkania", "numer mieszkania", "lokal", "mieszkanie",
        "apartment number", "flat number",
    ),
    "customer.address.postal_code": (
        "kod pocztowy", "postal code", "postcode", "zip", "zip code", "billing postcode", "client zip code",
        "delivery postcode", "invoice postcode",
    ),
    "customer.address.city": (
        "miasto", "city", "miejscowość", "town", "billing city", "client city", "delivery city", "invoice city",
    ),
    "customer.address.region": (
        "województwo", "region", "stan/województwo", "province", "state/province", "billing state",
        "delivery state", "invoice state",
    ),
    "customer.address.country": (
        "kraj", "country", "państwo", "country code", "kod kraju", "country / region", "billing country",
        "delivery country code", "delivery country", "client country name", "invoice country",
    ),
    "customer.language": ("język", "language", "lang", "język klienta", "customer language"),
    BIRTH_DATE: (
        "data urodzenia", "birth date", "urodziny", "date of birth", "birthday", "birthdate", "dob",
    ),
    CREATED_AT: (
        "data rejestracji", "created at", "data założenia konta", "data utworzenia konta", "registration date",
        "date registered", "registered", "rejestracja", "user registered", "sign up", "signup date", "registered at",
        "registration",
    ),
}  # fmt: skip
CUSTOMER: dict[str, tuple[str, ...]] = {
    "customer.id": (
        "id klienta", "customer id", "nr klienta", "numer klienta", "customer number", "id customer", "user id",
        "client id", "id",
    ),
    **PERSON,
    FULL_NAME: (*PERSON[FULL_NAME], "name", "nazwa"),
    CREATED_AT: (*PERSON[CREATED_AT], "date add", "data dodania", "data utworzenia"),
    STATE: ("status", "state", "stan", "stan kontaktu", "contact state", "status klienta"),
    OCCURRED_AT: ("data aktualizacji", "updated at", "data modyfikacji", "date upd", "modified at", "occurred at"),
    GROUP: ("grupa", "customer group", "group", "grupa klientów", "grupa klienta"),
}  # fmt: skip
ORDER: dict[str, tuple[str, ...]] = {
    NUMBER: (
        "numer zamówienia", "order number", "nr zamówienia", "zamówienie", "order", "order reference", "reference",
        "id zamówienia", "order id", "id order", "shop order id", "numer", "number", "id",
    ),
    PLACED_AT: (
        "data zamówienia", "placed at", "data złożenia", "data złożenia zamówienia", "order date", "date placed",
        "data", "date", "date add", "data dodania", "data utworzenia", "created at", "date created",
    ),
    TOTAL: (
        "kwota", "total", "suma", "wartość zamówienia", "kwota zamówienia", "suma zamówienia", "razem",
        "do zapłaty", "wartość", "order total", "total paid", "amount", "sum", "grand total", "wartość brutto",
        "kwota brutto",
    ),
    CURRENCY: ("waluta", "currency", "order currency", "currency code", "kod waluty"),
    STATUS: (
        "status", "status zamówienia", "order status", "stan", "state", "stan zamówienia", "current state",
    ),
    "order.payment_method": (
        "metoda płatności", "payment method", "płatność", "payment", "forma płatności", "sposób płatności",
        "payment method title",
    ),
    "order.shipping_method": (
        "dostawa", "shipping method", "metoda dostawy", "forma dostawy", "sposób dostawy", "delivery",
        "delivery method", "shipping", "wysyłka", "forma wysyłki", "sposób wysyłki",
    ),
    DISCOUNT_CODES: (
        "kody rabatowe", "discount codes", "kod rabatowy", "discount code", "kupon", "kupony", "coupon", "coupons",
        "coupon code", "coupon codes", "voucher", "vouchers",
    ),
    "order.cart_id": ("id koszyka", "cart id", "koszyk", "id cart"),
    RETURN_NUMBER: ("numer zwrotu", "return number", "nr zwrotu"),
    OCCURRED_AT: ("data statusu", "occurred at", "status date", "data zmiany statusu"),
    PRODUCT_ID: (
        "id produktu", "product id", "produkt id", "nr produktu", "id towaru",
    ),
    SKU: ("sku", "produkt sku", "product sku", "kod produktu", "product code", "symbol", "indeks", "item sku"),
    "order.items.variant_id": ("id wariantu", "variant id", "wariant", "variation id", "product attribute id"),
    "order.items.name": (
        "nazwa produktu", "product name", "produkt nazwa", "nazwa towaru", "item name", "nazwa", "name",
        "produkt", "product",
    ),
    QUANTITY: ("ilość", "quantity", "produkt ilość", "liczba sztuk", "sztuk", "szt.", "qty", "product quantity"),
    UNIT_PRICE: (
        "cena", "unit price", "produkt cena", "cena jednostkowa", "cena brutto", "price", "price brutto",
        "product price", "item price",
    ),
    "customer.id": (
        "id klienta", "customer id", "nr klienta", "numer klienta", "customer number", "id customer", "user id",
        "client id",
    ),
    **PERSON,
}  # fmt: skip

NAMES = {Kind.CUSTOMERS: CUSTOMER, Kind.ORDERS: ORDER}
FIELDS = {kind: tuple(names) for kind, names in NAMES.items()}
"""What a column may be taken for; besides, `customer.properties.NAME` and, with a consent's code, `consents.CODE`,
`consents.CODE.at`, `consents.CODE.ip`, `consents.CODE.source`."""
REQUIRED = {Kind.CUSTOMERS: (EMAIL,), Kind.ORDERS: (EMAIL, NUMBER, TOTAL)}
"""Without a column for each of these no row could be taken."""

_CONSENT = re.compile(r"(?:zgoda|consent)\s*:\s*([^:]+?)\s*(?::\s*([^:]+?)\s*)?", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:pole|property)\s*:\s*(.+)", re.IGNORECASE)
EVIDENCE = {
    "data": "at",
    "date": "at",
    "at": "at",
    "ip": "ip",
    "adresip": "ip",
    "zrodlo": "source",
    "source": "source",
}
_WITHOUT_DIACRITICS = str.maketrans({"ł": "l", "Ł": "l"})


def plain(header: str) -> str:
    """The header without case, diacritics, spaces and punctuation."""
    letters = unicodedata.normalize("NFKD", header.translate(_WITHOUT_DIACRITICS)).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


KNOWN = {
    kind: {
        plain(name): (field, rank)
        for field, names in reversed(fields.items())
        for rank, name in enumerate(names)
    }
    for kind, fields in NAMES.items()
}
"""By the plain header: its field, and how far down the list of that field it stands."""


def field_of(header: str, kind: Kind) -> tuple[str, int] | None:
    """What the column with this header is for, and how well it is known for that: the lower, the better."""
    if consent := _CONSENT.fullmatch(header.strip()):
        return _of_consent(consent[1], consent[2])
    if told := _PROPERTY.fullmatch(header.strip()):
        return f"{PROPERTY}{told[1].strip()}", 0
    return KNOWN[kind].get(plain(header))


def is_field(field: str, kind: Kind) -> bool:
    """May a column be taken for this?"""
    if field.startswith(PROPERTY):
        return bool(field.removeprefix(PROPERTY).strip())
    if field.startswith(CONSENT):
        return bool(consent_of(field)[0].strip())
    return field in NAMES[kind]


def consent_of(field: str) -> tuple[str, str]:
    """The code of the consent that this field is about, and which part of its evidence; "" for the answer itself."""
    told = field.removeprefix(CONSENT)
    code, _, part = told.rpartition(".")
    return (code, part) if part in EVIDENCE.values() and code else (told, "")


def _of_consent(code: str, part: str | None) -> tuple[str, int] | None:
    if part is None:
        return f"{CONSENT}{code}", 0
    evidence = EVIDENCE.get(plain(part))
    return (f"{CONSENT}{code}.{evidence}", 0) if evidence else None
