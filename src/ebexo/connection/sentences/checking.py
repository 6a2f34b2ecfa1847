"""What the check of a connection finds, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from ebexo.connection.sentences import Words

WORKS = _("The connection works.")

CONNECTION: dict[str, Words] = {
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
    "clock": _(
        "The clock of this server is more than five minutes off, so SALESmanago may see events at the wrong time. "
        "Ask whoever runs this service to have the clock set by itself."
    ),
}

STEPS: dict[str, Words] = {
    "endpoint": _("Endpoint"),
    "tls": _("Encryption (TLS)"),
    "clock": _("Clock"),
    "client_id": _("Client ID"),
    "secret": _("ApiSecret"),
    "owner": _("E-mail (owner)"),
    "read": _("Reading a contact"),
}
"""What the connection check looks at, step by step."""

FINE: dict[str, Words] = {
    "endpoint": _("SALESmanago answers at this address."),
    "tls": _("The server has proved who it is; everything travels encrypted."),
    "no_tls": _(
        "Whoever runs this service allows this address without encryption. Use it for trying out only."
    ),
    "clock": _("The clocks here and there agree."),
    "no_clock": _("The server does not tell its time, so there is nothing to compare."),
    "client_id": _("SALESmanago knows the Client ID."),
    "secret": _("SALESmanago accepts the ApiSecret."),
    "owner": _("The e-mail belongs to a user of the account."),
    "read": _("SALESmanago can be asked for a contact."),
}
UNLOOKED = _("Not looked at: put right first what stands above.")
UNSURE = _(
    "SALESmanago does not say which of the two is wrong: compare the Client ID as well as the ApiSecret."
)
