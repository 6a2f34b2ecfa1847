"""What a merchant reads beside the settings: where to find them, why one is refused, what was changed in one."""

from django.utils.translation import gettext_lazy as _

WHERE = _("You find it in SALESmanago under Settings → Integration → API access.")

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
