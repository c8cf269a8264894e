"""In what an invoice disagrees with its orders, with what has arrived, and with itself.

Each finding has a kind, both figures, how far they may be apart, and the rule that says so. Figures are compared
exactly: being off by the limit passes. What of an invoice is compared depends on the policy of the order line: every
line is compared with the order; three-way ones with what was received, too, and four-way ones with what was accepted.

Pure. Amounts are in the currency of the invoice.

Source: I4, I5, I6.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import localcontext
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import (
    BillingStage,
    DiscrepancyKind,
    DiscrepancyMeasure,
    InvoiceKind,
    ToleranceKind,
    VerificationPolicy,
)
from models.statuses.orders import ProductType
from models.values import ZERO, Money, plain, round_money, round_quantity
from resolvers.rules.billed import takes_receipts
from resolvers.rules.tolerances import Scope, chosen, limit, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from resolvers.rules.billed import BilledInvoice, BilledLine, BilledOrder, OrderedLine
    from resolvers.rules.tolerances import Tolerance

Kind = DiscrepancyKind
Measure = DiscrepancyMeasure

ROOM: Final = 80
"""Digits enough for the product of any figures that are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a finding is about, by keys."""

    invoice_line_id: int | None = None
    order_id: int | None = None
    line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in which an invoice disagrees; with both figures, where it is about any."""

    kind: DiscrepancyKind
    about: About
    explanation: str
    measure: DiscrepancyMeasure | None = None
    expected: Decimal | None = None
    actual: Decimal | None = None
    tolerance: Decimal | None = None
    rule_id: int | None = None


def findings(invoice: BilledInvoice, rules: Sequence[Tolerance]) -> list[Finding]:
    """Everything in which the invoice disagrees: the whole of it first, then by lines. Each is told once.

    Widening a tolerance never adds one.

    Source: I4.
    """
    with localcontext(prec=ROOM):
        return list(_findings(_Judge(invoice, rules)))


def _findings(judge: _Judge) -> Iterator[Finding]:
    invoice = judge.invoice
    yield from _duplicate(invoice)
    if not invoice.in_part:
        return
    yield from _currencies(invoice)
    yield from judge.totals()
    yield from _unmapped(invoice)
    for billed in _by_order_line(invoice):
        if invoice.kind is not InvoiceKind.INVOICE:
            yield from judge.credit(billed)
            continue
        yield from judge.quantity(billed)
        yield from judge.line_amount(billed)
        yield from judge.receipts(billed)
    if invoice.kind is InvoiceKind.INVOICE:
        for line in invoice.lines:
            yield from judge.unit_price(line)
        yield from judge.taxes()
        for order in invoice.orders:
            yield from judge.order_amount(order)


