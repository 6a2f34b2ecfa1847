"""What is recorded: everything that changes something of a store, of its people or of the installation. PURE."""

from enum import StrEnum


class Action(StrEnum):
    """The panel has a sentence for each of them, in `ebexo.panel.audit.sentences`."""

    SETTINGS_SAVED = "settings_saved"
    STORE_OPENED = "store_opened"
    STORE_REMOVED = "store_removed"
    SENDING_PAUSED = "sending_paused"
    SENDING_RESUMED = "sending_resumed"

    CONSENT_ADDED = "consent_added"
    CONSENT_CHANGED = "consent_changed"
    CONSENT_REWORDED = "consent_reworded"
    CONSENT_DELETED = "consent_deleted"

    API_KEY_ADDED = "api_key_added"
    API_KEYS_ROTATED = "api_keys_rotated"
    API_KEY_REVOKED = "api_key_revoked"
    SIGNING_SECRET_ROTATED = "signing_secret_rotated"  # noqa: S105
    OPERATOR_KEY_ADDED = "operator_key_added"
    OPERATOR_KEY_REVOKED = "operator_key_revoked"
    SECRETS_REENCRYPTED = "secrets_reencrypted"

    USER_ADDED = "user_added"
    USER_ROLE_CHANGED = "user_role_changed"
    USER_TAKEN_OFF = "user_taken_off"
    LOGIN_REMOVED = "login_removed"
    PASSWORD_LINK_MADE = "password_link_made"  # noqa: S105
    PANEL_LINK_MADE = "panel_link_made"
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    TWO_FACTOR_ON = "two_factor_on"
    TWO_FACTOR_OFF = "two_factor_off"
    TWO_FACTOR_RESET = "two_factor_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOGIN_FAILED = "login_failed"
    SECOND_STEP_FAILED = "second_step_failed"

    MESSAGE_RETRIED = "message_retried"
    MESSAGES_RETRIED = "messages_retried"
    MESSAGE_ARRIVED = "message_arrived"
    MESSAGE_GIVEN_UP = "message_given_up"

    HISTORY_REHEARSED = "history_rehearsed"
    HISTORY_STARTED = "history_started"
    HISTORY_PAUSED = "history_paused"
    HISTORY_RESUMED = "history_resumed"
    HISTORY_CANCELLED = "history_cancelled"

    ORDER_DAYS_UPLOADED = "order_days_uploaded"
    ORDERS_ASKED_FOR = "orders_asked_for"
    MISSING_ORDERS_SENT = "missing_orders_sent"

    DATA_PRUNED = "data_pruned"
    INSTALLATION_MOVED = "installation_moved"
