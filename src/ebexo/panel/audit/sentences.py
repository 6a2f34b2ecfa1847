"""What an entry of the audit log says, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ebexo.audit.acting import ActorKind
from ebexo.audit.actions import Action

SENTENCES: dict[str, str | Promise] = {
    Action.SETTINGS_SAVED: _("The SALESmanago settings were changed."),
    Action.STORE_OPENED: _("The store %(subject)s was opened."),
    Action.STORE_REMOVED: _("The store %(subject)s was removed with everything that was known of it."),
    Action.SENDING_PAUSED: _("The sending was paused."),
    Action.SENDING_RESUMED: _("The sending was resumed."),
    Action.CONSENT_ADDED: _("The consent “%(subject)s” was added."),
    Action.CONSENT_CHANGED: _("The consent “%(subject)s” was changed."),
    Action.CONSENT_REWORDED: _("The consent “%(subject)s” got a new wording."),
    Action.CONSENT_DELETED: _("The consent “%(subject)s” was deleted."),
    Action.API_KEY_ADDED: _("The API key %(subject)s was made."),
    Action.API_KEYS_ROTATED: _("The API keys were rotated; the new one is %(subject)s."),
    Action.API_KEY_REVOKED: _("The API key %(subject)s was revoked."),
    Action.SIGNING_SECRET_ROTATED: _("The signing secret was rotated."),
    Action.OPERATOR_KEY_ADDED: _("The operator key %(subject)s was made."),
    Action.OPERATOR_KEY_REVOKED: _("The operator key %(subject)s was revoked."),
    Action.SECRETS_REENCRYPTED: _("All stored secrets were encrypted with the newest key."),
    Action.USER_ADDED: _("%(subject)s was given access."),
    Action.USER_ROLE_CHANGED: _("%(subject)s was given another role."),
    Action.USER_TAKEN_OFF: _("%(subject)s lost the access to the store."),
    Action.LOGIN_REMOVED: _("The login of %(subject)s was removed."),
    Action.PASSWORD_LINK_MADE: _("A link to choosing a password was made for %(subject)s."),
    Action.PANEL_LINK_MADE: _("A platform made a link to the settings of the store."),
    Action.PASSWORD_RESET_ASKED: _("A letter for choosing a new password was asked for, for %(subject)s."),
    Action.PASSWORD_CHANGED: _("The password of %(subject)s was changed."),
    Action.TWO_FACTOR_ON: _("%(subject)s switched on two-factor authentication."),
    Action.TWO_FACTOR_OFF: _("%(subject)s switched off two-factor authentication."),
    Action.TWO_FACTOR_RESET: _("An operator switched off two-factor authentication for %(subject)s."),
    Action.RECOVERY_CODES_MADE: _("%(subject)s made new recovery codes."),
    Action.LOGGED_IN: _("Login."),
    Action.LOGGED_OUT: _("Logout."),
    Action.LOGIN_FAILED: _("A login as %(subject)s failed: wrong password or unknown e-mail."),
    Action.SECOND_STEP_FAILED: _("A login as %(subject)s failed at the second step: wrong code."),
    Action.MESSAGE_RETRIED: _("The event %(subject)s was sent again."),
    Action.MESSAGES_RETRIED: _("Everything that had failed was sent again."),
    Action.MESSAGE_ARRIVED: _("It was decided that the event %(subject)s had arrived."),
    Action.MESSAGE_GIVEN_UP: _("The event %(subject)s was given up."),
    Action.HISTORY_REHEARSED: _("A rehearsal of the history was started."),
    Action.HISTORY_STARTED: _("Sending the history was started."),
    Action.HISTORY_PAUSED: _("Sending the history was paused."),
    Action.HISTORY_RESUMED: _("Sending the history was resumed."),
    Action.HISTORY_CANCELLED: _("Sending the history was cancelled."),
    Action.ORDER_DAYS_UPLOADED: _("The shop's own orders were uploaded from a file."),
    Action.ORDERS_ASKED_FOR: _("The shop was asked for its own orders once more."),
    Action.MISSING_ORDERS_SENT: _("The missing orders were sent."),
    Action.DATA_PRUNED: _("What had been kept long enough was dropped."),
    Action.INSTALLATION_MOVED: _("The installation was moved from SQLite to PostgreSQL."),
}

GROUPS: dict[str, tuple[str | Promise, tuple[Action, ...]]] = {
    "settings": (
        _("Settings and sending"),
        (Action.SETTINGS_SAVED, Action.SENDING_PAUSED, Action.SENDING_RESUMED),
    ),
    "stores": (
        _("Stores"),
        (Action.STORE_OPENED, Action.STORE_REMOVED, Action.DATA_PRUNED, Action.INSTALLATION_MOVED),
    ),
    "consents": (
        _("Consents"),
        (
            Action.CONSENT_ADDED,
            Action.CONSENT_CHANGED,
            Action.CONSENT_REWORDED,
            Action.CONSENT_DELETED,
        ),
    ),
    "keys": (
        _("Keys"),
        (
            Action.API_KEY_ADDED,
            Action.API_KEYS_ROTATED,
            Action.API_KEY_REVOKED,
            Action.SIGNING_SECRET_ROTATED,
            Action.OPERATOR_KEY_ADDED,
            Action.OPERATOR_KEY_REVOKED,
            Action.SECRETS_REENCRYPTED,
        ),
    ),
    "users": (
        _("Users and passwords"),
        (
            Action.USER_ADDED,
            Action.USER_ROLE_CHANGED,
            Action.USER_TAKEN_OFF,
            Action.LOGIN_REMOVED,
            Action.PASSWORD_LINK_MADE,
            Action.PASSWORD_RESET_ASKED,
            Action.PASSWORD_CHANGED,
            Action.TWO_FACTOR_ON,
            Action.TWO_FACTOR_OFF,
            Action.TWO_FACTOR_RESET,
            Action.RECOVERY_CODES_MADE,
        ),
    ),
    "logins": (
        _("Logins"),
        (
            Action.LOGGED_IN,
            Action.LOGGED_OUT,
            Action.LOGIN_FAILED,
            Action.SECOND_STEP_FAILED,
            Action.PANEL_LINK_MADE,
        ),
    ),
    "messages": (
        _("Events and orders"),
        (
            Action.MESSAGE_RETRIED,
            Action.MESSAGES_RETRIED,
            Action.MESSAGE_ARRIVED,
            Action.MESSAGE_GIVEN_UP,
            Action.ORDER_DAYS_UPLOADED,
            Action.ORDERS_ASKED_FOR,
            Action.MISSING_ORDERS_SENT,
        ),
    ),
    "history": (
        _("History"),
        (
            Action.HISTORY_REHEARSED,
            Action.HISTORY_STARTED,
            Action.HISTORY_PAUSED,
            Action.HISTORY_RESUMED,
            Action.HISTORY_CANCELLED,
        ),
    ),
}
"""What the page can be narrowed to. Every action belongs to one of them."""

ACTORS: dict[str, str | Promise] = {
    ActorKind.PLATFORM: _("The platform's menu"),
    ActorKind.OPERATOR_KEY: _("Operator key %(name)s"),
    ActorKind.API_KEY: _("API key %(name)s"),
    ActorKind.COMMAND_LINE: _("Command line (%(name)s)"),
    ActorKind.NOBODY: _("Somebody who is not logged in"),
    ActorKind.SYSTEM: _("The installation itself"),
}
"""Who it was; a person is shown by their e-mail."""

FIELDS: dict[str, str | Promise] = {
    "active": _("Active"),
    "owner_email": _("E-mail"),
    "client_id": _("Client ID"),
    "api_secret": _("ApiSecret"),
    "endpoint": _("Endpoint"),
    "mode": _("Mode of operation"),
    "consent_code": _("Consent"),
    "tags": _("Tags"),
    "name": _("Name"),
    "required": _("Required"),
    "vendor_name": _("Name in SALESmanago"),
    "text": _("Wording"),
    "version": _("Version"),
    "asks_again": _("Ask again"),
    "role": _("Role"),
    "signing_secret": _("Signing secret"),
    "former_works_until": _("The former one works until"),
    "messages": _("Messages"),
    "secrets": _("Secrets"),
    "orders": _("Orders"),
    "days": _("Days"),
    "file": _("File"),
}
"""What an entry names. The advanced settings are called as on their page; what is neither is shown as it is named."""
