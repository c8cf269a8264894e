"""What the contacts and tags of an order may be.

Pure.

Source: O2, O4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from resolvers.errors import AlreadyTaken, LimitExceeded
from resolvers.rules.text import EMAIL, NAME, PHONE, Text, Words, given_refusals, repeated, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path, Shape

MOST_TAGS: Final = 50

CONTACT_SHAPES: Final[dict[str, Shape]] = {
    "name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "muted_notices": Words(empty=True),
}
TAG_SHAPES: Final[dict[str, Shape]] = {
    "key": Text(longest=128, required=True),
    "value": Text(longest=256),
}


def limit_refusals(setting: str, limit: int, actual: int, path: Path = ()) -> list[Refusal]:
    """More than the limit that the setting holds.

    Source: O4.
    """
    return [LimitExceeded(limit=limit, actual=actual, setting=setting, path=path)] if actual > limit else []


def contact_refusals(
    contacts: Sequence[Mapping[str, Any]], paths: Sequence[Path], present: Iterable[str] = ()
) -> list[Refusal]:
    """What is wrong with new contacts; an address belongs to one contact of an order, in whatever case it is written.

    Source: O2.
    """
    found: list[Refusal] = []
    taken = {email.lower() for email in present}
    for contact, path in zip(contacts, paths, strict=True):
        found += given_refusals(contact, CONTACT_SHAPES, path)
        email = contact.get("email") or ""
        if email.lower() in taken:
            found.append(AlreadyTaken(value=shown(email), holder="another contact of the order", path=(*path, "email")))
        taken |= {email.lower()} if email else set()
    return found


def tag_refusals(tags: Sequence[Mapping[str, Any]], path: Path = ("tags",)) -> list[Refusal]:
    """What is wrong with the tags an order is to have. A value may be empty, a key comes once.

    Source: O2.
    """
    if len(tags) > MOST_TAGS:
        return limit_refusals("tags", MOST_TAGS, len(tags), path)
    found: list[Refusal] = []
    for at, tag in enumerate(tags):
        shapes = TAG_SHAPES if tag["value"] else {"key": TAG_SHAPES["key"]}
        found += given_refusals(tag, shapes, (*path, str(at)))
    for at in repeated([tag["key"] for tag in tags]):
        key = shown(tags[at]["key"])
        found.append(AlreadyTaken(value=key, holder="another tag of the order", path=(*path, str(at), "key")))
    return found