@dataclass(frozen=True, slots=True)
class _Billed:
    """What the lines of an invoice bill of an order line together; the quantity, where each of them says one."""

    line: OrderedLine
    amount: Decimal
    quantity: Decimal | None
    invoice_line_id: int | None

    @property
    def about(self) -> About:
        return About(invoice_line_id=self.invoice_line_id, order_id=self.line.order_id, line_id=self.line.id)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Compares the figures of one invoice, by the rules that fit it."""

    invoice: BilledInvoice
    rules: Sequence[Tolerance]

    def quantity(self, billed: _Billed) -> Iterator[Finding]:
        """More is billed than was ordered: 10 ordered, 8 billed before and 3 now is 11 against 10."""
        line = billed.line
        if not line.counts or billed.quantity is None or billed.quantity <= 0:
            return
        before = line.elsewhere.earlier_quantity + line.elsewhere.credited_quantity
        yield from self._over(
            (Kind.QUANTITY_OVER, ToleranceKind.QUANTITY, Measure.QUANTITY),
            (line.effective_quantity, before, billed.quantity),
            f"of {line.name}",
            "ordered",
            billed.about,
        )

    def line_amount(self, billed: _Billed) -> Iterator[Finding]:
        """More money is billed on a line than was agreed for it, before tax."""
        line = billed.line
        if billed.amount <= 0:
            return
        before = line.elsewhere.earlier_amount + line.elsewhere.credited_amount
        yield from self._over(
            (Kind.LINE_AMOUNT_OVER, ToleranceKind.LINE_AMOUNT, Measure.MONEY),
            (line.effective_amount, before, billed.amount),
            f"on {line.name}",
            "agreed",
            billed.about,
        )

    def receipts(self, billed: _Billed) -> Iterator[Finding]:
        """More is billed than was received, or accepted; what is billed in advance need not have arrived yet.

        Goods are compared by quantity, or, where an invoice does not say one, by the worth of what has arrived;
        services by the worth of their completed milestones. An invoice is not charged with what others billed in
        advance, unless it is the final one.
        """
        line, stage = billed.line, self.invoice.stage
        asked = line.policy is not VerificationPolicy.TWO_WAY
        asked &= takes_receipts(line.product_type, line.acknowledgment_type)
        if not asked or stage is BillingStage.ADVANCE or billed.amount <= 0:
            return
        others, is_good = line.elsewhere, line.product_type is ProductType.GOOD
        four_way = line.policy is VerificationPolicy.FOUR_WAY
        arrived = min(line.received_quantity, line.accepted_quantity) if four_way else line.received_quantity
        final = stage is BillingStage.FINAL
        if is_good and billed.quantity is not None and not others.uncounted:
            measure, expected, own = Measure.QUANTITY, arrived, billed.quantity
            before = others.earlier_quantity + others.credited_quantity - (ZERO if final else others.advance_quantity)
        else:
            measure, expected, own = (
                Measure.MONEY,
                line.worth(arrived) if is_good else line.received_amount,
                billed.amount,
            )
            before = others.earlier_amount + others.credited_amount - (ZERO if final else others.advance_amount)
        yield from self._over(
            (Kind.INSUFFICIENT_RECEIPTS, ToleranceKind.RECEIPT, measure),
            (expected, before, own),
            f"of {line.name}",
            "accepted" if four_way else "received",
            billed.about,
        )

    def order_amount(self, order: BilledOrder) -> Iterator[Finding]:
        """More money is billed on an order than was agreed for it: lines before tax, and charges without discounts.

        What was agreed is its total, and what was expected for shipping beside it.
        """
        if order.own > 0:
            yield from self._over(
                (Kind.ORDER_AMOUNT_OVER, ToleranceKind.ORDER_AMOUNT, Measure.MONEY),
                (order.total + order.shipping, order.earlier + order.credited, order.own),
                f"on {order.number}",
                "agreed, with shipping" if order.shipping else "agreed",
                About(order_id=order.id),
            )

    def unit_price(self, billed: BilledLine) -> Iterator[Finding]:
        """The unit price is not the one agreed, be it higher or lower.

        Prices for different units are not compared. A line without a price has the one that its amount and quantity
        make, unless the agreed price comes to the same amount.
        """
        for share in billed.shares:
            line = share.line
            if not line.counts or billed.amount <= 0 or billed.unit not in {None, line.unit}:
                continue
            actual = _price(billed, line)
            if actual is not None:
                yield from self._apart(
                    (Kind.UNIT_PRICE_VARIANCE, ToleranceKind.UNIT_PRICE, Measure.PRICE),
                    (line.unit_price, actual),
                    f"Line {billed.number} bills {line.name} at {{actual}} apiece; {{expected}} was agreed",
                    About(invoice_line_id=billed.id, order_id=line.order_id, line_id=line.id),
                )

    def taxes(self) -> Iterator[Finding]:
        """More or less tax than the orders say, for each line that says its tax; or else for the invoice as a whole.

        What is on order lines that say nothing of taxes is not compared.
        """
        lines = self.invoice.lines
        if any(line.tax_amount for line in lines) or not self.invoice.tax_amount:
            for line in lines:
                yield from self._tax([line], line.tax_amount, f"line {line.number}", line.id)
        elif all(line.shares for line in lines):
            yield from self._tax(lines, self.invoice.tax_amount, "the invoice", None)

    def totals(self) -> Iterator[Finding]:
        """Lines, charges, discounts and taxes that do not come to the total.

        Charges are taxed, too, perhaps: with charges, the taxes of the lines need not be all of it.
        """
        invoice = self.invoice
        net = sum((line.amount for line in invoice.lines), ZERO) + invoice.other_charges - invoice.discount_amount
        taxes = sum((line.tax_amount for line in invoice.lines), ZERO)
        are_said = any(line.tax_amount for line in invoice.lines) and not invoice.other_charges
        yield from self._apart(
            (Kind.TOTALS_DO_NOT_ADD_UP, ToleranceKind.TOTALS, Measure.MONEY),
            (net + (taxes if are_said else invoice.tax_amount), invoice.total_amount),
            "The total is {actual}; lines, charges, discounts and taxes come to {expected}",
            About(),
        )

    def credit(self, billed: _Billed) -> Iterator[Finding]:
        """More is credited on a line than is billed on it and not credited yet. No tolerance is about this."""
        line, credited = billed.line, -billed.amount
        open_amount = line.elsewhere.billed_amount + line.elsewhere.credited_earlier_amount
        if credited > 0 and credited > open_amount:
            yield self._finding(
                (Kind.CREDIT_OVER_BILLED, None, Measure.MONEY),
                (open_amount, credited),
                f"{{actual}} is credited on {line.name}; {{expected}} is billed and not credited yet",
                billed.about,
            )

    def _tax(
        self, lines: Sequence[BilledLine], actual: Decimal, what: str, invoice_line_id: int | None
    ) -> Iterator[Finding]:
        shares = [share for line in lines for share in line.shares]
        said = [tax for share in shares if (tax := share.line.tax_on(share.amount)) is not None]
        if not shares or len(said) < len(shares):
            return
        expected = round_money(sum(said, ZERO), self.invoice.currency)
        order_line = shares[0].line if len({share.line.id for share in shares}) == 1 else None
        orders = {share.line.order_id for share in shares}
        yield from self._apart(
            (Kind.TAX_OVER if actual > expected else Kind.TAX_UNDER, ToleranceKind.TAX, Measure.MONEY),
            (expected, actual),
            f"The tax on {what} is {{actual}}; by the order it is {{expected}}",
            About(
                invoice_line_id=invoice_line_id,
                order_id=orders.pop() if len(orders) == 1 else None,
                line_id=order_line.id if order_line else None,
            ),
        )

    def _over(
        self,
        kinds: tuple[Kind, ToleranceKind, Measure],
        figures: tuple[Decimal, Decimal, Decimal],
        of_what: str,
        done: str,
        about: About,
    ) -> Iterator[Finding]:
        """Only what is too much is told: what is expected, what others bill, and what this invoice bills."""
        expected, before, own = figures
        if before + own > expected:
            by_others = f", {self._shown(before, kinds[2])} of it by others" if before else ""
            sentence = f"{{actual}} {of_what} is billed{by_others}; {{expected}} was {done}"
            yield from self._apart(kinds, (expected, before + own), sentence, about)

    def _apart(
        self, kinds: tuple[Kind, ToleranceKind, Measure], figures: tuple[Decimal, Decimal], sentence: str, about: About
    ) -> Iterator[Finding]:
        """What is further apart than the rule allows, on either side."""
        expected, actual = figures
        rule = chosen(self.rules, kinds[1], self._scope(about.order_id))
        if not within(actual - expected, expected, rule):
            yield self._finding(kinds, figures, sentence, about, rule)

    def _finding(
        self,
        kinds: tuple[Kind, ToleranceKind | None, Measure],
        figures: tuple[Decimal, Decimal],
        sentence: str,
        about: About,
        rule: Tolerance | None = None,
    ) -> Finding:
        kind, _, measure = kinds
        expected, actual = figures
        said = sentence.format(expected=self._shown(expected, measure), actual=self._shown(actual, measure))
        allowed = round_quantity(limit(expected, rule))
        by_rule = "" if rule is None else f", and tolerance rule {rule.number} allows {self._shown(allowed, measure)}"
        return Finding(
            kind=kind,
            about=about,
            explanation=f"{said}{by_rule}.",
            measure=measure,
            expected=expected,
            actual=actual,
            tolerance=allowed,
            rule_id=None if rule is None else rule.id,
        )

    def _scope(self, order_id: int | None) -> Scope:
        """What rules have to fit: the order's cost center; of the whole invoice, the one that all its orders have."""
        found = {order.cost_center_id for order in self.invoice.orders if order_id in {None, order.id}}
        return Scope(
            supplier_id=self.invoice.supplier_id,
            cost_center_id=found.pop() if len(found) == 1 else None,
            category=self.invoice.category,
        )

    def _shown(self, figure: Decimal, measure: Measure) -> str:
        match measure:
            case Measure.QUANTITY:
                return plain(figure)
            case Measure.MONEY | Measure.PRICE:
                return str(Money(figure, self.invoice.currency))


