"""What tasks, comments and attachments may say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from models.statuses.orders import TaskState
from resolvers.rules.collaboration import ATTACHMENT_SHAPES, COMMENT_SHAPES, LARGEST_FILE, TASK_SHAPES, closed_at
from resolvers.rules.text import given_refusals

FILE: Final[dict[str, Any]] = {
    "name": "Offer (final).pdf",
    "media_type": "application/pdf",
    "size": 12,
    "sha256": "0" * 64,
    "url": "https://documents.example.com/offers/7?version=2#page",
}
MORNING: Final = datetime(2025, 3, 10, 8, tzinfo=UTC)
NOON: Final = datetime(2025, 3, 10, 12, tzinfo=UTC)


def test_a_file_is_known_by_name_type_size_hash_and_address():
    assert given_refusals(FILE, ATTACHMENT_SHAPES) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 256),
        ("mediaType", "pdf"),
        ("mediaType", "application/pdf; charset=x"),
        ("size", -1),
        ("size", LARGEST_FILE + 1),
        ("sha256", "0" * 63),
        ("sha256", "g" * 64),
        ("url", "ftp://documents.example.com/7"),
        ("url", "https://"),
        ("url", "https:///offers"),
        ("url", "javascript:alert(1)"),
        ("url", "https://user:secret@documents.example.com/7"),
        ("url", "https://documents.example.com/a b"),
        ("url", "https://documents.example.com/<script>"),
        ("url", "https://documents.example.com/" + "x" * 2000),
    ],
)
def test_a_file_that_nobody_could_find_again_is_refused(field: str, value: Any):
    name = {"mediaType": "media_type"}.get(field, field)

    assert [refusal.path for refusal in given_refusals({**FILE, name: value}, ATTACHMENT_SHAPES)] == [(field,)]


@pytest.mark.parametrize("url", ["http://localhost:8080/f", "HTTPS://EXAMPLE.COM".lower(), "https://[::1]/f?x"])
def test_a_file_may_be_anywhere_that_http_reaches(url: str):
    assert given_refusals({"url": url}, ATTACHMENT_SHAPES) == []


def test_a_task_and_a_comment_say_something():
    assert [refusal.path for refusal in given_refusals({"title": " ", "state": None}, TASK_SHAPES)] == [
        ("title",),
        ("state",),
    ]
    assert [refusal.path for refusal in given_refusals({"text": ""}, COMMENT_SHAPES)] == [("text",)]


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        (TaskState.OPEN, None, None),
        (TaskState.DONE, None, NOON),
        (TaskState.CANCELED, MORNING, MORNING),
        (TaskState.IN_PROGRESS, MORNING, None),
    ],
)
def test_a_task_is_over_from_the_first_moment_on_since_which_it_is(
    state: TaskState, before: datetime | None, after: datetime | None
):
    assert closed_at(state, before, NOON) == after
