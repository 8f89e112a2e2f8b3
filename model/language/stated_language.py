"""What follows from the language that a caller states with a comment, given what the comment itself shows."""

from collections.abc import Collection

from model.language.identified import Languages
from model.language.tags import canonical_tag, primary_language, reader_tag, tag_scripts

__all__ = ["resolve_statement", "weigh_statement"]

_ENGLISH, _LATIN = "en", "Latin"


def resolve_statement(stated: str, shown: str, learned: Collection[str]) -> str | None:
    """Return the tag of the language as which a text is read because that is stated; None if the statement does not count.

    A language in letters that nothing reads it in, such as ``ru-Latn``, stays what it is.

    Args:
        stated: the tag that came with a comment.
        shown: the name of the script that the comment is mostly written in; empty if it has hardly any letters.
        learned: tags of the languages that are read.
    """
    tag = canonical_tag(stated)
    code = primary_language(tag)
    if tag is None or code is None:
        return None
    romanised = f"{code}-Latn"
    if shown == _LATIN and _LATIN not in tag_scripts(code) and romanised in learned:
        return romanised
    if shown and shown not in tag_scripts(tag) | tag_scripts(code):
        return None
    if "-" in tag and tag in learned:
        return tag
    return code if shown in tag_scripts(code) else reader_tag(tag)


def weigh_statement(languages: Languages, row: int, tag: str, *, learned: Collection[str], is_english: bool) -> None:
    """Change the languages of a comment by the one that is stated with it.

    What the text itself is likely in stays a candidate beside it. English is English, whatever is stated: abuse in English words must not
    pass as the language of a site.

    Args:
        languages: as they are identified; the row changes.
        row: of the comment.
        tag: as ``resolve_statement`` returns it.
        learned: tags of the languages that are read.
        is_english: whether the text shows that it is English.
    """
    identified = languages.candidates[row][:1] if languages.codes[row] is not None else ()
    code = _ENGLISH if is_english else tag
    is_read = code in learned
    both = (_ENGLISH, tag) if is_english else (tag, *identified)
    languages.codes[row], languages.foreign[row], languages.certainties[row] = code, not is_read, float(not is_read)
    languages.candidates[row] = tuple(dict.fromkeys(each for each in both if each in learned)) if is_read else ()
