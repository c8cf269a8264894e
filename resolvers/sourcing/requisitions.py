"""Requisitions: what people ask for, written, submitted, withdrawn. Orders are made of them in `requisition_orders`.

Source: O10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models.collaboration import PurchasingPermission
from models.organization import CostCenter, LegalEntity, Organization, PaymentTerm, PurchasingEntity, User
from models.purchase_order import PurchaseOrder
from models.requisition import PurchaseRequisition, RequisitionLine
from models.statuses.orders import RequisitionStatus
from resolvers import bulk, events
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.document_numbers import next_number
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound, Refusal, WrongStatus, refuse_all
from resolvers.errors_sourcing import RequisitionIncomplete
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, check_version, locked_gate
from resolvers.orders.purchase_order_history import there
from resolvers.orders.purchasing_permissions import HOLDERS
from resolvers.orders.purchasing_permissions import told as told_permission
from resolvers.rules.ordering import LONGEST_TEXT, REASON
from resolvers.rules.requisition_groups import is_ordered_at_once
from resolvers.rules.text import EXTERNAL_ID, NAME, Text, api_name, given_refusals, shown
from resolvers.sourcing import requisition_lines, requisition_orders
from resolvers.sourcing.requisition_lines import told_line
from resolvers.sourcing.requisitioning import refresh_requisitions
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.event import Event
    from models.organization import OrganizationGate
    from resolvers.events import Change
    from resolvers.operation import Call

REQUISITION: Final = Kind(
    row=PurchaseRequisition,
    word="requisition",
    shapes={
        "external_id": EXTERNAL_ID,
        "display_name": NAME.optional,
        "description": Text(longest=LONGEST_TEXT, long=True),
    },
    unique=("external_id",),
    subject="number",
    references={
        "requested_by_id": (User, "user"),
        "assigned_to_id": (User, "user"),
        "cost_center_id": (CostCenter, "cost center"),
        "legal_entity_id": (LegalEntity, "legal entity"),
        "purchasing_entity_id": (PurchasingEntity, "purchasing entity"),
        "payment_term_id": (PaymentTerm, "payment term"),
    },
)
MOST_PERMISSIONS: Final = 100
_LISTS: Final = frozenset({"lines", "permissions"})
_ASSIGNED: Final = "assigned_to_id"
_WRITABLE: Final = (RequisitionStatus.DRAFT,)
_ASSIGNABLE: Final = tuple(word for word in RequisitionStatus if word is not RequisitionStatus.CANCELED)
_WITHDRAWABLE: Final = (
    RequisitionStatus.DRAFT,
    RequisitionStatus.SUBMITTED,
    RequisitionStatus.PARTIALLY_ORDERED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Which requisition is to be changed, as the caller saw it, and why: by its id or number, or the id of a line."""

    id: str | None = None
    number: str | None = None
    line_id: str | None = None
    expected_version: int | None = None
    reason: str | None = None


