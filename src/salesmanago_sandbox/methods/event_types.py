"""The values of `contactExtEventType`."""

DOCUMENTED = (
    "PURCHASE",
    "CART",
    "VISIT",
    "PHONE_CALL",
    "OTHER",
    "RESERVATION",
    "CANCELLED",
    "ACTIVATION",
    "MEETING",
    "OFFER",
    "DOWNLOAD",
    "LOGIN",
    "TRANSACTION",
    "CANCELLATION",
    "RETURN",
    "SURVEY",
    "APP_STATUS",
    "APP_TYPE_WEB",
    "APP_TYPE_MANUAL",
    "APP_TYPE_RETENTION",
    "APP_TYPE_UPSALE",
    "LOAN_STATUS",
    "LOAN_ORDER",
    "FIRST_LOAN",
    "REPEATED_LOAN",
)
# Sent by another client in use.
SEEN = (
    "PACKED",
    "PRINTED_OUT",
    "PARTIALLY_REFUNDED",
    "PENDING",
    "READY_FOR_PICKUP",
    "FULLY_REFUNDED",
    "FULLY_PICKED",
    "PARTIALLY_PICKED",
    "SENT_COMPLETE",
    "UPDATE",
    "ENGAGEMENT",
)
EVENT_TYPES = (*DOCUMENTED, *SEEN)
