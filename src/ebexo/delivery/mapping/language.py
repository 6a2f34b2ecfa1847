"""Languages. PURE."""


def language(tag: str) -> str | None:
    """The two letters of the language in `tag` (`pl-PL`, `en_GB`, `PL`) in lower case, None where there are none."""
    letters = tag.replace("_", "-").split("-")[0].lower()
    return letters if len(letters) == 2 and letters.isascii() and letters.isalpha() else None
