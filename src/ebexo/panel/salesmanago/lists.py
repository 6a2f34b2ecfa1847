"""Lists that are typed into one line, separated by commas. PURE."""

NO_TAGS = "-"


def words(text: str) -> list[str]:
    """The entries of a line, without blanks around them and without repetitions, in their order."""
    parts = (part.strip() for part in text.replace("\n", ",").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def domains(text: str) -> list[str]:
    """The e-mail domains of a line; "@firma.pl" is taken for "firma.pl"."""
    return list(dict.fromkeys(word.lower().removeprefix("@") for word in words(text)))


def typed_tags(text: str) -> list[str] | None:
    """The tags of one trigger: None (ours) for an empty line, no tag at all for a hyphen."""
    if text.strip() == NO_TAGS:
        return []
    return words(text) or None


def shown_tags(tags: list[str] | None) -> str:
    """What `typed_tags` was given."""
    return NO_TAGS if tags == [] else ", ".join(tags or [])
