"""The contact's card: name, phone, company, address, state."""

from salesmanago_sandbox.contacts import ADDRESS_FIELDS, CARD_FIELDS, Contact
from salesmanago_sandbox.methods.method import Call
from salesmanago_sandbox.methods.texts import merged, settled, text_in, texts_in

STATES = ("CUSTOMER", "PROSPECT", "PARTNER", "OTHER", "UNKNOWN")


def apply_card(call: Call, contact: Contact) -> None:
    card = call.body["contact"]
    contact.card = merged(contact.card, texts_in(call, card, fields=CARD_FIELDS, within="contact"))
    address = texts_in(call, card.get("address"), fields=ADDRESS_FIELDS, within="contact.address")
    contact.address = merged(contact.address, address)
    contact.state = card.get("state") or contact.state
    contact.province = settled(contact.province, text_in(call, call.body.get("province"), field="province"))
    contact.lang = settled(contact.lang, text_in(call, call.body.get("lang"), field="lang"))
