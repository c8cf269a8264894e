"""A database full of awkward rows: nulls, odd texts, huge and tiny figures, ties, two organizations.

Rows are made from the columns' own descriptions, so that a new column or table is filled without being mentioned here.
What the database insists on beyond its columns stands in `_AGREEMENTS`.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from tortoise import Tortoise, fields
from tortoise.contrib.postgres.fields import ArrayField, TSVectorField
from tortoise.fields import relational

from models.approval import ApprovalPlan, ApprovalRule, ApprovalRuleApprover
from models.collaboration import Attachment, Comment, PurchasingPermission
from models.contract import Contract, PriceBreak, SupplierProduct
from models.event import Event
from models.fields import WordColumn
from models.invoice import Allocation, Invoice, InvoiceLine
from models.match import DroppedCandidates, Match
from models.organization import HandlingFeeRule, IdempotencyKey, Organization, OrganizationGate, User
from models.payment import Payment
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.receiving import Milestone, ReceiptLine
from models.requisition import RequisitionLine
from models.revision import Revision, RevisionLine
from models.statuses.invoices import InvoiceKind, MatchCriterion, MatchOutcome
from models.statuses.orders import HandlingFeeKind, LineItemType, RevisionStatus
from models.statuses.people import NoticeKind, Role
from models.supplier import SellerEntity
from models.verification import ToleranceRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tortoise.models import Model

TEXTS: Final = (
    "",
    "plain",
    "Plain",
    "O'Hara & Sons",
    '"quoted", with commas: {and} [brackets]',
    "back\\slash \\n \\u0041 \\",
    "line one\nline two\r\ttabbed\b\f",
    "</script><script>alert(1)</script><!--",
    "'; DROP TABLE purchase_order; --",
    "{row} {today} {0} {} %s %(x)s $1 :name",
    "🧾 👩‍💻 \U0001d4b3 \U0010ffff",
    "Ünïcödé ẞß İı Ω 合同",
    "\u2028\u2029\u0001\u001f\u007f\u0085\ufeff",
    "null",
    "100% _under_ score",
)
CURRENCIES: Final = ("USD", "USD", "EUR", "JPY", "KWD")
DAYS: Final = (
    *(date(2025, 3, 10) + timedelta(days=days) for days in (-400, -31, -1, 0, 0, 1, 30, 365)),
    date(1900, 1, 1),
    date(2999, 12, 31),
)
MOMENTS: Final = (
    datetime(2025, 3, 10, 12, tzinfo=UTC),
    datetime(2025, 3, 10, 12, 0, 0, 1, tzinfo=UTC),
    datetime(2025, 3, 10, 12, 0, 0, 100000, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2999, 12, 31, 23, 59, 59, 123456, tzinfo=UTC),
)
COUNTS: Final[Mapping[type[Model], int]] = {
    User: 3,
    PurchaseOrder: 7,
    PurchaseOrderLine: 14,
    PurchaseOrderSellerEntity: 6,
    Contact: 8,
    Tag: 8,
    Invoice: 8,
    InvoiceLine: 8,
    Allocation: 12,
    Match: 7,
    Event: 12,
}
USUALLY: Final = 3


class Abundance:
    """Fills a database; `made` keeps the rows by their kind, in the order of their making.

    There is an organization for each of the marks, with which its texts begin. Where `crossing`, rows refer to rows of
    other organizations, too.
    """

    def __init__(self, seed: int, *, crossing: bool = False, marks: tuple[str, ...] = ("", "")) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - chance that repeats itself
        self.crossing = crossing
        self.marks = marks
        self.mark = ""
        self.made: dict[type[Model], list[Any]] = {}
        self._numbers = count(1)

    async def fill(self) -> Abundance:
        """Makes rows of every kind in every organization."""
        for mark in self.marks:
            self.mark = mark
            await self._make(Organization, None)
        for model in tables():
            for mark, owner in zip(self.marks, self.made[Organization], strict=True):
                self.mark = mark
                for _ in range(1 if model is OrganizationGate else COUNTS.get(model, USUALLY)):
                    await self._make(model, owner)
        return self

    async def _make(self, model: type[Model], owner: Any) -> None:
        values = self._values(model, owner)
        if any(value is _NOTHING for value in values.values()):
            return
        for agree in (agreement for kind, agreement in _AGREEMENTS if kind is model):
            agree(self, values)
        if any(value is _NOTHING for value in values.values()):
            return
        if not self._is_new(model, values):
            return
        self.made.setdefault(model, []).append(await model.create(**values))

    def _values(self, model: type[Model], owner: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        fields_map: dict[str, Any] = model._meta.fields_map
        for name, column in fields_map.items():
            if name == "organization":
                values["organization_id"] = owner.id
            elif isinstance(column, relational.ForeignKeyFieldInstance):
                values[column.source_field or name] = self._key(column, owner)
        for name, column in fields_map.items():
            if name not in values and not column.generated and not isinstance(column, _NOT_COLUMNS):
                values[name] = self._value(name, column, alone=(name,) in _unique(model) or column.unique)
        marks = {name for name, column in fields_map.items() if isinstance(column, fields.CharField | fields.TextField)}
        for name in marks & {name for names in _unique(model) for name in names}:
            if values.get(name) is not None:
                values[name] = f"{next(self._numbers)}{values[name]}"[: getattr(fields_map[name], "max_length", None)]
        return values

    def _key(self, column: Any, owner: Any) -> Any:
        rows = self.made.get(column.related_model, [])
        if not self.crossing:
            rows = [row for row in rows if row.organization_id == owner.id]
        if column.null and (not rows or self.chance.random() < 0.3):  # nearly a third are missing
            return None
        return self.chance.choice(rows).id if rows else _NOTHING

    def _value(  # noqa: C901, PLR0911 - one case a kind of column
        self, name: str, column: Any, *, alone: bool
    ) -> Any:
        if column.null and self.chance.random() < 0.3:
            return None
        match column:
            case _ if name == "currency":
                return self.chance.choice(CURRENCIES)
            case WordColumn():
                return self.chance.choice(list(column.words or ()))
            case fields.BooleanField():
                return self.chance.random() < 0.5
            case fields.IntField():
                return next(self._numbers) if alone else self.chance.choice((0, 1, 2, 30, 2**31 - 1))
            case fields.DecimalField():
                return self.amount(column.max_digits, column.decimal_places)
            case fields.DatetimeField():
                return self.chance.choice(MOMENTS)
            case fields.DateField():
                return self.chance.choice(DAYS)
            case ArrayField():
                items = TEXTS if column.element_type == "TEXT" else range(100)
                return self.chance.sample(items, self.chance.choice((0, 1, 3)))
            case fields.JSONField():
                return self._json(name)
            case _:
                return (self.mark + self.chance.choice(TEXTS))[: getattr(column, "max_length", None)]

    def amount(self, digits: int = 20, places: int = 4) -> Decimal:
        """A figure: often round, sometimes as large or small as the column takes, sometimes below zero."""
        smallest = Decimal(1).scaleb(-places)
        largest = Decimal(10) ** (digits - places) - smallest
        usual = [Decimal(0), Decimal("0.01"), Decimal(1), Decimal(100), Decimal("1234.5"), Decimal(10000)]
        figure = self.chance.choice([*usual, *usual, smallest, largest])
        return figure if self.chance.random() < 0.8 else -figure

    def _json(self, name: str) -> Any:
        text = lambda: self.chance.choice([None, self.mark + self.chance.choice(TEXTS)])  # noqa: E731
        if name == "changes":
            return [
                {"field": self.chance.choice(TEXTS), "from": text(), "to": text()}
                for _ in range(self.chance.choice((0, 1, 3)))
            ]
        if name == "cause":
            return {
                "reason": text(),
                "by": text(),
                "invoice_count": 2,
                "planned_for": self.chance.choice([None, "2025-03-10"]),
            }
        if name == "documents":
            return [
                {"id": "inv_1", "number": self.mark + self.chance.choice(TEXTS), "quantity": quantity, "amount": "-10"}
                for quantity in self.chance.choice(((), ("0.5", None)))
            ]
        if name in {"ship_to", "address"}:
            keys = ("name", "street", "city", "postal_code", "region", "country")
            return {key: text() for key in keys if self.chance.random() < 0.8}
        return []

    def _is_new(self, model: type[Model], values: dict[str, Any]) -> bool:
        """Whether the row would not be the second with one of its unique keys."""
        return not any(
            all(_same(row, name, values.get(name)) for name in names)
            for names in _unique(model)
            for row in self.made.get(model, ())
        )


def tables() -> list[type[Model]]:
    """Every table of rows that belong to an organization, those that others refer to first."""
    waiting = [model for model in Tortoise.apps["models"].values() if model is not Organization]
    waiting = [model for model in waiting if "organization" in model._meta.fields_map and model is not IdempotencyKey]
    ready: list[type[Model]] = [Organization]
    while waiting:
        model = next(model for model in waiting if all(other in ready for other in _needed(model)))
        waiting.remove(model)
        ready.append(model)
    return ready[1:]


def _needed(model: type[Model]) -> set[Any]:
    fields_map: dict[str, Any] = model._meta.fields_map
    keys = (column for column in fields_map.values() if isinstance(column, relational.ForeignKeyFieldInstance))
    return {column.related_model for column in keys if column.related_model is not model}


def _unique(model: type[Model]) -> list[tuple[str, ...]]:
    meta: Any = model._meta
    keys = [tuple(names) for names in meta.unique_together]
    keys += [tuple(key.fields) for key in meta.constraints if hasattr(key, "fields") and not key.condition]
    return keys + [(name,) for name, column in meta.fields_map.items() if column.unique and name != "id"]


def _same(row: Any, name: str, value: Any) -> bool:
    return value is not None and getattr(row, name) == value


_NOTHING: Final = object()
_NOT_COLUMNS: Final = (
    relational.RelationalField,
    TSVectorField,
)


# What the database checks about whole rows.


def _organization(_: Abundance, values: dict[str, Any]) -> None:
    values |= {"locale": "en_US", "expiring_soon_days": 60}


def _user(made: Abundance, values: dict[str, Any]) -> None:
    values["roles"] = made.chance.sample([str(role) for role in Role], 2)


def _seller_entity(made: Abundance, values: dict[str, Any]) -> None:
    values["line_item_types"] = made.chance.sample([str(word) for word in LineItemType], 2)


def _contact(made: Abundance, values: dict[str, Any]) -> None:
    values["muted_notices"] = made.chance.sample([str(word) for word in NoticeKind], 2)


def _in_order(first: str, last: str) -> Callable[[Abundance, dict[str, Any]], None]:
    def agree(_: Abundance, values: dict[str, Any]) -> None:
        if values[first] is not None and values[last] is not None:
            values[first], values[last] = sorted((values[first], values[last]))

    return agree


def _together(leader: str, *names: str) -> Callable[[Abundance, dict[str, Any]], None]:
    """All of the columns have a value, or none of them."""

    def agree(made: Abundance, values: dict[str, Any]) -> None:
        for name in names:
            values[name] = None if values[leader] is None else values[name] or made.amount(9, 4)

    return agree


def _order(made: Abundance, values: dict[str, Any]) -> None:
    words = made.chance.sample(("cloud", "march", "servers", "clown", "über", "1001"), 3)
    values["search_text"] = " ".join([*words, *([made.mark.lower()] if made.mark else [])])


def _line(made: Abundance, values: dict[str, Any]) -> None:
    for name in ("quantity", "unit_price", "discount", "tax_amount"):
        values[name] = abs(values[name])
    values["balance_tracked"] = values["balance_limit"] is not None


def _invoice(made: Abundance, values: dict[str, Any]) -> None:
    values["supplier_invoice_number"] = f"{next(made._numbers)}{values['supplier_invoice_number']}"[:100]
    sign = 1 if values["kind"] == InvoiceKind.INVOICE else -1
    for name in ("amount_before_tax", "tax_amount"):
        values[name] = sign * min(abs(values[name]), Decimal(10) ** 15)
    values["total_amount"] = values["amount_before_tax"] + values["tax_amount"]


def _one_current(*names: str, ended: str) -> Callable[[Abundance, dict[str, Any]], None]:
    """A later row with the same values finds the earlier one in force, and is history itself."""

    def agree(made: Abundance, values: dict[str, Any]) -> None:
        model = Match if "superseded_at" in values else Allocation
        if any(all(getattr(row, name) == values[name] for name in names) for row in made.made.get(model, ())):
            values[ended] = values[ended] or made.chance.choice(MOMENTS)

    return agree


def _match(made: Abundance, values: dict[str, Any]) -> None:
    orders, lines = made.made[PurchaseOrder], made.made[PurchaseOrderLine]
    line = made.chance.choice(made.made[InvoiceLine])
    values["outcome"] = made.chance.choice(list(MatchOutcome))
    values["ranked"] = [
        [
            made.chance.choice(orders).id,
            made.chance.choice(lines).id,
            made.chance.choice([None, *MatchCriterion]),
            made.mark + made.chance.choice(TEXTS),
            made.chance.choice([None, "-12.5", "1000.0000"]),
            *made.chance.choice([[], [line.id, 1], [line.id, None]]),
        ]
        for _ in range(made.chance.choice((0, 1, 3)))
    ]


def _dropped(made: Abundance, values: dict[str, Any]) -> None:
    orders = made.made.get(PurchaseOrder, [])
    values["entries"] = [
        [order.id, None, made.chance.choice(list(MatchCriterion)), made.mark + made.chance.choice(TEXTS)]
        for order in made.chance.sample(orders, min(2, len(orders)))
    ]


def _one_of(*names: str, required: bool = True) -> Callable[[Abundance, dict[str, Any]], None]:
    """Exactly one of the columns has a value, where there is anything to have."""

    def agree(made: Abundance, values: dict[str, Any]) -> None:
        given = [name for name in names if values[name] is not None]
        keep = made.chance.choice(given) if given else None
        for name in names:
            values[name] = values[name] if name == keep else None
        if keep is None and required:
            values[names[0]] = _NOTHING

    return agree


def _not_negative(*names: str) -> Callable[[Abundance, dict[str, Any]], None]:
    def agree(_: Abundance, values: dict[str, Any]) -> None:
        for name in names:
            values[name] = None if values[name] is None else abs(values[name])

    return agree


def _milestone(made: Abundance, values: dict[str, Any]) -> None:
    kept = made.chance.choice(("amount", "percent"))
    figures = {"amount": made.amount(), "percent": made.amount(7, 2)}
    values |= {name: abs(figure) if name == kept else None for name, figure in figures.items()}


def _receipt_line(made: Abundance, values: dict[str, Any]) -> None:
    for name in ("accepted_quantity", "rejected_quantity"):
        values[name] = min(abs(values[name]), Decimal(10) ** 9)
    values["quantity"] = values["accepted_quantity"] + values["rejected_quantity"]


def _payment(_: Abundance, values: dict[str, Any]) -> None:
    values["amount"] = values["amount"] or Decimal(1)


def _handling_fee(made: Abundance, values: dict[str, Any]) -> None:
    fixed = values["kind"] == HandlingFeeKind.FIXED
    values["amount"] = abs(made.amount()) if fixed else None
    values["percent"] = None if fixed else abs(made.amount(7, 2))


def _tolerance(made: Abundance, values: dict[str, Any]) -> None:
    values["value"] = abs(made.amount())
    values["percentage"] = None if values["percentage"] is None else abs(values["percentage"])


def _price_break(_: Abundance, values: dict[str, Any]) -> None:
    values["minimum_quantity"] = abs(values["minimum_quantity"]) or Decimal(1)
    values["unit_price"] = abs(values["unit_price"])


def _requisition_line(_: Abundance, values: dict[str, Any]) -> None:
    values["quantity"] = abs(values["quantity"]) or Decimal(1)
    values["unit_price"] = abs(values["unit_price"])


def _plan(_: Abundance, values: dict[str, Any]) -> None:
    if values["invoice_id"] is None and values["purchase_order_id"] is None:
        values["purchase_order_id"] = _NOTHING


def _revision(made: Abundance, values: dict[str, Any]) -> None:
    open_ones = ("DRAFT", "PENDING_APPROVAL", "APPROVED")
    taken = any(
        row.purchase_order_id == values["purchase_order_id"] and row.status in open_ones
        for row in made.made.get(Revision, ())
    )
    values["status"] = RevisionStatus.APPLIED if taken else values["status"]
    values["changes"] = {}


def _revision_line(_: Abundance, values: dict[str, Any]) -> None:
    values["changes"] = {}


_BALANCE: Final = _together("balance_limit", "balance_used", "balance_current", "balance_percent")
_AGREEMENTS: Final[Iterable[tuple[type[Model], Callable[[Abundance, dict[str, Any]], None]]]] = (
    (Organization, _organization),
    (User, _user),
    (SellerEntity, _seller_entity),
    (Contact, _contact),
    (PurchaseOrder, _in_order("effective_date", "expiration_date")),
    (PurchaseOrder, _BALANCE),
    (PurchaseOrder, _order),
    (PurchaseOrderLine, _in_order("start_date", "end_date")),
    (PurchaseOrderLine, _BALANCE),
    (PurchaseOrderLine, _line),
    (Invoice, _in_order("billing_period_start", "billing_period_end")),
    (Invoice, _invoice),
    (Allocation, _in_order("period_start", "period_end")),
    (Allocation, _one_current("invoice_id", "line_id", ended="ended_at")),
    (Invoice, _not_negative("other_charges", "discount_amount")),
    (Allocation, _one_current("invoice_line_id", "line_id", ended="ended_at")),
    (Milestone, _milestone),
    (ReceiptLine, _receipt_line),
    (Payment, _payment),
    (HandlingFeeRule, _handling_fee),
    (HandlingFeeRule, _in_order("amount_from", "amount_to")),
    (ToleranceRule, _tolerance),
    (SupplierProduct, _not_negative("unit_price")),
    (PriceBreak, _price_break),
    (Contract, _in_order("valid_from", "valid_to")),
    (Contract, _not_negative("value_cap")),
    (RequisitionLine, _requisition_line),
    (Comment, _one_of("purchase_order_id", "invoice_id")),
    (Attachment, _one_of("purchase_order_id", "invoice_id")),
    (Attachment, _not_negative("size")),
    (PurchasingPermission, _one_of("purchase_order_id", "requisition_id")),
    (PurchasingPermission, _one_of("user_id", "group_id", "cost_center_id")),
    (ApprovalRule, _in_order("amount_from", "amount_to")),
    (ApprovalRuleApprover, _one_of("user_id", "group_id")),
    (ApprovalPlan, _plan),
    (Revision, _revision),
    (RevisionLine, _revision_line),
    (DroppedCandidates, _dropped),
    (Match, _match),
    (Match, _one_current("invoice_id", ended="superseded_at")),
)
