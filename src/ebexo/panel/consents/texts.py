"""Words of the pages under Konfiguracja → Zgody."""

from django.utils.translation import gettext_lazy as _

from ebexo.consents.editing import Obstacle, Risk

HELP = {
    "code": _(
        "How the shop names this consent when it tells us somebody's decision, for example marketing. "
        "It can't be changed later."
    ),
    "name": _("How the consent is called here and in the shop's own pages."),
    "text": _("The sentence that people accept, word for word."),
    "required": _("People can't register or buy without accepting it, like the terms of the shop."),
    "active": _("The shop asks for active consents only. What people decided so far stays as it is."),
    "vendor_name": _(
        "If SALESmanago has a consent of the same meaning, its name there: decisions are then told to it as well. "
        "Otherwise leave it empty."
    ),
    "asks_again": _(
        "Earlier grants no longer count: whoever has given this consent must give it anew. "
        "Without the tick they stay valid."
    ),
}

PROBLEMS = {
    "required": _("This field is needed."),
    "too_long": _("This is too long."),
    "unreadable": _("There is a character in it that can't be stored."),
    "taken": _("This store has a consent with this code already."),
    "same": _(
        "This is the wording that is in force already. Change it, or tick that everybody is asked again."
    ),
    "outdated": _("The wording was changed in the meantime. Look at it, then change it once more."),
}

OBSTACLES = {
    Obstacle.LINKED: _(
        "This consent can't be deleted: the SALESmanago settings send people by it. "
        "Choose another consent or another mode there first."
    ),
    Obstacle.DECIDED: _(
        "This consent can't be deleted: people have decided on it, and their decisions are kept as evidence. "
        "You can deactivate it instead; the shop then no longer asks for it."
    ),
}

RISKS = {
    Risk.LINKED_INACTIVE: _(
        "The SALESmanago settings send people by this consent. If it is not active, the shop no longer asks for it, "
        "so nobody new can give it and no new person is sent. Whoever has given it is still sent."
    ),
    Risk.LINKED_REQUIRED: _(
        "The SALESmanago settings send people by this consent. If it is required, everybody who accepts it to use "
        "the shop is sent to SALESmanago and opted in to the mailing."
    ),
}