@dataclass(slots=True)
class Edit:
    """A change of a requisition that this transaction makes."""

    call: Call
    gate: OrganizationGate
    row: PurchaseRequisition
    reason: str | None = None
    changes: list[Change] = field(default_factory=list["Change"])

    async def lines(self) -> list[RequisitionLine]:
        """Its lines, by number."""
        return await RequisitionLine.filter(requisition_id=self.row.id).order_by("number")

    async def saved(self, kind: str, columns: Iterable[str] = ()) -> Written:
        """Write down the changed columns, what follows from them, the edit and its event."""
        before = self.row.status
        self.row.updated_at = self.call.now
        self.row.edit_version += 1
        await self.row.save(update_fields=sorted({*columns, "updated_at", "edit_version"}))
        await refresh_requisitions([self.row.id])
        await self.row.refresh_from_db(fields=["status", "total_amount"])
        self.changes += events.changes_between({"status": before}, {"status": self.row.status})
        event = await events.record(
            self.call, kind, self.row.number, about=[self.row], changes=self.changes, reason=self.reason
        )
        return Written(self.row.id, (event,))


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Write a requisition with its lines: a draft, which the caller asks for unless another user is named.

    Source: O10.

    Raises:
        Refusals: everything that is wrong with it.
    """
    given = {name: value for name, value in given.items() if value is not None}
    fields = {name: value for name, value in given.items() if name not in _LISTS}
    lines: Sequence[Mapping[str, Any]] = given.get("lines", [])
    refuse_all(given_refusals(fields, REQUISITION.shapes))
    async with in_transaction():
        gate = await locked_gate(call)
        columns = await records.referring(call, REQUISITION, fields)
        permissions, wrong = await _permissions(call, given.get("permissions", []))
        paths = [("lines", str(at)) for at in range(len(lines))]
        drafts = await requisition_lines.drafts(call, lines, fields["currency"], paths)
        refuse_all([*wrong, *drafts.refusals, *await _taken(call, fields, None)])
        number = await next_number(call, gate, prefix="PR", counter="last_requisition_number", row=PurchaseRequisition)
        values: dict[str, Any] = {"requested_by_id": call.actor.user_id, **columns}
        row = await PurchaseRequisition.create(
            organization_id=call.organization_id,
            number=number,
            created_at=call.now,
            updated_at=call.now,
            edit_version=0,
            **values,
        )
        edit = Edit(call, gate, row)
        made = _rows(edit, drafts.lines)
        await RequisitionLine.bulk_create(made)
        told = _told_header(row, [*columns, "requested_by_id"]) | await _grant(edit, permissions)
        for line in made:
            told |= told_line(line)
        edit.changes = events.changes_between({}, there(told))
        return await edit.saved("requisition_created")


async def update(call: Call, meant: Meant, given: Mapping[str, Any]) -> Written:
    """Change the fields of a draft that are given; permissions are replaced as a whole. The currency stays.

    Whom it is assigned to may change as long as it is not withdrawn, and is whom to ask about its orders, too.

    Source: O10.

    Raises:
        Refusals: what is wrong with the fields, or the requisition is no draft.
    """
    fields = {name: value for name, value in given.items() if name not in _LISTS}
    async with in_transaction():
        edit = await opened(call, meant, "UPDATE", _ASSIGNABLE if set(given) == {_ASSIGNED} else _WRITABLE)
        wrong = [*given_refusals(fields, REQUISITION.shapes), *await _taken(call, fields, edit.row.id)]
        columns = await records.referring(call, REQUISITION, fields)
        before = _told_header(edit.row, columns)
        if "permissions" in given:
            permissions, unfit = await _permissions(call, given["permissions"] or [])
            refuse_all([*wrong, *unfit])
            held = PurchasingPermission.filter(requisition_id=edit.row.id).order_by("id")
            before |= _told_permissions(await held)
            await held.delete()
            edit.row.update_from_dict(columns)
            after = _told_header(edit.row, columns) | await _grant(edit, permissions)
        else:
            refuse_all(wrong)
            edit.row.update_from_dict(columns)
            after = _told_header(edit.row, columns)
        edit.changes = events.changes_between(before, after)
        if not edit.changes:
            return Written(edit.row.id)
        written = await edit.saved("requisition_updated", columns)
        handed_over = await _hand_over(edit) if _ASSIGNED in fields else ()
        return Written(written.key, (*written.events, *handed_over))


async def _hand_over(edit: Edit) -> list[Event]:
    """Who handles the requisition is whom to ask about its orders."""
    assigned = edit.row.assigned_to_id
    orders = await PurchaseOrder.filter(requisition_id=edit.row.id).order_by("id")
    others = [order for order in orders if order.primary_contact_id != assigned]
    told: list[Event] = []
    for order in others:
        before = {"primaryContactId": order.primary_contact_id and id_of(User, order.primary_contact_id)}
        changes = events.changes_between(before, {"primaryContactId": assigned and id_of(User, assigned)})
        told.append(events.prepared(edit.call, "purchase_order_updated", order.number, about=[order], changes=changes))
    keys = [order.id for order in others]
    await PurchaseOrder.filter(id__in=keys).update(primary_contact_id=assigned, edit_version=F("edit_version") + 1)
    await bulk.insert_events(told)
    return told


async def add_line(call: Call, meant: Meant, given: Mapping[str, Any]) -> Written:
    """Add a line to a draft; without a number it gets the one after the highest.

    Raises:
        Refusals: what is wrong with the line, or the requisition is no draft.
    """
    async with in_transaction():
        edit = await opened(call, meant, "ADD_LINE", (RequisitionStatus.DRAFT,))
        present = [line.number for line in await edit.lines()]
        drafts = await requisition_lines.drafts(call, [given], edit.row.currency, [("line",)], present)
        refuse_all(drafts.refusals)
        [line] = _rows(edit, drafts.lines)
        await line.save()
        edit.changes = events.changes_between({}, there(told_line(line)))
        return await edit.saved("requisition_line_added")


async def update_line(call: Call, meant: Meant, given: Mapping[str, Any]) -> Written:
    """Change the fields of a draft's line that are given.

    Raises:
        Refusals: what is wrong with the line as it would be, or the requisition is no draft.
    """
    async with in_transaction():
        edit = await opened(call, meant, "UPDATE_LINE", (RequisitionStatus.DRAFT,))
        line = await _meant_line(edit, meant)
        before = told_line(line)
        drafts = await requisition_lines.changed(call, line, given, ("line",))
        refuse_all(drafts.refusals)
        [columns] = drafts.lines
        line.update_from_dict(columns)
        edit.changes = events.changes_between(before, told_line(line))
        if not edit.changes:
            return Written(edit.row.id)
        await line.save(update_fields=list(columns))
        return await edit.saved("requisition_line_updated")


async def remove_line(call: Call, meant: Meant) -> Written:
    """Remove a line of a draft.

    Raises:
        WrongStatus: the requisition is no draft.
    """
    async with in_transaction():
        edit = await opened(call, meant, "REMOVE_LINE", (RequisitionStatus.DRAFT,))
        line = await _meant_line(edit, meant)
        await line.delete()
        edit.changes = events.changes_between(there(told_line(line)), {})
        return await edit.saved("requisition_line_removed")


async def submit(call: Call, meant: Meant) -> Written:
    """Ask for what a draft says. Where the settings say so, it is ordered at once, and the orders are submitted.

    Source: O10.

    Raises:
        Refusals: it is no draft, has no line, or a line without a supplier; or why it cannot be ordered at once.
    """
    async with in_transaction():
        edit = await opened(call, meant, "SUBMIT", (RequisitionStatus.DRAFT,))
        lines = await edit.lines()
        incomplete: list[Refusal] = [] if lines else [RequisitionIncomplete(missing="line")]
        incomplete += [
            RequisitionIncomplete(missing="supplier", line=line.number) for line in lines if line.supplier_id is None
        ]
        refuse_all(incomplete)
        edit.row.submitted_at = call.now
        written = await edit.saved("requisition_submitted", ["submitted_at"])
        settings = await Organization.get(id=call.organization_id)
        at_once = is_ordered_at_once(
            edit.row.total_amount, auto_order=settings.auto_order, threshold=settings.auto_order_threshold
        )
        if not at_once:
            return written
        ordered = await requisition_orders.placed(call, edit.gate, edit.row, lines, None, submit=True)
        return Written(edit.row.id, (*written.events, *ordered))


async def cancel(call: Call, meant: Meant) -> Written:
    """Withdraw a requisition: nothing more of it is ordered. Orders that were made from it stay.

    Source: O10.

    Raises:
        Refusals: it is ordered in full, or withdrawn already.
    """
    async with in_transaction():
        edit = await opened(call, meant, "CANCEL", _WITHDRAWABLE)
        edit.row.canceled_at = call.now
        return await edit.saved("requisition_canceled", ["canceled_at"])


async def order(
    call: Call, meant: Meant, lines: Sequence[Mapping[str, Any]] | None = None, *, submit: bool = False
) -> Written:
    """Make orders of a requisition: of all that is open, or of the given lines; drafts, or submitted at once.

    All of them are made, or none.

    Source: O10.

    Raises:
        Refusals: everything that speaks against any of them.
    """
    async with in_transaction():
        allowed = (RequisitionStatus.SUBMITTED, RequisitionStatus.PARTIALLY_ORDERED)
        edit = await opened(call, meant, "ORDER", allowed)
        ordered = await requisition_orders.placed(
            call, edit.gate, edit.row, await edit.lines(), lines, submit=submit, reason=meant.reason
        )
        return Written(edit.row.id, ordered)


async def opened(call: Call, meant: Meant, action: str, allowed: tuple[RequisitionStatus, ...]) -> Edit:
    """The requisition that is meant, held until the transaction ends, if it stands so that this can be done.

    Raises:
        NotFound: there is none for the caller.
        InvalidValue: not exactly one key is given.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it stands otherwise.
    """
    gate = await locked_gate(call)
    refuse_all(REASON.refusals(meant.reason, ("reason",)))
    rows = visible_to(PurchaseRequisition, call.actor).select_for_update()
    row = await rows.get_or_none(**await _conditions(call, meant))
    if row is None:
        path = ("number",) if meant.id is None else ("id",)
        raise NotFound(kind="requisition", key=shown(meant.id or meant.number or ""), path=path)
    check_version(meant.expected_version, row.edit_version)
    if row.status not in allowed:
        raise WrongStatus(action=action, status=row.status, allowed=tuple(map(str, allowed)))
    return Edit(call, gate, row, meant.reason)


async def _conditions(call: Call, meant: Meant) -> dict[str, Any]:
    if meant.line_id is not None:
        lines = visible_to(RequisitionLine, call.actor)
        line = await lines.get_or_none(id=key_of(RequisitionLine, meant.line_id))
        if line is None:
            raise NotFound(kind="requisition line", key=shown(meant.line_id), path=("lineId",))
        return {"id": line.requisition_id}
    if (meant.id is None) == (meant.number is None):
        say = "give either id or number, to say which requisition is meant"
        raise InvalidValue(value="", expected=say, path=("id",))
    return {"number": meant.number} if meant.id is None else {"id": key_of(PurchaseRequisition, meant.id)}


async def _meant_line(edit: Edit, meant: Meant) -> RequisitionLine:
    key = key_of(RequisitionLine, meant.line_id or "")
    line = await RequisitionLine.get_or_none(id=key, requisition_id=edit.row.id)
    if line is None:
        # Somebody else removed it while this waited at the gate.
        raise NotFound(kind="requisition line", key=shown(meant.line_id or ""), path=("lineId",))
    return line


async def _taken(call: Call, fields: Mapping[str, Any], own: int | None) -> list[Refusal]:
    """An external id that another requisition has."""
    external_id = fields.get("external_id")
    if external_id is None:
        return []
    holder = await visible_to(PurchaseRequisition, call.actor).filter(external_id=external_id).first()
    if holder is None or holder.id == own:
        return []
    holding = f"requisition {id_of(PurchaseRequisition, holder.id)}"
    return [AlreadyTaken(value=external_id, holder=holding, path=("externalId",))]


def _rows(edit: Edit, lines: Iterable[Mapping[str, Any]]) -> list[RequisitionLine]:
    common = {
        "organization_id": edit.call.organization_id,
        "requisition_id": edit.row.id,
        "created_at": edit.call.now,
        "currency": edit.row.currency,
    }
    return [RequisitionLine(**common, **line) for line in lines]


async def _permissions(call: Call, given: Sequence[Mapping[str, Any]]) -> tuple[list[tuple[str, int]], list[Refusal]]:
    """Who is to draw on the blanket orders: the column and key of each holder."""
    path = ("permissions",)
    if len(given) > MOST_PERMISSIONS:
        most = f"at most {MOST_PERMISSIONS} are accepted"
        return [], [InvalidValue(value=f"{len(given)} values", expected=most, path=path)]
    found: list[tuple[str, int]] = []
    refusals: list[Refusal] = []
    for at, each in enumerate(given):
        here = (*path, str(at))
        named = [name for name in HOLDERS if each.get(name) is not None]
        if len(named) != 1:
            expected = "give exactly one of userId, groupId and costCenterId"
            refusals.append(InvalidValue(value=f"{len(named)} of them", expected=expected, path=here))
            continue
        [name] = named
        row, word = HOLDERS[name]
        key = key_of(row, each[name])
        if key is None or not await visible_to(row, call.actor).filter(id=key).exists():
            refusals.append(NotFound(kind=word, key=shown(each[name]), path=(*here, api_name(name))))
        elif (name, key) in found:
            again = "it is in the list already"
            refusals.append(InvalidValue(value=each[name], expected=again, path=(*here, api_name(name))))
        else:
            found.append((name, key))
    return found, refusals


async def _grant(edit: Edit, holders: Iterable[tuple[str, int]]) -> dict[str, Any]:
    common = {
        "organization_id": edit.call.organization_id,
        "requisition_id": edit.row.id,
        "created_at": edit.call.now,
    }
    rows = [PurchasingPermission(**{**common, name: key}) for name, key in holders]
    await PurchasingPermission.bulk_create(rows)
    return _told_permissions(rows)


def _told_permissions(rows: Iterable[PurchasingPermission]) -> dict[str, Any]:
    """Permissions as the history tells them: all holders of a kind in one field."""
    told: dict[str, Any] = {}
    for row in rows:
        for name, holder in told_permission(row).items():
            told[name] = f"{told[name]}, {holder}" if name in told else holder
    return told


def _told_header(row: PurchaseRequisition, names: Iterable[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in dict.fromkeys(names):
        value = getattr(row, name)
        if name in REQUISITION.references and value is not None:
            value = id_of(REQUISITION.references[name][0], value)
        told[api_name(name)] = value
    return told
