"""What tasks, comments and attachments may say, and when a task is over.

Pure.

Source: section 10.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from models.statuses.orders import TaskState
from resolvers.rules.text import NAME, Present, Text, Whole

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.rules.text import Shape

LARGEST_FILE: Final = 2**31 - 1
"""Bytes: two gibibytes, less one."""

OVER: Final = frozenset({TaskState.DONE, TaskState.CANCELED})
"""Nobody has to do anything about a task in one of these."""

TASK_SHAPES: Final[dict[str, Shape]] = {
    "title": NAME,
    "description": Text(longest=10_000, long=True),
    "state": Present(),
}
COMMENT_SHAPES: Final[dict[str, Shape]] = {"text": Text(longest=10_000, required=True, long=True)}
ATTACHMENT_SHAPES: Final[dict[str, Shape]] = {
    "name": Text(longest=255, required=True),
    "media_type": Text(
        longest=127,
        required=True,
        pattern=re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*"),
        expected="a media type in small letters, such as application/pdf",
    ),
    "size": Whole(least=0, greatest=LARGEST_FILE),
    "sha256": Text(
        longest=64,
        required=True,
        pattern=re.compile("[0-9a-f]{64}"),
        expected="the SHA-256 of the file: 64 hexadecimal digits",
    ),
    "url": Text(
        longest=2000,
        required=True,
        pattern=re.compile(
            r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
            r"(?:[/?#][^\s<>\"'\\^`{|}]*)?"
        ),
        expected="where the file is, with http:// or https://, without a password, such as https://documents.example.com/1",
    ),
}


def closed_at(state: TaskState, before: datetime | None, now: datetime) -> datetime | None:
    """When a task was over: the first moment since which it is; none while somebody has to do it."""
    return (before or now) if state in OVER else None
