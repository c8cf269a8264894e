"""What receipts, returns and milestones share: the order held, what its lines have received so far, the document
written, and everything that follows from it derived anew.

    async with in_transaction():
        delivery = await opened(call, given, PurchaseOrderAction.RECEIVE)
        ...
        receipt = await delivery.write(ReceiptKind.GOODS_RECEIPT, given, entries)
        return await delivery.finished("receipt_posted", receipt)

Source: R1, R3, V7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.receiving import Receipt, ReceiptLine
from models.statuses.invoices import ToleranceKind
from models.statuses.orders import OrderType
from models.statuses.receiving import ReceiptKind, ReceiptStatus
from models.values import ZERO
from resolvers import bulk, events
from resolvers.derived import progress
from resolvers.document_numbers import next_number
from resolvers.errors import AlreadyTaken, InvalidValue, NotApplicable, NotFound, WrongStatus, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, check_version, orders_changed
from resolvers.orders.purchase_order_edits import Asked
from resolvers.orders.purchase_order_edits import opened as opened_order
from resolvers.rules.receipts import WHY, Quantities, ReceivedLine
from resolvers.rules.text import api_name, given_refusals, shown
from resolvers.rules.tolerances import Scope, chosen
from resolvers.telling import notices
from resolvers.verifying import verification
from resolvers.verifying.verification_facts import rules_of
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from models.organization import OrganizationGate
    from models.statuses.orders import PurchaseOrderAction
    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.rules.text import Path

_RECEIVED: Final = f"""
SELECT n.line_id, sum(n.quantity) FILTER (WHERE r.kind <> '{ReceiptKind.RETURN}') AS received,
       sum(n.quantity) FILTER (WHERE r.kind = '{ReceiptKind.RETURN}') AS returned,
       sum(CASE r.kind WHEN '{ReceiptKind.RETURN}' THEN -n.rejected_quantity ELSE n.rejected_quantity END) AS rejected
FROM receipt_line n JOIN receipt r ON r.id = n.receipt_id
WHERE n.line_id = ANY($1::bigint[]) AND r.status = '{ReceiptStatus.POSTED}' GROUP BY n.line_id"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a receipt says of one line. A milestone also says the amount and percentage that it acknowledges."""

    line: ReceivedLine
    quantities: Quantities
    path: Path = ()
    amount: Decimal | None = None
    percent: Decimal | None = None


@dataclass(slots=True)
class Delivery:
    """An order whose receipts this transaction changes. `lines` are all of it, by key; `at` what has arrived so far."""

    call: Call
    gate: OrganizationGate
    order: PurchaseOrder
    lines: dict[int, PurchaseOrderLine]
    at: dict[int, ReceivedLine]
    memos: list[events.Event] = field(default_factory=list["events.Event"])
    invoices: list[int] = field(default_factory=list[int])
    rechecked: list[events.Event] = field(default_factory=list["events.Event"])
    told: list[events.Change] = field(default_factory=list["events.Change"])

    async def write(
        self,
        kind: ReceiptKind,
        given: Mapping[str, Any],
        entries: Sequence[Entry],
        *,
        milestone_id: int | None = None,
        corrects_id: int | None = None,
    ) -> Receipt:
        """Store a receipt or return with its entries, numbered in the order in which they were given."""
        call = self.call
        number = given.get("number") or await next_number(
            call, self.gate, prefix="RC", counter="last_receipt_number", row=Receipt
        )
        receipt = await Receipt.create(
            organization_id=call.organization_id,
            purchase_order_id=self.order.id,
            number=number,
            kind=kind,
            received_on=given.get("received_on") or call.today,
            posted_by_id=call.actor.user_id,
            created_at=call.now,
            updated_at=call.now,
            **{name: given.get(name) for name in ("external_id", "reference", "note", "reason")},
            milestone_id=milestone_id,
            corrects_id=corrects_id,
        )
        rows = [
            {
                "organization_id": call.organization_id,
                "receipt_id": receipt.id,
                "line_id": entry.line.id,
                "number": place,
                "currency": self.order.currency,
                "quantity": entry.quantities.quantity,
                "accepted_quantity": entry.quantities.accepted,
                "rejected_quantity": entry.quantities.rejected,
                "amount": entry.amount,
                "percent": entry.percent,
                "created_at": call.now,
            }
            for place, entry in enumerate(entries, start=1)
        ]
        await bulk.insert(ReceiptLine, rows)
        return receipt

    async def finished(
        self, kind: str, receipt: Receipt, lines: Iterable[int], *, reason: str | None = None
    ) -> Written:
        """Derive anew what follows from the changed documents, and tell what happened."""
        before = self.order.status
        touched = {key: self.lines[key] for key in lines}
        had = {key: line.received_quantity for key, line in touched.items()}
        await self.refresh(touched)
        changes = events.changes_between({"status": before}, {"status": self.order.status})
        for line in await PurchaseOrderLine.filter(id__in=list(touched)).order_by("number"):
            name = f"lines.{line.number}.receivedQuantity"
            changes += events.changes_between({name: had[line.id]}, {name: line.received_quantity})
        event = await events.record(
            self.call, kind, receipt.number, about=[self.order], changes=[*changes, *self.told], reason=reason
        )
        return Written(receipt.id, (*self.memos, *self.rechecked, event))

    async def refresh(self, lines: Iterable[int]) -> None:
        """Write the figures and statuses of these lines and of the order anew; tell who runs low on a balance."""
        await progress.settle(self.invoices)
        changes = await progress.refresh([self.order.id], lines=list(lines))
        await notices.balances_changed(self.call, changes)
        self.rechecked += await verification.recheck_orders(self.call, [self.order.id])
        await orders_changed(self.gate)
        await self.order.refresh_from_db(fields=["status"])


