"""Problems with the connection in words for a merchant: what is wrong and what to do."""

from django.utils.translation import gettext_lazy as _

WHERE = _("You find it in SALESmanago under Settings → Integration → API access.")

CONNECTION = {
    "incomplete": _(
        "Fill in e-mail, Client ID, ApiSecret and endpoint, so that the connection can be checked."
    ),
    "unchecked": _("The connection has not been checked yet. Save the settings once more to check it."),
    "client_id": _(
        "SALESmanago does not know this Client ID. Copy it once more from Settings → Integration → API access, "
        "and make sure that the endpoint belongs to the same account."
    ),
    "secret": _(
        "SALESmanago refuses the ApiSecret. Copy it once more from Settings → Integration → API access; "
        "if it was made anew there, the old one no longer works."
    ),
    "owner": _(
        "SALESmanago knows no user with this e-mail in the account. Enter the e-mail you log in to SALESmanago with."
    ),
    "account": _(
        "SALESmanago says that the account is not active. Ask SALESmanago's support; "
        "what happens in the shop waits until the account works again."
    ),
    "dns": _(
        "There is no server with the name given as endpoint. Compare it with the address in SALESmanago."
    ),
    "tls": _(
        "The server given as endpoint could not prove who it is, so nothing was sent to it. Check the endpoint."
    ),
    "network": _(
        "The server given as endpoint does not answer. Check the endpoint; if it is right, there is nothing to do: "
        "what happens in the shop waits and is sent as soon as SALESmanago can be reached."
    ),
    "not_salesmanago": _(
        "The address given as endpoint leads to another page. Enter the server of your account."
    ),
    "unavailable": _(
        "SALESmanago reports a fault of its own. There is nothing to do: what happens in the shop waits and is sent "
        "as soon as SALESmanago works again."
    ),
    "throttled": _(
        "SALESmanago asks for fewer calls at the moment. There is nothing to do: sending goes on by itself."
    ),
    "refused": _(
        "SALESmanago refused the check for a reason of its own. Try again, or ask SALESmanago's support."
    ),
    "no_answer": _(
        "The server given as endpoint gave no answer that could be read. Check the endpoint; if it is right, "
        "what happens in the shop waits and is sent later."
    ),
}

FIELDS = {
    "required": _("This field is needed while the integration is active."),
    "email": _("This is not an e-mail address."),
    "spaces": _("There must be no spaces in it, and at most 100 characters. Copy it once more."),
    "endpoint_empty": _("Enter the server of your SALESmanago account, for example app3.salesmanago.pl."),
    "endpoint_unreadable": _("This can't be read as an address. Enter a server such as app3.salesmanago.pl."),
    "endpoint_foreign_host": _(
        "This is not a server of SALESmanago. The address ends with salesmanago.pl, salesmanago.com or manago.ai."
    ),
    "endpoint_port": _("SALESmanago is reached without a port number. Leave out the colon and the number."),
    "endpoint_userinfo": _("There must be no user name and no @ in the address of the server."),
    "consent_required": _("Choose the consent on which people are sent."),
    "consent_unknown": _("There is no such consent in this store."),
    "location": _(
        "A location consists of at most 36 letters, digits, hyphens, underscores, dots and slashes. "
        "Copy it from SALESmanago."
    ),
    "shop_domain": _("Enter the address of the shop, such as www.example.com."),
    "time_zone": _("There is no such time zone. Enter one such as Europe/Warsaw."),
    "product_id": _("Choose id, sku or variant."),
    "purchase_counts": _("Choose placed or paid."),
    "in_doubt": _("Choose hold or repeat."),
    "two_letters": _("Two letters are needed here, such as PL."),
    "domains": _("Enter e-mail domains such as example.com, separated by commas."),
    "rate": _("Choose from 1 to 1000 calls a second."),
    "tags": _("There is no such trigger."),
}

NOTES = {
    "endpoint_upgraded": _("The endpoint was stored with https://, so that everything travels encrypted."),
    "endpoint_trimmed": _(
        "Of the endpoint only the server was stored; the rest of the address is not needed."
    ),
}

WORKS = _("The connection works.")
