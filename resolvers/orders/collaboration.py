"""What people do around orders and invoices: tasks, comments, and what is known of files.

None of it changes the document: its edit version and the day of its last edit stay. All of it is in the history.

Source: section 10, V7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.collaboration import Attachment, Comment, PurchasingTask
from models.invoice import Invoice
from models.organization import User
from models.purchase_order import PurchaseOrder
from models.statuses.orders import TaskState
from resolvers import events
from resolvers.administration.records import LONGEST_SUBJECT, referred
from resolvers.errors import NotFound, refuse_all
from resolvers.ids import id_of, opened
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.collaboration import ATTACHMENT_SHAPES, COMMENT_SHAPES, TASK_SHAPES, closed_at
from resolvers.rules.text import api_name, given_refusals, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.event import Event
    from resolvers.operation import Call

Fields = dict[str, Any]

_TASK_FIELDS: Final = ("title", "description", "state", "assignee_id", "due_date")
_ATTACHMENT_FIELDS: Final = ("name", "media_type", "size", "sha256", "url")


# ----------------------------------------------------------------------------------------------------------- tasks


async def create_task(call: Call, purchase_order_id: str, given: Mapping[str, Any]) -> Written:
    """Give somebody, or nobody yet, something to do about an order.

    Raises:
        Refusals: what is wrong with the task.
        NotFound: there is no such order, or no such assignee.
    """
    refuse_all(given_refusals(given, TASK_SHAPES))
    async with in_transaction():
        await locked_gate(call)
        order = await referred(call, PurchaseOrder, purchase_order_id, ("purchaseOrderId",), "purchase order")
        columns = await _task_columns(call, given)
        task = await PurchasingTask.create(
            organization_id=call.organization_id,
            purchase_order_id=order.id,
            created_by_id=call.actor.user_id,
            created_at=call.now,
            updated_at=call.now,
            closed_at=closed_at(columns.get("state", TaskState.OPEN), None, call.now),
            **columns,
        )
        changes = events.changes_between({}, _there(_told_task(task)))
        event = await events.record(call, "task_created", order.number, about=[order], changes=changes)
        return Written(task.id, (event,))


async def update_task(
    call: Call, task_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields of a task that are given; null takes a value away. Any state can follow any other.

    Raises:
        Refusals: what is wrong with the task as it would be.
        NotFound: there is no such task, or no such assignee.
        VersionConflict: somebody changed it after the caller saw it.
    """
    refuse_all(given_refusals(given, TASK_SHAPES))
    async with in_transaction():
        await locked_gate(call)
        task = await visible_to(PurchasingTask, call.actor).select_for_update().get_or_none(id=_key(task_id))
        if task is None:
            raise NotFound(kind="task", key=shown(task_id), path=("id",))
        check_version(expected_version, task.edit_version)
        before = _told_task(task)
        task.update_from_dict(await _task_columns(call, given))
        changes = events.changes_between(before, _told_task(task))
        if not changes:
            return Written(task.id)
        task.closed_at = closed_at(task.state, task.closed_at, call.now)
        task.updated_at = call.now
        task.edit_version += 1
        await task.save(update_fields=[*_TASK_FIELDS, "closed_at", "updated_at", "edit_version"])
        order = await PurchaseOrder.get(id=task.purchase_order_id)
        event = await events.record(call, "task_updated", order.number, about=[order], changes=changes)
        return Written(task.id, (event,))


async def _task_columns(call: Call, given: Mapping[str, Any]) -> Fields:
    """The columns of a task that hold what was given."""
    columns = {name: value for name, value in given.items() if name != "assignee_id"}
    if "state" in columns:
        columns["state"] = TaskState(columns["state"])
    if "assignee_id" in given:
        text = given["assignee_id"]
        user = None if text is None else await referred(call, User, text, ("assigneeId",), "user")
        columns["assignee_id"] = None if user is None else user.id
    return columns