def _duplicate(invoice: BilledInvoice) -> Iterator[Finding]:
    if invoice.twin is not None:
        explanation = f"The supplier has sent an invoice with the number {invoice.twin} before."
        yield Finding(kind=Kind.DUPLICATE, about=About(), explanation=explanation)


def _currencies(invoice: BilledInvoice) -> Iterator[Finding]:
    """Orders in another currency that it is on, or that lines of it name which are on none."""
    concerned = {share.line.order_id for line in invoice.lines for share in line.shares}
    names = {line.order_number or invoice.order_number for line in invoice.lines if not line.shares}
    for order in invoice.orders:
        if order.currency != invoice.currency and (order.id in concerned or order.number in names):
            explanation = f"The invoice is in {invoice.currency}, {order.number} in {order.currency}."
            yield Finding(kind=Kind.CURRENCY_MISMATCH, about=About(order_id=order.id), explanation=explanation)


def _unmapped(invoice: BilledInvoice) -> Iterator[Finding]:
    """Lines, or parts of them, that belong to no order line; told of the order instead, where that is what is wrong.

    Who names an order for the whole invoice is told once that it is not there. An order that is there in another
    currency is told already. A line that takes nothing belongs nowhere.
    """
    known = {order.number: order for order in invoice.orders}
    missing_whole = False
    for line in invoice.lines:
        taken = sum((share.amount for share in line.shares), ZERO)
        if (line.shares and taken == line.amount) or not (line.amount or line.tax_amount):
            continue
        number = line.order_number or invoice.order_number
        if number is not None and number not in known and not line.shares:
            if line.order_number is not None or not missing_whole:
                about = About(invoice_line_id=line.id if line.order_number is not None else None)
                yield Finding(kind=Kind.MISSING_ORDER, about=about, explanation=f"There is no order {number}.")
            missing_whole |= line.order_number is None
        elif number is None or number not in known or known[number].currency == invoice.currency:
            explanation = (
                f"Of line {line.number}, {Money(line.amount - taken, invoice.currency)} belongs to no order line."
                if line.shares
                else f"Line {line.number} belongs to no order line."
            )
            yield Finding(
                kind=Kind.UNMAPPED_LINE,
                about=About(invoice_line_id=line.id),
                explanation=explanation,
                measure=Measure.MONEY,
                expected=line.amount,
                actual=taken,
                tolerance=ZERO,
            )


