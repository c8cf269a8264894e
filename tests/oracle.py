"""The slow way to read: rows as objects, relations by looking through lists, graphql-core completing every field.

The schema is the real one; nothing else of the read path is used. Filters, orders, pages, cursors and wire forms are
written a second time here, for clarity and not for speed. Whatever both ways answer is right, or wrong twice.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache, total_ordering
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLScalarType, execute, get_named_type, parse
from graphql.execution.values import get_argument_values
from pypika_tortoise.enums import Order
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from tortoise import Tortoise
from tortoise.expressions import Q
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.queryset import QuerySet

from graph.context import Context
from graph.executor import node_types
from graph.schema import schema
from models import database
from models.approval import Approval, ApprovalRule, ApprovalStep
from models.collaboration import PurchasingPermission
from models.contract import Contract, ContractPrice, PurchaseOrderContract
from models.invoice import Allocation, Invoice
from models.organization import ApiToken, HandlingFeeRule, Organization, ShippingMethod, User, UserGroupMember
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity
from models.receiving import Receipt
from models.requisition import PurchaseRequisition, RequisitionLine
from models.revision import Revision
from models.statuses.invoices import DiscrepancyMeasure, VerificationPolicy
from models.statuses.orders import (
    LineStatus,
    MatchingStatus,
    OrderType,
    ProductType,
    ProgressState,
    PurchaseOrderStatus,
    RequisitionStatus,
)
from models.statuses.people import ApprovalDocument, ApprovalStepStatus, ApproverState, NoticeState, Role
from models.values import MINOR_UNITS, plain
from models.verification import Discrepancy
from models.views import AvailableShippingMethod
from resolvers.errors import BadInput
from resolvers.listings import Listing
from resolvers.orders import facts_orders
from resolvers.reading import expressions, kinds, verifying
from resolvers.reading.pages import Page
from resolvers.reading.predicates import TODAY, USER, Unless
from resolvers.reading.reader import OneOf
from resolvers.revising import revision_reads
from resolvers.rules.matching_status import matching_status
from resolvers.rules.revisions import OPEN as OPEN_REVISIONS
from resolvers.rules.warnings import OVER
from resolvers.sourcing import facts_sourcing
from resolvers.sourcing.contract_figures import DRAWS_NOT
from resolvers.telling import notices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graphql import DocumentNode, ExecutionResult, GraphQLField, GraphQLSchema
    from tortoise.models import Model

    from resolvers.operation import Call
    from resolvers.visibility import Actor

DEFINITION: Final = "strawberry-definition"


class World:
    """Every row of the database in memory, and the order in which the database sorts texts."""

    def __init__(self, rows: dict[type[Model], list[Any]], places: Mapping[str, int]) -> None:
        self.rows = rows
        self.places = places

    @classmethod
    async def load(cls) -> World:
        """The database as it is now."""
        models = [model for app in Tortoise.apps.values() for model in app.values()]
        rows = {model: list(await model.all()) for model in models}
        texts = {value for found in rows.values() for row in found for value in vars(row).values() if _is_text(value)}
        sorted_texts = await database.rows("SELECT text FROM unnest($1::text[]) AS text ORDER BY text", list(texts))
        return cls(rows, {row["text"]: place for place, row in enumerate(sorted_texts)})

    def seen(self, model: type[Model], actor: Actor) -> list[Any]:
        """The rows of a kind that the actor may read."""
        return [row for row in self.rows[model] if _is_seen(row, actor)]

    def row(self, model: type[Model], key: int | None, actor: Actor) -> Any:
        """The row with the key, if the actor may read it."""
        return next((row for row in self.seen(model, actor) if row.id == key), None)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Enum)


def _is_seen(row: Any, actor: Actor) -> bool:
    if isinstance(row, Organization):
        return row.id == actor.organization_id
    if row.organization_id != actor.organization_id:
        return False
    return not isinstance(row, ApiToken) or row.user_id == actor.user_id or Role.ADMIN in actor.roles


@dataclass(frozen=True)
class Slow:
    """What the slow resolvers know of a request: the caller and the database."""

    world: World
    call: Call

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.call.actor


# What stands behind an object of the answer.


@dataclass(frozen=True)
class Thing:
    """A row, or a part of it: the parts say how the fields of the part's type are read."""

    row: Any
    parts: Mapping[str, kinds.Kind] | None = None


@dataclass(frozen=True)
class Entry:
    """An object inside a JSON column."""

    values: Mapping[str, Any]
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Window:
    """A page: its rows, and where they stand in the list."""

    rows: list[Any]
    total: int
    has_next: bool
    has_previous: bool
    order: Sequence[str]


