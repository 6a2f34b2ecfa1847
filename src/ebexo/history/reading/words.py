"""What may be wrong with a file or a row, with a sentence for each.

The sentences are English, and the keys of their translations: whoever shows one does `gettext(sentence)`. Where the
HTTP door says the same, it says it in these words.
"""

from enum import StrEnum


def gettext_noop(text: str) -> str:
    """The text itself, marked for those who collect what is to be translated. This folder knows no Django."""
    return text


class Unreadable(StrEnum):
    """Why a file as a whole can't be read."""

    EMPTY = "empty"
    SPREADSHEET = "spreadsheet"
    ARCHIVE = "archive"
    PICTURE = "picture"
    DOCUMENT = "document"
    PAGE = "page"
    JSON_LIST = "json_list"
    BINARY = "binary"
    ONE_LINE = "one_line"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"
    NO_COLUMN_KNOWN = "no_column_known"
    NO_EMAIL = "no_email"
    NO_NUMBER = "no_number"
    NO_TOTAL = "no_total"
    NO_SUCH_FIELD = "no_such_field"


UNREADABLE = {
    Unreadable.EMPTY: gettext_noop("There is nothing in this file. Export it once more."),
    Unreadable.SPREADSHEET: gettext_noop(
        "This is a spreadsheet. Open it, save it as “CSV UTF-8 (comma delimited)” and choose that file."
    ),
    Unreadable.ARCHIVE: gettext_noop("This is a packed file. Unpack it and choose the file inside."),
    Unreadable.PICTURE: gettext_noop("This is a picture, whatever its name says. Choose the exported file."),
    Unreadable.DOCUMENT: gettext_noop("This is a PDF document. Export the data as CSV instead."),
    Unreadable.PAGE: gettext_noop(
        "This is a web page or XML. Open it in a spreadsheet, save it as CSV UTF-8 and choose that file."
    ),
    Unreadable.JSON_LIST: gettext_noop(
        "This is one JSON list. Write one JSON object on each line instead, with no list around them (NDJSON)."
    ),
    Unreadable.BINARY: gettext_noop("This file holds no text. Export the data as CSV and choose that file."),
    Unreadable.ONE_LINE: gettext_noop(
        "The first line of this file has no end, so there are no rows to read. Export the data as CSV once more."
    ),
    Unreadable.NO_HEADER: gettext_noop(
        "The first row holds data. Put a row with the names of the columns above it, for example: e-mail, first name."
    ),
    Unreadable.NO_ROWS: gettext_noop(
        "There is nothing below the names of the columns. Export the file again."
    ),
    Unreadable.NO_COLUMN_KNOWN: gettext_noop(
        "None of the columns is known by its name. Rename them as the reference says, or choose what each one holds."
    ),
    Unreadable.NO_EMAIL: gettext_noop(
        "No column is known to hold the e-mail address. Call that column “email”, or choose which one it is."
    ),
    Unreadable.NO_NUMBER: gettext_noop(
        "No column is known to hold the number of the order. Call it “order number”, or choose which one it is."
    ),
    Unreadable.NO_TOTAL: gettext_noop(
        "No column is known to hold the total of the order. Call it “total”, or choose which one it is."
    ),
    Unreadable.NO_SUCH_FIELD: gettext_noop(
        "A column was given a meaning that does not exist. Choose one of those that are offered."
    ),
}


class ProblemCode(StrEnum):
    """Why a row can't be taken."""

    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    OPEN_QUOTE = "open_quote"
    LONG_ROW = "long_row"
    NOT_JSON = "not_json"
    OTHER_KIND = "other_kind"
    SEVERAL_EMAILS = "several_emails"
    AMBIGUOUS_AMOUNT = "ambiguous_amount"
    CONSENT_WITHOUT_MOMENT = "consent_without_moment"
    RECORD_FAILED = "record_failed"
    MISSING = "missing"
    NO_SUCH_FIELD = "no_such_field"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NOT_TEXT = "not_text"
    NOT_THAT_SHAPE = "not_that_shape"
    CHARACTERS = "characters"
    YES_OR_NO = "yes_or_no"
    NOT_ON_LIST = "not_on_list"
    EMAIL = "email"
    MOMENT = "moment"
    OFFSET = "offset"
    AHEAD = "ahead"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    CURRENCY = "currency"
    LINK = "link"
    COMMA = "comma"
    INVALID = "invalid"


