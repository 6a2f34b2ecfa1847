"""Words of the settings page: the help beside the fields, and what each mode means."""

from django.utils.translation import gettext_lazy as _

from ebexo.connection.sentences.settings import WHERE
from ebexo.stores.models import Mode

HELP = {
    "active": _(
        "While it is off, nothing is sent to SALESmanago, and what happens in the shop is not kept for later."
    ),
    "owner_email": _("The e-mail you log in to SALESmanago with."),
    "client_id": WHERE,
    "api_secret": WHERE,
    "endpoint": _(
        "The server of your account, for example app3.salesmanago.pl. You find it in SALESmanago under "
        "Settings → Integration → API access."
    ),
    "consent": _("Only people who have given this consent are sent to SALESmanago."),
}

MODES = {
    Mode.AUTOMATIC: _(
        "Every customer is sent, also guests who buy something, and gets the opt-in at the first transfer. "
        "No consent is asked for."
    ),
    Mode.CONSENT: _(
        "Only people who have given the consent chosen below are sent. They get the opt-in when they give it."
    ),
    Mode.DOUBLE_OPT_IN: _(
        "Only people who have given the consent chosen below are sent. They get the opt-in when they click the "
        "link in the confirmation e-mail from SALESmanago."
    ),
}

SECRET_STORED = _("stored; enter a new one to change it")
NO_CONSENTS = _(
    "This store has no consents yet, so this mode can't be saved. Add one under Configuration → Consents."
)
CHOOSE_CONSENT = _("Choose a consent")

ADVANCED_HELP = {
    "location": _(
        "Needed only if several product feeds are connected in SALESmanago: the location of this shop's feed, "
        "spelled exactly as it is there. With one feed leave it empty."
    ),
    "shop_domain": _(
        "SALESmanago gets it with every cart and order, for example www.example.com. Of a longer address only "
        "the domain is stored. It may stay empty."
    ),
    "time_zone": _("The time zone in which the shop works, for example Europe/Warsaw."),
    "product_id": _(
        "By which identifier the product feed in SALESmanago names your products. With another one, SALESmanago "
        "does not recognise the products in carts and orders."
    ),
    "purchase_counts": _(
        "If many orders are never paid, choose the second: then an order reaches SALESmanago as a purchase only "
        "once the shop says that it is paid."
    ),
    "in_doubt": _(
        "If the connection breaks at the wrong moment, nobody can tell whether SALESmanago has received a "
        "purchase. Held back, it waits for your decision; sent again, it may be counted twice."
    ),
    "country": _(
        "Two letters, for example PL. A phone number without a country code is taken to be from this country."
    ),
    "language": _("Two letters, for example pl. Used for people whose language the shop does not tell."),
    "ignored_domains": _(
        "People with an e-mail at these domains are not sent, for example those of your own company. "
        "Separate several with commas."
    ),
    "rate": _("From 1 to 1000. Change it only if SALESmanago has agreed another limit with you."),
    "double_opt_in_email_id": _(
        "Which e-mail SALESmanago asks people for their confirmation with. Leave it empty for the one that is "
        "set in SALESmanago."
    ),
    "double_opt_in_language": _(
        "Two letters, for example pl. Leave it empty for the language that is set in SALESmanago."
    ),
    "dry_run": _(
        "Everything is prepared and shown here, but nothing is sent to SALESmanago, and it is not sent later."
    ),
    "load_always": _(
        "SALESmanago's monitoring code is loaded without waiting for the visitor's cookie choice. "
        "Only for shops that settle this elsewhere."
    ),
}