def _by_order_line(invoice: BilledInvoice) -> Iterable[_Billed]:
    """What is billed of each order line, in the order in which the invoice comes to it."""
    lines: dict[int, OrderedLine] = {}
    amounts: dict[int, list[Decimal]] = {}
    quantities: dict[int, list[Decimal | None]] = {}
    told_by: dict[int, set[int]] = {}
    for billed in invoice.lines:
        for share in billed.shares:
            key = share.line.id
            lines[key] = share.line
            amounts.setdefault(key, []).append(share.amount)
            quantities.setdefault(key, []).append(share.quantity)
            told_by.setdefault(key, set()).add(billed.id)
    for key, line in lines.items():
        counted = [quantity for quantity in quantities[key] if quantity is not None]
        yield _Billed(
            line=line,
            amount=sum(amounts[key], ZERO),
            quantity=sum(counted, ZERO) if len(counted) == len(quantities[key]) else None,
            invoice_line_id=min(told_by[key]) if len(told_by[key]) == 1 else None,
        )


def _price(billed: BilledLine, line: OrderedLine) -> Decimal | None:
    """The unit price billed; None where the line tells none that could be compared, or it comes to the agreed one."""
    if billed.unit_price is not None:
        return billed.unit_price
    if not billed.quantity or round_money(billed.quantity * line.unit_price, line.currency) == billed.amount:
        return None
    return round_quantity(billed.amount / billed.quantity)