def _told_task(task: PurchasingTask) -> Fields:
    """A task as the history tells it: `tasks.task_3.title`."""
    values = {name: getattr(task, name) for name in _TASK_FIELDS}
    if task.assignee_id is not None:
        values["assignee_id"] = id_of(User, task.assignee_id)
    return {f"tasks.{id_of(PurchasingTask, task.id)}.{api_name(name)}": value for name, value in values.items()}


def _key(text: str) -> int | None:
    found = opened(text)
    return found[1] if found and found[0] is PurchasingTask else None


# -------------------------------------------------------------------------------------------- comments, attachments


async def add_comment(call: Call, document_id: str, given: Mapping[str, Any]) -> Written:
    """Write something about an order or an invoice.

    Raises:
        Refusals: it says nothing, or too much.
        NotFound: there is no such order or invoice.
    """
    refuse_all(given_refusals(given, COMMENT_SHAPES))
    async with in_transaction():
        await locked_gate(call)
        document = await _document(call, document_id)
        comment = await Comment.create(
            organization_id=call.organization_id,
            author_id=call.actor.user_id,
            created_at=call.now,
            text=given["text"],
            **_about(document),
        )
        changes = events.changes_between({}, {f"comments.{id_of(Comment, comment.id)}.text": comment.text})
        return Written(comment.id, (await _told(call, "comment_added", document, changes),))


async def add_attachment(call: Call, document_id: str, given: Mapping[str, Any]) -> Written:
    """Note down what is known of a file that belongs to an order or an invoice.

    Raises:
        Refusals: what is wrong with its name, type, size, hash or address.
        NotFound: there is no such order or invoice.
    """
    given = _in_small_letters(given)
    refuse_all(given_refusals(given, ATTACHMENT_SHAPES))
    async with in_transaction():
        await locked_gate(call)
        document = await _document(call, document_id)
        attachment = await Attachment.create(
            organization_id=call.organization_id,
            added_by_id=call.actor.user_id,
            created_at=call.now,
            **given,
            **_about(document),
        )
        changes = events.changes_between({}, _told_attachment(attachment))
        return Written(attachment.id, (await _told(call, "attachment_added", document, changes),))


async def remove_attachment(call: Call, attachment_id: str) -> Written:
    """Forget a file. The history keeps what was known of it.

    Raises:
        NotFound: there is no such attachment.
    """
    async with in_transaction():
        await locked_gate(call)
        attachment = await referred(call, Attachment, attachment_id, ("id",), "attachment")
        document: Any = await (
            attachment.invoice if attachment.purchase_order_id is None else attachment.purchase_order
        )
        await attachment.delete()
        changes = events.changes_between(_told_attachment(attachment), {})
        return Written(None, (await _told(call, "attachment_removed", document, changes),))


async def _document(call: Call, text: str) -> PurchaseOrder | Invoice:
    """The order or invoice with the id.

    Raises:
        NotFound: there is none for the caller.
    """
    found = opened(text)
    if found is not None and found[0] in {PurchaseOrder, Invoice}:
        document: Any = await visible_to(found[0], call.actor).get_or_none(id=found[1])
        if document is not None:
            return document
    raise NotFound(kind="order or invoice", key=shown(text), path=("documentId",))


def _about(document: PurchaseOrder | Invoice) -> Fields:
    return {"purchase_order_id" if isinstance(document, PurchaseOrder) else "invoice_id": document.id}


async def _told(call: Call, kind: str, document: PurchaseOrder | Invoice, changes: list[events.Change]) -> Event:
    named = document.number if isinstance(document, PurchaseOrder) else document.supplier_invoice_number
    return await events.record(call, kind, named[:LONGEST_SUBJECT], about=[document], changes=changes)


def _told_attachment(attachment: Attachment) -> Fields:
    place = f"attachments.{id_of(Attachment, attachment.id)}"
    return {f"{place}.{api_name(name)}": getattr(attachment, name) for name in _ATTACHMENT_FIELDS}


def _in_small_letters(given: Mapping[str, Any]) -> Fields:
    """Hash and media type as they are compared: in small letters."""
    return {name: value.lower() if name in {"sha256", "media_type"} else value for name, value in given.items()}


def _there(told: Fields) -> Fields:
    return {name: value for name, value in told.items() if value is not None}
