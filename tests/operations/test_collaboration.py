"""Tasks, comments and attachments on real rows."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from models.collaboration import Attachment, Comment, PurchasingTask
from models.event import Event
from models.invoice import Invoice
from models.organization import User
from models.purchase_order import PurchaseOrder
from models.statuses.orders import TaskState
from resolvers.errors import NotFound, VersionConflict
from resolvers.ids import id_of
from resolvers.orders import collaboration
from tests.factories import make_call, make_invoice_row, make_organization, make_user
from tests.ordering import changes, later, make_draft, paths, refused, supplier_of

FILE: Final[dict[str, Any]] = {
    "name": "Offer.pdf",
    "media_type": "Application/PDF",
    "size": 12,
    "sha256": "AB" * 32,
    "url": "https://documents.example.com/7",
}


async def test_a_task_is_given_taken_up_and_done(db: str):
    call = await make_call()
    order = await make_draft(call)
    user = await make_user(await make_organization())
    colleague = await make_user(await call_organization(call))
    about = id_of(PurchaseOrder, order.id)

    made = await collaboration.create_task(
        call, about, {"title": "Ask for a better price", "assignee_id": id_of(User, colleague.id)}
    )
    task = await PurchasingTask.get(id=made.key)
    named = f"tasks.{id_of(PurchasingTask, task.id)}"
    assert (task.state, task.assignee_id, task.created_by_id) == (TaskState.OPEN, colleague.id, call.actor.user_id)
    assert changes(made) == {
        f"{named}.title": (None, "Ask for a better price"),
        f"{named}.state": (None, "OPEN"),
        f"{named}.assigneeId": (None, id_of(User, colleague.id)),
    }

    change = {"state": "DONE", "due_date": date(2025, 3, 31), "assignee_id": None}
    done = await collaboration.update_task(
        later(call, hour=13), id_of(PurchasingTask, task.id), change, expected_version=1
    )
    await task.refresh_from_db()
    assert (task.state, task.assignee_id, task.edit_version) == (TaskState.DONE, None, 2)
    assert task.closed_at == later(call, hour=13).now
    assert changes(done) == {
        f"{named}.state": ("OPEN", "DONE"),
        f"{named}.assigneeId": (id_of(User, colleague.id), None),
        f"{named}.dueDate": (None, "2025-03-31"),
    }
    again = await collaboration.update_task(call, id_of(PurchasingTask, task.id), change)
    assert (again.events, (await PurchasingTask.get(id=task.id)).edit_version) == ((), 2)

    stale = collaboration.update_task(call, id_of(PurchasingTask, task.id), {"state": "OPEN"}, expected_version=1)
    assert await refused(stale) == [VersionConflict(expected=1, current=2, path=("expectedVersion",))]
    stranger = {"assignee_id": id_of(User, user.id)}
    assert paths(await refused(collaboration.update_task(call, id_of(PurchasingTask, task.id), stranger))) == [
        "assigneeId"
    ]
    assert await order_is_untouched(order)


async def test_comments_and_files_belong_to_orders_and_invoices(db: str):
    call = await make_call()
    order = await make_draft(call)
    invoice = await make_invoice_row(call, await supplier_of(call))

    for document, column in ((order, "purchase_order_id"), (invoice, "invoice_id")):
        about = id_of(type(document), document.id)
        said = await collaboration.add_comment(call, about, {"text": "Looks right.\nPay it."})
        noted = await collaboration.add_attachment(call, about, FILE)
        comment, attachment = await Comment.get(id=said.key), await Attachment.get(id=noted.key)
        assert (comment.text, getattr(comment, column)) == ("Looks right.\nPay it.", document.id)
        assert (attachment.sha256, attachment.media_type) == ("ab" * 32, "application/pdf")
        assert getattr(attachment, column) == document.id
        gone = await collaboration.remove_attachment(call, id_of(Attachment, attachment.id))
        assert (gone.key, await Attachment.filter(id=attachment.id).exists()) == (None, False)
        place = f"attachments.{id_of(Attachment, attachment.id)}"
        assert changes(gone)[f"{place}.sha256"] == ("ab" * 32, None)
        told = await Event.filter(**{column: document.id}).order_by("id").values_list("kind", flat=True)
        assert list(told)[-3:] == ["comment_added", "attachment_added", "attachment_removed"]
    assert await order_is_untouched(order)


async def test_what_is_not_there_gets_no_comment_and_no_file(db: str):
    call, stranger = await make_call(), await make_call()
    theirs = await make_draft(stranger)
    supplier = await supplier_of(call)

    for text in (id_of(PurchaseOrder, theirs.id), "po_9999", f"sup_{supplier.id}", "nonsense", id_of(Invoice, 1)):
        found = await refused(collaboration.add_comment(call, text, {"text": "?"}))
        assert found == [NotFound(kind="order or invoice", key=text, path=("documentId",))]
    assert paths(await refused(collaboration.add_attachment(call, "po_1", {**FILE, "size": -1, "url": "x"}))) == [
        "size",
        "url",
    ]
    assert paths(await refused(collaboration.remove_attachment(call, "att_1"))) == ["id"]
    assert paths(await refused(collaboration.create_task(call, id_of(PurchaseOrder, theirs.id), {"title": "?"}))) == [
        "purchaseOrderId"
    ]


async def call_organization(call: Any) -> Any:
    user = await User.get(id=call.actor.user_id).select_related("organization")
    return user.organization


async def order_is_untouched(order: PurchaseOrder) -> bool:
    """What is said around an order does not edit it (O2)."""
    now = await PurchaseOrder.get(id=order.id)
    return (now.edit_version, now.updated_at) == (order.edit_version, order.updated_at)