async def opened(call: Call, given: Mapping[str, Any], action: PurchaseOrderAction) -> Delivery:
    """The order that an input means, held until the transaction ends, if the action can be done with it now.

    Raises:
        NotFound: there is no such order.
        NotApplicable: a blanket order receives nothing.
        Refusals: why it cannot be done.
    """
    key, number = given.get("purchase_order_id"), given.get("purchase_order_number")
    if (key is None) == (number is None):
        expected = "give either purchaseOrderId or purchaseOrderNumber"
        raise InvalidValue(value="", expected=expected, path=("purchaseOrderId",))
    conditions = {"number": number} if key is None else {"id": key_of(PurchaseOrder, key)}
    order = await visible_to(PurchaseOrder, call.actor).get_or_none(**conditions)
    if order is None:
        path = ("purchaseOrderNumber",) if key is None else ("purchaseOrderId",)
        raise NotFound(kind="purchase order", key=shown(key or number or ""), path=path)
    return await held(call, order, action, reason=given.get("reason"))


async def held(call: Call, order: PurchaseOrder, action: PurchaseOrderAction, *, reason: str | None = None) -> Delivery:
    """An order that is there, held until the transaction ends, if the action can be done with it now.

    Raises:
        NotApplicable: a blanket order receives nothing.
        Refusals: why it cannot be done.
    """
    if order.order_type is OrderType.BLANKET:
        raise NotApplicable(order_type=order.order_type)
    edit = await opened_order(call, Asked(id=id_of(PurchaseOrder, order.id), reason=reason), action)
    lines = {line.id: line for line in await edit.lines()}
    return Delivery(call, edit.gate, edit.order, lines, await _received(call, edit.order, lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Which receipt is to be undone, as the caller saw it, and why."""

    id: str
    expected_version: int | None
    reason: str | None


async def posted_receipt(
    call: Call, undoing: Undoing, action: str, may: Mapping[ReceiptKind, PurchaseOrderAction]
) -> tuple[Receipt, list[ReceiptLine], Delivery]:
    """A receipt that is to be undone, with its lines and its order, all held until the transaction ends.

    Raises:
        NotFound: there is no such receipt.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it is canceled already.
        Refusals: no reason is given, or why the order does not allow it.
    """
    refuse_all(given_refusals({"reason": undoing.reason}, WHY))
    one = visible_to(Receipt, call.actor).get_or_none(id=key_of(Receipt, undoing.id))
    found = await one.prefetch_related("purchase_order")
    if found is None:
        raise NotFound(kind="receipt", key=shown(undoing.id), path=("id",))
    if found.kind not in may:
        expected = " or ".join(f"a {kind}" for kind in may)
        raise InvalidValue(value=str(found.kind), expected=f"expected {expected}", path=("id",))
    delivery = await held(call, found.purchase_order, may[found.kind], reason=undoing.reason)
    receipt = await Receipt.select_for_update().get(id=found.id)
    check_version(undoing.expected_version, receipt.edit_version)
    if receipt.status is not ReceiptStatus.POSTED:
        raise WrongStatus(action=action, status=receipt.status, allowed=(str(ReceiptStatus.POSTED),), path=("id",))
    return receipt, await ReceiptLine.filter(receipt_id=receipt.id).order_by("number"), delivery


def meant_lines(
    delivery: Delivery, given: Sequence[Mapping[str, Any]], check: Callable[[ReceivedLine, Path], list[Refusal]]
) -> list[tuple[ReceivedLine | None, Path, list[Refusal]]]:
    """The line that each entry of an input means, and why it cannot be received or returned."""
    by_number = {line.number: key for key, line in delivery.lines.items()}
    found: list[tuple[ReceivedLine | None, Path, list[Refusal]]] = []
    for place, entry in enumerate(given):
        path = ("lines", str(place))
        text: str | None = entry.get("line_id")
        number: int | None = entry.get("line_number")
        if (text is None) == (number is None):
            wrong = InvalidValue(value="", expected="give either lineId or lineNumber", path=(*path, "lineId"))
            found.append((None, path, [wrong]))
            continue
        key = by_number.get(number or 0) if text is None else key_of(PurchaseOrderLine, text)
        line = None if key is None else delivery.at.get(key)
        if line is None:
            name = "lineNumber" if text is None else "lineId"
            missing = NotFound(kind="line of the order", key=shown(str(text or number)), path=(*path, name))
            found.append((None, path, [missing]))
        else:
            found.append((line, path, check(line, path)))
    return found


async def taken_refusals(call: Call, given: Mapping[str, Any]) -> list[Refusal]:
    """A number or external id that another receipt has."""
    found: list[Refusal] = []
    for name in ("number", "external_id"):
        value: str | None = given.get(name)
        holder = None if value is None else await visible_to(Receipt, call.actor).filter(**{name: value}).first()
        if value is not None and holder is not None:
            holding = f"receipt {id_of(Receipt, holder.id)}"
            found.append(AlreadyTaken(value=value, holder=holding, path=(api_name(name),)))
    return found


def by_line(entries: Iterable[Entry]) -> dict[int, Decimal]:
    """What the entries say of each line, all together."""
    sums: dict[int, Decimal] = {}
    for entry in entries:
        sums[entry.line.id] = sums.get(entry.line.id, ZERO) + entry.quantities.quantity
    return sums


def last_paths(entries: Iterable[Entry]) -> dict[int, Path]:
    """The last entry of each line: where a total is told."""
    return {entry.line.id: (*entry.path, "quantity") for entry in entries}


async def _received(
    call: Call, order: PurchaseOrder, lines: Mapping[int, PurchaseOrderLine]
) -> dict[int, ReceivedLine]:
    """What every line has received so far, and how much more it may."""
    rows = {row["line_id"]: row for row in await database.rows(_RECEIVED, list(lines))}
    scope = Scope(supplier_id=order.supplier_id, cost_center_id=order.cost_center_id)
    tolerance = chosen(await rules_of(call.organization_id), ToleranceKind.OVER_RECEIPT, scope)
    found: dict[int, ReceivedLine] = {}
    for key, line in lines.items():
        sums = {name: rows.get(key, {}).get(name) or ZERO for name in ("received", "returned", "rejected")}
        found[key] = ReceivedLine(
            id=key,
            number=line.number,
            status=line.status,
            product_type=line.product_type,
            acknowledgment_type=line.acknowledgment_type,
            unit=line.unit,
            ordered=line.quantity,
            tolerance=tolerance,
            is_closed=line.closed_at is not None or line.canceled_at is not None,
            by_invoices=ZERO if sums["received"] else line.received_quantity + sums["returned"],
            **sums,
        )
    return found