PROBLEMS = {
    ProblemCode.TOO_FEW_CELLS: gettext_noop(
        "The row has fewer cells than there are columns: perhaps a line was broken in two."
    ),
    ProblemCode.TOO_MANY_CELLS: gettext_noop(
        "The row has more cells than there are columns: perhaps a text with a separator lacks its quotation marks."
    ),
    ProblemCode.OPEN_QUOTE: gettext_noop("A quotation mark is opened in this row and never closed."),
    ProblemCode.LONG_ROW: gettext_noop("The row is too long to be read."),
    ProblemCode.NOT_JSON: gettext_noop("The line is not a JSON object in UTF-8."),
    ProblemCode.OTHER_KIND: gettext_noop("The event is of another kind than this file is for."),
    ProblemCode.SEVERAL_EMAILS: gettext_noop(
        "There is more than one e-mail address here. Leave the right one."
    ),
    ProblemCode.AMBIGUOUS_AMOUNT: gettext_noop(
        "This could be thousands or a fraction. Write the amount with two places, such as 1299.00."
    ),
    ProblemCode.CONSENT_WITHOUT_MOMENT: gettext_noop(
        "It is not said when this consent was given or refused. Add a column with the date of it."
    ),
    ProblemCode.RECORD_FAILED: gettext_noop("The shop could not describe this record. Its log says why."),
    ProblemCode.MISSING: gettext_noop("This field is required."),
    ProblemCode.NO_SUCH_FIELD: gettext_noop("There is no such field here."),
    ProblemCode.EMPTY: gettext_noop("This must not be empty."),
    ProblemCode.TOO_LONG: gettext_noop("This is too long to be stored."),
    ProblemCode.TOO_MANY: gettext_noop("There are too many of these."),
    ProblemCode.NOT_TEXT: gettext_noop("This must be text."),
    ProblemCode.NOT_THAT_SHAPE: gettext_noop("This must be an object or a list, as the reference says."),
    ProblemCode.CHARACTERS: gettext_noop("There are characters in it that can't be stored."),
    ProblemCode.YES_OR_NO: gettext_noop("This must be yes or no."),
    ProblemCode.NOT_ON_LIST: gettext_noop("This is none of the words that are known here."),
    ProblemCode.EMAIL: gettext_noop("This is not an e-mail address."),
    ProblemCode.MOMENT: gettext_noop("This is not a date that can be read, such as 2026-11-23 10:00."),
    ProblemCode.OFFSET: gettext_noop("The moment lacks its offset, for example +01:00 or Z."),
    ProblemCode.AHEAD: gettext_noop("This moment is more than 5 minutes ahead of our clock."),
    ProblemCode.AMOUNT: gettext_noop("This must be a number from 0 to 9999999999999, such as 298.98."),
    ProblemCode.QUANTITY: gettext_noop("A quantity is more than 0."),
    ProblemCode.CURRENCY: gettext_noop("A currency has three letters, such as PLN."),
    ProblemCode.LINK: gettext_noop("This must be an address such as https://shop.example/cart."),
    ProblemCode.COMMA: gettext_noop("There must be no comma in it."),
    ProblemCode.INVALID: gettext_noop("This can't be taken as it stands."),
}


class Note(StrEnum):
    """What was left out of a row that is taken all the same."""

    BIRTH_DATE = "birth_date_unusable"
    PHONE = "phone_unusable"
    STATE = "state_unknown"
    STATUS = "status_unknown"


NOTES = {
    Note.BIRTH_DATE: gettext_noop("The birth date can't be right, so it was left out."),
    Note.PHONE: gettext_noop(
        "A spreadsheet has cut the last digits off the phone number (4.86E+10), so it was left out."
    ),
    Note.STATE: gettext_noop("The state of this contact is none that is known, so it was left out."),
    Note.STATUS: gettext_noop("The status of this order is none that is known, so it counts as placed."),
}
