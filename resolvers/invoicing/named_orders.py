"""The orders that invoices with lines name, as the mapping of lines is told of them; with what is billed of each line.

They are few and looked up as they are now; unlike the orders that line-less invoices are matched among, they are not
kept between requests.

Source: M8, M11.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.statuses.orders import LineStatus, OrderType
from models.values import ZERO
from resolvers.invoicing.facts import ORDER_COLUMNS, order_facts
from resolvers.matching.facts import KnownLine
from resolvers.matching.line_facts import BilledLine, NamedOrder, OrderedLine
from resolvers.matching.proposals import with_proposals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from resolvers.invoicing.decisions import Held, InvoiceLine, Part, Subject
    from resolvers.matching.facts import OrderFact
    from resolvers.matching.proposals import OrderProposal

Row = dict[str, Any]
Named = tuple[int, str]
"""An order by its supplier's key and its number."""

_ORDERS: Final = f"""
SELECT {ORDER_COLUMNS}, o.supplier_id FROM purchase_order o
WHERE o.organization_id = $1 AND o.order_type = '{OrderType.STANDARD}' AND (o.supplier_id, o.number)
    IN (SELECT v.supplier_id, v.number FROM unnest($2::bigint[], $3::text[]) AS v (supplier_id, number))"""  # noqa: S608 - our own names

_LINES: Final = """
SELECT l.id, l.purchase_order_id, l.number, l.status, l.part_number, l.description, l.unit_price, l.quantity,
       l.invoiced_quantity, l.currency, l.balance_current
FROM purchase_order_line l WHERE l.purchase_order_id = ANY($1::bigint[]) ORDER BY l.purchase_order_id, l.number"""


@dataclass(slots=True)
class NamedOrders:
    """Orders that were asked for, by supplier and number; those that are not there are None. `billed` moves."""

    organization_id: int
    _orders: dict[Named, OrderFact | None] = field(default_factory=dict[Named, "OrderFact | None"])
    _lines: dict[int, list[Row]] = field(default_factory=dict[int, list[Row]])
    _by_key: dict[int, Row] = field(default_factory=dict[int, Row])
    _billed: dict[int, Decimal] = field(default_factory=dict[int, "Decimal"])

    async def know(self, wanted: Iterable[Named]) -> dict[int, Decimal | None]:
        """Read these orders, unless they are known; and the balances of lines that were not known before."""
        missing = sorted(set(wanted) - self._orders.keys())
        if not missing:
            return {}
        suppliers, numbers = zip(*missing, strict=True)
        found = await database.rows(_ORDERS, self.organization_id, list(suppliers), list(numbers))
        facts = {fact.id: fact for fact in order_facts(found, ())}
        self._orders |= dict.fromkeys(missing)
        self._orders |= {(row["supplier_id"], row["number"]): facts[row["id"]] for row in found}
        lines = await database.rows(_LINES, list(facts)) if facts else []
        for line in lines:
            self._lines.setdefault(line["purchase_order_id"], []).append(line)
            self._by_key[line["id"]] = {**line, "order_number": facts[line["purchase_order_id"]].number}
            self._billed.setdefault(line["id"], line["invoiced_quantity"])
        return {line["id"]: line["balance_current"] for line in lines}

    def of(self, supplier_id: int, numbers: Iterable[str], *, gives_back: bool) -> list[NamedOrder]:
        """Those of these orders that are there; open of their lines is what is left to bill, or to give back."""
        orders = (self._orders.get((supplier_id, number)) for number in dict.fromkeys(numbers))
        return [
            NamedOrder(
                order=order,
                lines=tuple(self._ordered(line, gives_back=gives_back) for line in self._lines.get(order.id, ())),
            )
            for order in orders
            if order is not None
        ]

    def known_line(self, order_id: int, line_id: int) -> KnownLine:
        """A line of one of the orders."""
        line = self._by_key[line_id]
        return KnownLine(
            order_id=order_id,
            line_id=line_id,
            order_number=line["order_number"],
            line_number=line["number"],
            currency=line["currency"],
        )

    def take(self, what: Iterable[Part | Held], *, back: bool = False) -> None:
        """Take it that this is billed now; or no more."""
        for each in what:
            line_id = each.place[1]
            if line_id in self._billed and each.reopens:
                quantity = each.quantity or ZERO
                self._billed[line_id] += -quantity if back else quantity

    def propose(self, proposals: Sequence[OrderProposal], now: datetime) -> None:
        """Take it that the orders are as they would be after proposed changes."""
        for key, order in list(self._orders.items()):
            about = [proposal for proposal in proposals if order is not None and proposal.order_id == order.id]
            if order is not None and about:
                # Dates and types of lines do not matter to an invoice that names its order.
                without_lines = [replace(proposal, lines=()) for proposal in about]
                (self._orders[key],) = with_proposals([order], without_lines, now)

    def _ordered(self, line: Row, *, gives_back: bool) -> OrderedLine:
        billed = self._billed[line["id"]]
        return OrderedLine(
            id=line["id"],
            number=line["number"],
            unit_price=line["unit_price"],
            open_quantity=billed if gives_back else line["quantity"] - billed,
            status=LineStatus[line["status"]],
            part_number=line["part_number"],
            description=line["description"],
        )


def billed_lines(subject: Subject, followed: Sequence[str] = ()) -> list[BilledLine]:
    """The invoice's lines, as mapping is told of them; with the numbers of the orders that a credit memo follows to."""
    header = subject.columns["purchase_order_number"]
    return [_billed(line, header, followed) for line in subject.lines]


def _billed(line: InvoiceLine, header: str | None, followed: Sequence[str]) -> BilledLine:
    named = line.purchase_order_number or header
    return BilledLine(
        id=line.id,
        number=line.number,
        amount=line.amount,
        order_numbers=tuple(followed) if named is None else (named,),
        order_line_number=line.purchase_order_line_number,
        part_number=line.part_number,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
    )
