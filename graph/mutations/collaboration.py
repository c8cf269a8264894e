"""Tasks, comments and attachments: added, changed, removed."""

from datetime import date
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.collaboration import Attachment, Comment, PurchasingTask
from graph.types.mutation_input import ChangeInput, MutationInput, given
from models import collaboration as rows
from models.statuses.orders import TaskState
from models.statuses.people import Role
from resolvers.orders import collaboration

WORKING = (Role.BUYER, Role.RECEIVER, Role.ACCOUNTS_PAYABLE, Role.APPROVER)
"""Everybody who does something with orders or invoices."""

_TITLE = "What is to be done; at most 200 characters."
_DESCRIPTION = "More about it; at most 10,000 characters."
_ASSIGNEE = "Who is to do it; null means nobody yet."
_DUE = "The last day to do it."
_DOCUMENT = "The order or invoice, by id."


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="A task to enter.")
class TaskCreateInput(MutationInput):
    purchase_order_id: strawberry.ID = strawberry.field(description="The order it is about.")
    title: str = strawberry.field(description=_TITLE)
    description: str | None = _optional(_DESCRIPTION)
    assignee_id: strawberry.ID | None = _optional(_ASSIGNEE)
    due_date: date | None = _optional(_DUE)


@strawberry.input(
    description="What to change of a task. Fields that are not given stay as they are; null takes a value away."
)
class TaskUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which task.")
    title: str | None = _optional(_TITLE)
    description: str | None = _optional(_DESCRIPTION)
    state: TaskState | None = _optional("Where it stands; any state can follow any other.")
    assignee_id: strawberry.ID | None = _optional(_ASSIGNEE)
    due_date: date | None = _optional(_DUE)


@strawberry.input(description="A comment to write.")
class CommentAddInput(MutationInput):
    document_id: strawberry.ID = strawberry.field(description=_DOCUMENT)
    text: str = strawberry.field(description="What it says; at most 10,000 characters.")


@strawberry.input(description="A file to note down.")
class AttachmentAddInput(MutationInput):
    document_id: strawberry.ID = strawberry.field(description=_DOCUMENT)
    name: str = strawberry.field(description="The file's name; at most 255 characters.")
    media_type: str = strawberry.field(description="What kind of file it is, such as application/pdf.")
    size: int = strawberry.field(description="Its length in bytes.")
    sha256: str = strawberry.field(description="Its SHA-256: 64 hexadecimal digits.")
    url: str = strawberry.field(description="Where it is, with http:// or https://; at most 2,000 characters.")


@strawberry.input(description="A file to forget; the history keeps what was known of it.")
class AttachmentRemoveInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="Which attachment.")


@strawberry.type(description="A task that was entered or changed.")
class TaskPayload(Payload):
    entity: ClassVar[str] = "task"
    row: ClassVar[Any] = rows.PurchasingTask
    task: PurchasingTask | None = strawberry.field(description="The task; null where it was refused.")


@strawberry.type(description="A comment that was written.")
class CommentPayload(Payload):
    entity: ClassVar[str] = "comment"
    row: ClassVar[Any] = rows.Comment
    comment: Comment | None = strawberry.field(description="The comment; null where it was refused.")


@strawberry.type(description="A file that was noted down or forgotten.")
class AttachmentPayload(Payload):
    entity: ClassVar[str] = "attachment"
    row: ClassVar[Any] = rows.Attachment
    attachment: Attachment | None = strawberry.field(
        description="The attachment; null where it was refused or is gone."
    )


@strawberry.type
class CollaborationMutations:
    @mutation(TaskPayload, "Gives somebody, or nobody yet, something to do about an order.", *WORKING)
    async def task_create(self, info: Info, input: TaskCreateInput) -> Any:
        fields = given(input)
        return await collaboration.create_task(info.context.call, fields.pop("purchase_order_id"), fields)

    @mutation(TaskPayload, "Changes a task: what it says, who does it, where it stands.", *WORKING)
    async def task_update(self, info: Info, input: TaskUpdateInput) -> Any:
        return await collaboration.update_task(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )

    @mutation(CommentPayload, "Writes something about an order or an invoice.", *WORKING)
    async def comment_add(self, info: Info, input: CommentAddInput) -> Any:
        fields = given(input)
        return await collaboration.add_comment(info.context.call, fields.pop("document_id"), fields)

    @mutation(AttachmentPayload, "Notes down a file that belongs to an order or an invoice.", *WORKING)
    async def attachment_add(self, info: Info, input: AttachmentAddInput) -> Any:
        fields = given(input)
        return await collaboration.add_attachment(info.context.call, fields.pop("document_id"), fields)

    @mutation(AttachmentPayload, "Forgets a file.", *WORKING)
    async def attachment_remove(self, info: Info, input: AttachmentRemoveInput) -> Any:
        return await collaboration.remove_attachment(info.context.call, input.id)