@dataclass(frozen=True)
class Item:
    """A row of a page, with its cursor."""

    row: Any
    cursor: str


@lru_cache(64)
def parsed(query: str) -> DocumentNode:
    """A document, read once for all who ask it."""
    return parse(query)


async def ask(world: World, call: Call, query: str, variables: Mapping[str, Any]) -> ExecutionResult:
    """The answer, the slow way."""
    run: Any = execute
    result = run(
        slow_schema(),
        parsed(query),
        context_value=_SlowContext(call.actor, call.now, slow=Slow(world, call)),
        variable_values=dict(variables),
        executor_class=SlowExecutor,
        operation_extensions=None,
    )
    return await result if hasattr(result, "__await__") else result


@dataclass(slots=True)
class _SlowContext(Context):
    slow: Slow | None = None


class SlowExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes querysets by awaiting them, and rows field by field."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        awaitable: Any = self.is_awaitable

        def is_awaitable(value: Any) -> Any:
            return not isinstance(value, QuerySet) and awaitable(value)

        self.is_awaitable = is_awaitable

    def complete_value(  # noqa: PLR0913, PLR0917 - the signature is graphql-core's
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a value, a queryset as its rows."""
        if isinstance(result, QuerySet | Page | OneOf):
            result = self._rows(return_type, field_details_list, info, result)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _rows(self, return_type: Any, details: Any, info: Any, result: Any) -> Any:
        found: Any
        slow: Slow = info.context.slow
        match result:
            case QuerySet():
                things = [Thing(row) for row in found_by(slow, result)]
                found = things if str(return_type).startswith("[") else next(iter(things), None)
            case OneOf(several, number, key):
                found = next((Thing(row) for row in found_by(slow, several.querysets[number]) if row.id == key), None)
            case _:
                definition = info.parent_type.fields[info.field_name]
                given = get_argument_values(definition, details[0].node, self.variable_values)
                listing = Listing(default=tuple(str(term) for term in result.window.order))
                found = window(slow, found_by(slow, result.queryset), listing, given)
        return found


def _type_of(shown: dict[Any, Any]) -> Any:
    def resolve_type(value: Any, *_: Any) -> str:
        return shown[type(value.row)].name

    return resolve_type


@cache
def slow_schema() -> GraphQLSchema:
    """The real schema, with slow resolvers."""
    built: Any = schema.__wrapped__()
    core: GraphQLSchema = built._schema
    shown = node_types(core)
    for named in core.type_map.values():
        if isinstance(named, GraphQLObjectType) and not named.name.startswith("__"):
            if named in shown.values():
                named.is_type_of = None
            for name, definition in named.fields.items():
                definition.resolve = _resolver(name, definition, core)
        if isinstance(named, GraphQLInterfaceType) and named.name == "Node":
            named.resolve_type = _type_of(shown)
    decimal = core.type_map["Decimal"]
    assert isinstance(decimal, GraphQLScalarType)
    written: Any = decimal.coerce_output_value
    decimal.coerce_output_value = lambda value: value if isinstance(value, str) else written(value)  # pyright: ignore[reportAttributeAccessIssue]
    return core


def _resolver(name: str, definition: GraphQLField, core: GraphQLSchema) -> Callable[..., Any]:
    original: Any = definition.resolve
    field: Any = definition.extensions.get(DEFINITION)
    listing: Any = field.metadata.get("list") if field else None

    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        slow: Slow = info.context.slow
        match source:
            case Thing(row, parts):
                kind = parts[field.python_name] if parts else field.metadata.get("read")
                return read(slow, row, kind or kinds.Column(field.python_name), arguments, info.return_type)
            case Entry(values, keys):
                return values.get(keys[field.python_name])
            case Window() | Item():
                return _part_of_page(source, name)
            case _ if listing is not None:
                model = next(m for m, t in node_types(core).items() if t is _node_type(definition))
                return window(slow, slow.world.seen(model, slow.actor), listing, arguments)
            case _:
                return original(source, info, **arguments)

    return resolve


def _node_type(definition: GraphQLField) -> Any:
    connection: Any = get_named_type(definition.type)
    return get_named_type(connection.fields["nodes"].type)


def read(slow: Slow, row: Any, kind: kinds.Kind, arguments: dict[str, Any], return_type: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """The value of a field of a row, for graphql-core to complete."""
    fields_map: dict[str, Any] = type(row)._meta.fields_map
    match kind:
        case kinds.Column(name):
            return getattr(row, name)
        case kinds.Identifier(prefix, name):
            key = getattr(row, name)
            return None if key is None else f"{prefix}_{key}"
        case kinds.Amount(name, currency):
            return amount_text(getattr(row, name), getattr(row, currency))
        case kinds.JsonPart(name, key):
            return (getattr(row, name) or {}).get(key)
        case kinds.JsonList(name, keys):
            return [Entry(values, keys) for values in getattr(row, name)]
        case kinds.Expression():
            return EXPRESSIONS[kind](row, slow)
        case kinds.Embedded(parts, absent):
            return None if absent and _is_absent(row, absent) else Thing(row, parts)
        case kinds.One(name, part):
            relation = fields_map[name]
            found = slow.world.row(relation.related_model, getattr(row, relation.source_field), slow.actor)
            if found is None or part is None:
                return found and Thing(found)
            return read(slow, found, part, arguments, return_type)
        case kinds.First(name, order, only):
            rows = in_order(slow.world, _related(slow, row, name, only), order)
            return Thing(rows[0]) if rows else None
        case kinds.Many(name, order, through, only):
            rows = in_order(slow.world, _related(slow, row, name, only), order)
            if through is not None:
                relation = fields_map[name].related_model._meta.fields_map[through]
                keys = [getattr(link, relation.source_field) for link in rows]
                rows = [slow.world.row(relation.related_model, key, slow.actor) for key in keys]
            return [Thing(found) for found in rows if found is not None]
        case kinds.Connected(name, listing, only, None):
            return window(slow, _related(slow, row, name, only), listing, arguments)
        case kinds.Connected(name, listing, only, through, links, back):
            relation = fields_map[name].related_model._meta.fields_map[through]
            keys = {getattr(link, relation.source_field) for link in _related(slow, row, name, links)}
            model, column = relation.related_model, "id"
            if back is not None:
                referring = model._meta.fields_map[back]
                model, column = referring.related_model, referring.relation_source_field
            rows = [found for found in slow.world.seen(model, slow.actor) if getattr(found, column) in keys]
            rows = rows if only is None else [found for found in rows if satisfies(slow, found, only)]
            return window(slow, rows, listing, arguments)
        case kinds.Computed(requires, compute):
            required = {name: on_the_wire(read(slow, row, needed, {}, None)) for name, needed in requires.items()}
            return compute(required, slow.actor, **arguments)
        case _:
            raise TypeError(f"{kind} is not read from a row")


def _related(slow: Slow, row: Any, name: str, only: Any) -> list[Any]:
    """The rows that refer to this one and that the actor may read."""
    relation: Any = type(row)._meta.fields_map[name]
    rows = slow.world.seen(relation.related_model, slow.actor)
    related = [other for other in rows if getattr(other, relation.relation_field) == row.id]
    return related if only is None else [other for other in related if satisfies(slow, other, only)]


# Conditions of querysets.


def found_by(slow: Slow, queryset: QuerySet[Any]) -> list[Any]:
    """The rows that a queryset finds, in its order."""
    rows = [row for row in slow.world.rows[queryset.model] if _all(slow, row, queryset._q_objects)]
    terms = [("-" if direction is Order.desc else "") + column for column, direction in queryset._orderings]
    return in_order(slow.world, rows, terms) if terms else rows


def _all(slow: Slow, row: Any, conditions: Iterable[Q]) -> bool:
    return all(satisfies(slow, row, condition) for condition in conditions)


def satisfies(slow: Slow, row: Any, condition: Q) -> bool | None:
    """Whether a condition holds for a row; as in SQL, None where a missing value leaves it open."""
    answers = [satisfies(slow, row, child) for child in condition.children]
    answers += [_answer(slow, row, question, wanted) for question, wanted in condition.filters.items()]
    if condition.join_type == Q.OR and answers:
        held = True if True in answers else None if None in answers else False
    else:
        held = False if False in answers else None if None in answers else True
    if isinstance(condition, Unless):
        return held is not True
    return held if held is None or not condition._is_negated else not held


def _answer(slow: Slow, row: Any, question: str, wanted: Any) -> bool | None:  # noqa: PLR0911 - one case an operator
    name, _, rest = question.partition("__")
    relation: Any = type(row)._meta.fields_map[name]
    if isinstance(relation, ForeignKeyFieldInstance) and rest:
        key = getattr(row, relation.source_field or name)
        other = next((each for each in slow.world.rows[relation.related_model] if each.id == key), None)
        return None if other is None else _answer(slow, other, rest, wanted)
    value = getattr(row, name)
    wanted = slow.call.today if wanted is TODAY else slow.actor.user_id if wanted is USER else wanted
    match rest:
        case "isnull":
            return (value is None) is wanted
        case _ if value is None:
            return None
        case "":
            return value == wanted
        case "in":
            return value in wanted
        case "lt":
            return value < wanted
        case "lte":
            return value <= wanted
        case "gt":
            return value > wanted
        case "gte":
            return value >= wanted
        case _:
            raise NotImplementedError(question)


ON_ITS_WAY: Final = (PurchaseOrderStatus.DRAFT, PurchaseOrderStatus.REJECTED)
_ABSENT: Final = re.compile(r'\{row\}\."?(\w+)"? IS NULL')


def _is_absent(row: Any, absent: str) -> bool:
    found = [_ABSENT.fullmatch(question) for question in absent.split(" OR ")]
    assert all(found), f"say here when an object is absent where {absent}"
    return any(getattr(row, question[1]) is None for question in found if question)


def _status(row: Any, today: date) -> MatchingStatus:
    return matching_status(
        row.status,
        issued=row.issued_at is not None,
        suspended=row.suspended_at is not None,
        effective_date=row.effective_date,
        expiration_date=row.expiration_date,
        today=today,
    )


def _state(name: str) -> Callable[[Any, Slow], ProgressState]:
    def state(row: Any, _: Slow) -> ProgressState:
        percent = getattr(row, name)
        if percent == 0:
            return ProgressState.NOT_STARTED
        if percent < 100:
            return ProgressState.PARTIAL
        return ProgressState.COMPLETE if percent == 100 else ProgressState.EXCEEDED

    return state


def _parts(embedded: kinds.Embedded) -> Any:
    return embedded.parts


def _of_order(slow: Slow, model: type[Model], order: Any) -> list[Any]:
    return [row for row in slow.world.rows[model] if row.purchase_order_id == order.id]


def _counts(order: Any, slow: Slow) -> dict[str, Any]:
    revisions = _of_order(slow, Revision, order)
    open_ = [(each.number, str(each.status)) for each in revisions if each.status in OPEN_REVISIONS]
    allocations, lines = _of_order(slow, Allocation, order), _of_order(slow, PurchaseOrderLine, order)
    used = {allocation.line_id for allocation in slow.world.rows[Allocation]}
    return {
        "invoices": len({allocation.invoice_id for allocation in allocations}),
        "lines": len(lines),
        "unused_lines": len([line for line in lines if line.id not in used]),
        "open_lines": len([line for line in lines if line.canceled_at is None and line.closed_at is None]),
        "short_lines": len([line for line in lines if line.canceled_at is None and line.closed_at is not None]),
        "contacts": len(_of_order(slow, Contact, order)),
        "open_revision": next(iter(open_), None),
    }


def _documents(order: Any, slow: Slow) -> list[str]:
    releases = [row for row in slow.world.rows[PurchaseOrder] if row.blanket_order_id == order.id]
    kinds_of = {"receipts": Receipt, "revisions": Revision, "discrepancies": Discrepancy}
    found = [name for name, model in kinds_of.items() if _of_order(slow, model, order)]
    return [*(["releases"] if releases else []), *found]


def _approval_rules(order: Any, slow: Slow) -> list[int]:
    """The numbers of the rules that fit an order, in the order in which they are asked. A1."""
    document, amount = ApprovalDocument.ORDER, order.total_amount
    blanket = slow.world.row(PurchaseOrder, order.blanket_order_id, slow.actor)
    if blanket is not None and order.status in ON_ITS_WAY:
        left = max(blanket.total_amount - (blanket.released_amount or 0), Decimal(0))
        if amount > left:
            document, amount = ApprovalDocument.RELEASE, amount - left
    rules = [
        rule
        for rule in slow.world.seen(ApprovalRule, slow.actor)
        if rule.is_active
        and rule.document is document
        and (rule.amount_from is None or rule.amount_from <= amount)
        and (rule.amount_to is None or rule.amount_to >= amount)
        and all(
            getattr(rule, name) in {None, getattr(order, name)}
            for name in ("currency", "order_type", "cost_center_id", "supplier_id")
        )
    ]
    return [rule.number for rule in in_order(slow.world, rules, ["sequence", "number"])]


def _limits(_: Any, slow: Slow) -> dict[str, int]:
    organization = slow.world.row(Organization, slow.actor.organization_id, slow.actor)
    return {
        "active_orders": organization.active_order_limit,
        "lines": organization.order_line_limit,
        "contacts": organization.order_contact_limit,
    }


def _active_orders(_: Any, slow: Slow) -> int:
    orders = slow.world.seen(PurchaseOrder, slow.actor)
    counted = {MatchingStatus.ACTIVE, MatchingStatus.SCHEDULED}
    return len([order for order in orders if _status(order, slow.call.today) in counted])


def _drawing(order: Any, slow: Slow) -> dict[str, Any] | None:
    if order.order_type is not OrderType.BLANKET:
        return None
    own = slow.actor.organization_id
    owner = slow.world.row(User, order.business_owner_id, slow.actor)
    caller = slow.world.row(User, slow.actor.user_id, slow.actor)
    members = [row for row in slow.world.rows[UserGroupMember] if row.organization_id == own]
    permissions = [row for row in _of_order(slow, PurchasingPermission, order) if row.organization_id == own]
    return {
        "user_id": slow.actor.user_id,
        "owner_id": order.business_owner_id,
        "owner": owner and owner.name,
        "cost_center_id": caller and caller.cost_center_id,
        "group_ids": sorted(row.group_id for row in members if row.user_id == slow.actor.user_id),
        "permissions": [
            [row.user_id, row.group_id, row.cost_center_id] for row in in_order(slow.world, permissions, ["id"])
        ],
    }


def _shipping(order: Any, slow: Slow) -> list[Any] | None:
    if order.order_type is OrderType.BLANKET or order.status not in ON_ITS_WAY:
        return None
    offered = {row.shipping_method_id for row in _of_order(slow, AvailableShippingMethod, order)}
    methods = in_order(slow.world, slow.world.seen(ShippingMethod, slow.actor), ["name"])
    fitting = [method for method in methods if method.id in offered]
    chosen = slow.world.row(ShippingMethod, order.shipping_method_id, slow.actor)
    return [chosen and chosen.name, chosen in fitting, [method.name for method in fitting]]


def _caps(order: Any, slow: Slow) -> list[Any] | None:
    if order.issued_at is not None:
        return None
    keys = {row.contract_id for row in _of_order(slow, PurchaseOrderContract, order)}
    contracts = in_order(slow.world, slow.world.seen(Contract, slow.actor), ["id"])
    own = Decimal(0) if order.status in DRAWS_NOT else order.total_amount
    return [
        [row.number, row.currency, row.value_cap, _drawn(row, slow) - own]
        for row in contracts
        if row.id in keys and row.value_cap is not None
    ]


def _blanket(order: Any, slow: Slow) -> dict[str, Any] | None:
    if order.blanket_order_id is None or order.status not in ON_ITS_WAY:
        return None
    blanket = slow.world.row(PurchaseOrder, order.blanket_order_id, slow.actor)
    return blanket and {
        "status": blanket.status,
        "issued": blanket.issued_at is not None,
        "suspended": blanket.suspended_at is not None,
        "effective_date": blanket.effective_date,
        "expiration_date": blanket.expiration_date,
        "total": blanket.total_amount,
        "released": blanket.released_amount,
        "drawing": _drawing(blanket, slow),
    }


def _warned_lines(order: Any, slow: Slow) -> list[Any]:
    lines = [line for line in slow.world.seen(PurchaseOrderLine, slow.actor) if line.purchase_order_id == order.id]
    return [
        [
            line.number,
            line.line_item_type,
            line.start_date,
            line.end_date,
            line.agreement_id,
            line.product_type,
            line.part_number,
            line.unit_price,
        ]
        for line in in_order(slow.world, lines, ["number"])
        if line.status not in OVER
    ]


def _drawn(contract: Any, slow: Slow) -> Decimal:
    links = [row for row in slow.world.seen(PurchaseOrderContract, slow.actor) if row.contract_id == contract.id]
    orders = [slow.world.row(PurchaseOrder, link.purchase_order_id, slow.actor) for link in links]
    return sum([order.total_amount for order in orders if order and order.status not in DRAWS_NOT], Decimal(0))


def _warned_contracts(order: Any, slow: Slow) -> list[Any]:
    links = [row for row in slow.world.seen(PurchaseOrderContract, slow.actor) if row.purchase_order_id == order.id]
    keys = {link.contract_id for link in links}
    parts = {line.part_number for line in _of_order(slow, PurchaseOrderLine, order)} - {None}
    prices = [row for row in slow.world.seen(ContractPrice, slow.actor) if row.part_number in parts]
    return [
        [
            row.number,
            row.currency,
            row.valid_from,
            row.valid_to,
            row.value_cap,
            _drawn(row, slow),
            [[price.part_number, price.unit_price] for price in prices if price.contract_id == row.id],
        ]
        for row in in_order(slow.world, slow.world.seen(Contract, slow.actor), ["id"])
        if row.id in keys
    ]


def _open_quantity(line: Any, slow: Slow) -> Decimal:
    requisition = slow.world.row(PurchaseRequisition, line.requisition_id, slow.actor)
    if requisition is None or requisition.status is RequisitionStatus.CANCELED:
        return Decimal(0)
    return max(line.quantity - line.ordered_quantity, Decimal(0))


def _open_quantities(requisition: Any, slow: Slow) -> Decimal:
    lines = [row for row in slow.world.seen(RequisitionLine, slow.actor) if row.requisition_id == requisition.id]
    return sum([_open_quantity(line, slow) for line in lines], Decimal(0))


def _goods(method: Any, slow: Slow) -> Decimal:
    lines = slow.world.seen(PurchaseOrderLine, slow.actor)
    goods = [line for line in lines if line.product_type is ProductType.GOOD and not _is_canceled(line)]
    return sum([line.amount for line in goods if line.purchase_order_id == method.purchase_order_id], Decimal(0))


def _is_canceled(line: Any) -> bool:
    return line.status is LineStatus.CLOSED_CANCELED


def _fee_rules(method: Any, slow: Slow) -> list[Any]:
    rules = slow.world.seen(HandlingFeeRule, slow.actor)
    return [
        [rule.rank, rule.kind, rule.currency, rule.amount_from, rule.amount_to, rule.amount, rule.percent]
        for rule in in_order(slow.world, rules, ["rank"])
        if rule.shipping_method_id == method.shipping_method_id
    ]


def _policy(line: Any, _: Slow) -> VerificationPolicy:
    if line.verification is not None:
        return line.verification
    is_received = line.product_type is ProductType.GOOD and line.goods_receipt_required
    return VerificationPolicy.THREE_WAY if is_received else VerificationPolicy.TWO_WAY


def _discrepancy_currency(row: Any, slow: Slow) -> str | None:
    is_money = row.measure in {DiscrepancyMeasure.MONEY, DiscrepancyMeasure.PRICE}
    return slow.world.row(Invoice, row.invoice_id, slow.actor).currency if is_money else None


def _discrepancy_unit(row: Any, slow: Slow) -> str | None:
    line = slow.world.row(PurchaseOrderLine, row.line_id, slow.actor)
    return line.unit if row.measure is DiscrepancyMeasure.QUANTITY and line else None


_ACTIONS: Final = facts_orders.AVAILABLE_ACTIONS.requires
_WARNINGS: Final = facts_orders.WARNINGS.requires

EXPRESSIONS: Final[dict[Any, Callable[[Any, Slow], Any]]] = {
    expressions.MATCHING_STATUS: lambda row, slow: _status(row, slow.call.today),
    **{
        _parts(expressions.progress(name))["state"]: _state(f"{name}_percent")
        for name in ("received", "invoiced", "billed")
    },
    _parts(expressions.balance(forecast=True))["exhausted"]: lambda row, _: row.balance_current <= 0,
    _parts(expressions.balance(forecast=False))["forecast"]: lambda _, __: None,
    kinds.Expression("{row}.rank IS NULL", raw=True): lambda row, _: row.rank is None,
    expressions.OPEN_AMOUNT.parts["amount"]: lambda row, _: amount_text(
        row.total_amount - row.paid_amount, row.currency
    ),
    revision_reads.CANCELS: lambda row, _: bool(row.changes.get("canceled")),
    _ACTIONS["issued"]: lambda row, _: row.issued_at is not None,
    _ACTIONS["suspended"]: lambda row, _: row.suspended_at is not None,
    _ACTIONS["today"]: lambda _, slow: slow.call.today,
    _ACTIONS["counts"]: _counts,
    _ACTIONS["is_release"]: lambda row, _: row.blanket_order_id is not None,
    _ACTIONS["documents"]: _documents,
    _ACTIONS["approval_rules"]: _approval_rules,
    _ACTIONS["active_orders"]: _active_orders,
    _ACTIONS["limits"]: _limits,
    _ACTIONS["drawing"]: _drawing,
    _ACTIONS["shipping"]: _shipping,
    _ACTIONS["caps"]: _caps,
    _ACTIONS["blanket"]: _blanket,
    _WARNINGS["seller_entities"]: lambda row, slow: len(_of_order(slow, PurchaseOrderSellerEntity, row)),
    _WARNINGS["lines"]: _warned_lines,
    _WARNINGS["contracts"]: _warned_contracts,
    _parts(facts_sourcing.DRAWN_AMOUNT)["amount"]: lambda row, slow: amount_text(_drawn(row, slow), row.currency),
    _parts(facts_sourcing.REMAINING_AMOUNT)["amount"]: lambda row, slow: amount_text(
        row.value_cap - _drawn(row, slow), row.currency
    ),
    facts_sourcing.OPEN_QUANTITY_OF_LINE: _open_quantity,
    facts_sourcing.OPEN_QUANTITY_OF_REQUISITION: _open_quantities,
    facts_sourcing.HANDLING_FEE["goods"]: _goods,
    facts_sourcing.HANDLING_FEE["rules"]: _fee_rules,
    expressions.OPEN_QUANTITY: lambda row, _: plain(max(row.effective_quantity - row.received_quantity, Decimal(0))),
    expressions.ESCALATED: lambda row, slow: (
        row.status is ApprovalStepStatus.REQUESTED
        and row.escalates_on is not None
        and row.escalates_on <= slow.call.today
    ),
    verifying.POLICY: _policy,
    verifying.DIFFERENCE: lambda row, _: (
        None if row.actual is None or row.expected is None else plain(row.actual - row.expected)
    ),
    verifying.CURRENCY: _discrepancy_currency,
    verifying.UNIT: _discrepancy_unit,
    notices.NEXT_ATTEMPT: lambda row, _: row.next_attempt_at if row.state == NoticeState.PENDING else None,
}
"""What every piece of SQL over a row means, in Python."""


# Wire forms.


def amount_text(amount: Decimal | None, currency: str) -> str | None:
    """An amount with the digits of its currency's minor unit, and more where it has more."""
    if amount is None:
        return None
    whole, _, digits = f"{amount:f}".partition(".")
    digits = digits.rstrip("0").ljust(MINOR_UNITS[currency], "0")
    return f"{whole}.{digits}" if digits else whole


def on_the_wire(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case Enum():
            return str(value.value)
        case Decimal():
            return plain(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case list():
            return [on_the_wire(item) for item in value]
        case _:
            return value


# Lists: filters, orders, pages, cursors.


@total_ordering
@dataclass(frozen=True)
class _Place:
    """A value's place in an order: missing ones last, or first where it descends."""

    value: Any
    descending: bool

    def __lt__(self, other: _Place) -> bool:
        mine, theirs = (self.value is None, self.value), (other.value is None, other.value)
        if self.value is None or other.value is None:
            mine, theirs = mine[:1], theirs[:1]
        return mine > theirs if self.descending else mine < theirs


def _place(world: World, row: Any, terms: Iterable[str]) -> tuple[_Place, ...]:
    def comparable(value: Any) -> Any:
        return world.places[value] if _is_text(value) else value

    return tuple(_Place(comparable(getattr(row, term.lstrip("-"))), term.startswith("-")) for term in terms)


def in_order(world: World, rows: Iterable[Any], terms: Sequence[str]) -> list[Any]:
    """The rows sorted."""
    return sorted(rows, key=lambda row: _place(world, row, terms))


def window(slow: Slow, rows: list[Any], listing: Any, arguments: dict[str, Any]) -> Window:
    """The page of the rows that the arguments of a connection ask for."""
    where, search = arguments.get("where"), arguments.get("search")
    if where is not None:
        rows = [row for row in rows if holds(row, where, slow)]
    if search is not None and search.strip():
        rows = [row for row in rows if is_found(row, search)]
    terms = order_terms(arguments.get("orderBy"), listing)
    rows = in_order(slow.world, rows, terms)
    total = len(rows)
    first, last = arguments.get("first"), arguments.get("last")
    after, before = arguments.get("after"), arguments.get("before")
    backward = last is not None or before is not None
    size = (last if backward else first) or 20
    if after is not None:
        start = _position(slow, rows, after, terms)
        rows = [row for row in rows if _place(slow.world, row, terms) > start]
    if before is not None:
        end = _position(slow, rows, before, terms)
        rows = [row for row in rows if _place(slow.world, row, terms) < end]
    more = len(rows) > size
    kept = rows[-size:] if backward else rows[:size]
    return Window(
        kept,
        total,
        has_next=before is not None if backward else more,
        has_previous=more if backward else after is not None,
        order=terms,
    )


def order_terms(order_by: list[dict[str, Any]] | None, listing: Listing) -> list[str]:
    """What a list is sorted by; the id breaks ties where there can be any, in the direction of the last key."""
    terms = list(listing.default)
    if order_by:
        terms = [("-" if _word(term.get("direction")) == "DESC" else "") + _word(term["field"]) for term in order_by]
    if {"id", listing.unique}.isdisjoint(term.lstrip("-") for term in terms):
        terms.append("-id" if terms[-1].startswith("-") else "id")
    return terms


def _word(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def cursor(row: Any, terms: Sequence[str]) -> str:
    """The cursor of a row in a list of this order."""
    values = [_database_text(getattr(row, term.lstrip("-"))) for term in terms]
    text = json.dumps([f"{type(row)._meta.db_table}:{','.join(terms)}", *values], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _database_text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case datetime():
            text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
            return text.rstrip("0").rstrip(".") + "+00"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _position(slow: Slow, rows: list[Any], text: str, terms: Sequence[str]) -> tuple[_Place, ...]:
    """The place of the row that a cursor was made of, whether or not it is in this list."""
    *_, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    among = [*rows, *slow.world.rows[type(rows[0])]] if rows else []
    unique = terms[-1].removeprefix("-")
    row = next((row for row in among if _database_text(getattr(row, unique)) == key), None)
    return () if row is None else _place(slow.world, row, terms)


def _part_of_page(source: Window | Item, name: str) -> Any:  # noqa: PLR0911 - one case a field
    if isinstance(source, Item):
        return source.cursor if name == "cursor" else Thing(source.row)
    cursors = [cursor(row, source.order) for row in source.rows]
    match name:
        case "nodes":
            return [Thing(row) for row in source.rows]
        case "edges":
            return [Item(row, text) for row, text in zip(source.rows, cursors, strict=True)]
        case "pageInfo":
            return source
        case "totalCount":
            return source.total
        case "hasNextPage":
            return source.has_next
        case "hasPreviousPage":
            return source.has_previous
        case "startCursor":
            return cursors[0] if cursors else None
        case _:
            return cursors[-1] if cursors else None


_COLUMNS: Final = {"balance": "balance_current"}


def holds(row: Any, where: dict[str, Any], slow: Slow) -> bool:
    """Whether a filter holds for the row. What is compared with a missing value does not hold."""
    for name, asked in where.items():
        match name:
            case _ if asked is None:
                continue
            case "and":
                if not all(holds(row, each, slow) for each in asked):
                    return False
            case "or":
                if not any(holds(row, each, slow) for each in asked):
                    return False
            case "not":
                if holds(row, asked, slow):
                    return False
            case _:
                value = _figure(row, name, slow)
                if not all(_compares(value, operator, other, name) for operator, other in asked.items()):
                    return False
    return True


def _figure(row: Any, name: str, slow: Slow) -> Any:
    match name:
        case "matchingStatus":
            return _status(row, slow.call.today)
        case "dropped":
            return row.rank is None
        case "mine":
            return getattr(row, "approver_id" if isinstance(row, Approval) else "assignee_id") == slow.actor.user_id
        case "open":
            step = next((step for step in slow.world.rows[ApprovalStep] if step.id == row.step_id), None)
            asked = step is not None and step.status is ApprovalStepStatus.REQUESTED
            return asked and row.state is ApproverState.WAITING
        case _:
            snake = re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)
            return getattr(row, _COLUMNS.get(snake, snake))


def _compares(value: Any, operator: str, other: Any, name: str) -> bool:  # noqa: C901, PLR0911, PLR0912 - one case an operator
    if other is None:
        raise BadInput(name)
    if name.lower().endswith("id") and name != "externalId" and operator != "isNull":
        other = [_key(item) for item in other] if isinstance(other, list) else _key(other)
    match operator:
        case "isNull":
            return (value is None) is other
        case "ne":
            return value != other
        case "notIn":
            return value not in other
        case _ if value is None:
            return False
        case "eq":
            return value == other
        case "in":
            return value in other
        case "startsWith":
            return value.startswith(other)
        case "lt":
            return value < other
        case "lte":
            return value <= other
        case "gt":
            return value > other
        case _:
            return value >= other


def _key(text: str) -> int:
    return int(text.partition("_")[2])


def is_found(row: Any, search: str) -> bool:
    """Whether every word that is searched for begins a word of the row's text."""
    words, wanted = row.search_text.split(), re.findall(r"[^\W_]+", search.lower())
    return bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted)
