"""What may be received, and what may go back: judged on everything a line has received, never on one receipt alone.

Pure. Quantities are in the unit of the line. Only goods are received by people; what says that anything else was
delivered is in the first table of section 5.

Source: O6, R1, R3, R4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from models.statuses.orders import AcknowledgmentType, LineStatus, ProductType
from models.values import ONE, QUANTITY_PLACES, ZERO, round_money, round_quantity
from resolvers.errors import InvalidAmount, InvalidValue, WrongStatus
from resolvers.errors_receiving import OverReceipt, OverReturn, QuantitiesDisagree, TakesNoReceipt
from resolvers.rules.ordering import COUNTED_UNITS, LARGEST_QUANTITY, REASON
from resolvers.rules.text import EXTERNAL_ID, NAME, NUMBER, Number, Text, given_refusals
from resolvers.rules.tolerances import limit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path, Shape
    from resolvers.rules.tolerances import Tolerance

_EXACT: Final = Context(prec=80)
"""Room for any product and quotient of stored numbers, before the one rounding."""

_SMALLEST: Final = Decimal(1).scaleb(-QUANTITY_PLACES)
_QUANTITY: Final = Number(places=QUANTITY_PLACES, least=_SMALLEST, greatest=LARGEST_QUANTITY)
_PART: Final = Number(places=QUANTITY_PLACES, greatest=LARGEST_QUANTITY, required=False)

_MILESTONES: Final = "a completed milestone"
_APPROVED: Final = "an approved invoice line"
_CONFIRMED: Final = "a confirmed invoice line"
_SAID_BY: Final = {
    AcknowledgmentType.MILESTONES: _MILESTONES,
    AcknowledgmentType.SERVICE_ACKNOWLEDGMENT: _APPROVED,
    AcknowledgmentType.TWO_WAY_MATCH: _CONFIRMED,
}

SHAPES: Final[dict[str, Shape]] = {
    "number": NUMBER.optional,
    "external_id": EXTERNAL_ID,
    "reference": NAME.optional,
    "note": Text(longest=10_000, long=True),
    "reason": REASON,
}
"""What the fields of a receipt or return accept, beside its lines."""

WHY: Final[dict[str, Shape]] = {"reason": replace(REASON, required=True)}
"""Why something is undone or put off: it has to be said."""

MOST_ENTRIES: Final = 500
"""How many entries a receipt may have."""

TAKES_RECEIPTS: Final = tuple(
    word
    for word in LineStatus
    if word
    not in {
        LineStatus.DRAFT,
        LineStatus.PENDING_APPROVAL,
        LineStatus.REJECTED,
        LineStatus.PROCESSING,
        LineStatus.PENDING_SUBMISSION,
        LineStatus.CLOSED_RELEASED,
        LineStatus.CLOSED_CANCELED,
    }
)
"""A line in one of these is binding and was not given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """A line, and what its posted receipts and returns come to. `rejected` is what was rejected and is still here,
    `by_invoices` what confirmed invoices say has come, where no receipt does.

    One that is closed was closed short, or canceled: nothing of it is expected any more.
    """

    id: int
    number: int
    status: LineStatus = LineStatus.ORDERED
    product_type: ProductType = ProductType.GOOD
    acknowledgment_type: AcknowledgmentType | None = None
    unit: str = "INDIVIDUAL_UNIT"
    ordered: Decimal
    received: Decimal = ZERO
    returned: Decimal = ZERO
    rejected: Decimal = ZERO
    by_invoices: Decimal = ZERO
    tolerance: Tolerance | None = None
    is_closed: bool = False

    @property
    def here(self) -> Decimal:
        """What was received and did not go back. R1."""
        return self.received - self.returned

    @property
    def allowed(self) -> Decimal:
        """How much may be here at most: 100 at 10 % → 110. R3."""
        return self.ordered + limit(self.ordered, self.tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """What arrived of a line, or goes back: accepted and rejected make the whole. R3."""

    quantity: Decimal
    accepted: Decimal
    rejected: Decimal


def document_refusals(given: Mapping[str, Any], today: date, *, lines: bool = True) -> list[Refusal]:
    """What is wrong with the fields given for a receipt or return; of its lines, how many there are.

    It may be dated tomorrow: where it is written, tomorrow may have begun.

    Source: R3.
    """
    found = given_refusals(given, SHAPES)
    day: date | None = given.get("received_on")
    if day is not None and day > today + timedelta(days=1):
        found.append(InvalidValue(value=str(day), expected="it cannot be in the future", path=("receivedOn",)))
    entries = len(given.get("lines") or ())
    if lines and not 1 <= entries <= MOST_ENTRIES:
        expected = f"expected 1 to {MOST_ENTRIES} entries"
        found.append(InvalidValue(value=f"{entries} entries", expected=expected, path=("lines",)))
    return found


def quantities(quantity: Decimal, accepted: Decimal | None, rejected: Decimal | None) -> Quantities:
    """What was said, completed: nothing is rejected unless somebody says so.

    10 with 2 rejected → 8 accepted; 10 with 8 accepted → 2 rejected; 10 → 10 accepted.

    Source: R3.
    """
    if accepted is None:
        return Quantities(quantity=quantity, accepted=quantity - (rejected or ZERO), rejected=rejected or ZERO)
    return Quantities(
        quantity=quantity, accepted=accepted, rejected=quantity - accepted if rejected is None else rejected
    )


def going_back(quantity: Decimal, rejected: Decimal) -> Quantities:
    """What goes back of a line: what was rejected and is still here first, then what was accepted.

    3 where 2 are rejected → 2 rejected, 1 accepted.

    Source: R4.
    """
    first = max(ZERO, min(quantity, rejected))
    return Quantities(quantity=quantity, accepted=quantity - first, rejected=first)


def kind_refusals(line: ReceivedLine, path: Path) -> list[Refusal]:
    """A line that people do not receive: something else says that it was delivered.

    Source: R1, R3.
    """
    delivered_by = _delivered_by(line)
    if delivered_by is None:
        return []
    return [
        TakesNoReceipt(
            line=line.number,
            product_type=line.product_type,
            acknowledgment_type=line.acknowledgment_type,
            delivered_by=delivered_by,
            path=path,
        )
    ]


def line_refusals(line: ReceivedLine, path: Path) -> list[Refusal]:
    """Why nothing more is received on the line: its kind, or that it is not binding yet, or was given up.

    Source: R1, R3, L3.
    """
    if line.status in TAKES_RECEIPTS and not line.is_closed:
        return kind_refusals(line, path)
    status = LineStatus.CLOSED_RELEASED if line.status in TAKES_RECEIPTS else line.status
    allowed = tuple(map(str, TAKES_RECEIPTS))
    return kind_refusals(line, path) or [WrongStatus(action="RECEIVE", status=status, allowed=allowed, path=path)]


def quantity_refusals(
    unit: str, quantity: Decimal, accepted: Decimal | None, rejected: Decimal | None, path: Path
) -> list[Refusal]:
    """What is wrong with the quantities of an entry: out of range, broken pieces, parts that do not make the whole.

    Source: O6, R3.
    """
    parts = (("quantity", quantity), ("acceptedQuantity", accepted), ("rejectedQuantity", rejected))
    found = _QUANTITY.refusals(quantity, (*path, "quantity"))
    for name, part in parts[1:]:
        found += _PART.refusals(part, (*path, name))
    if found:
        return found
    if unit in COUNTED_UNITS:
        found += [_broken(part, (*path, name)) for name, part in parts if part is not None and part != part // ONE]
    whole = quantities(quantity, accepted, rejected)
    if min(whole.accepted, whole.rejected) < 0 or whole.accepted + whole.rejected != quantity:
        found.append(
            QuantitiesDisagree(quantity=quantity, accepted=accepted or ZERO, rejected=rejected or ZERO, path=path)
        )
    return found


def over_receipt(line: ReceivedLine, added: Decimal, path: Path = ()) -> list[Refusal]:
    """More here than is allowed, all receipts and returns together: so 60 after 50 is judged like 110 at once.

    What lessens an excess, such as a correction downwards, is never refused for what is left of it.

    Source: R3.
    """
    if added <= 0 or line.here + added <= line.allowed:
        return []
    return [
        OverReceipt(
            line=line.number,
            ordered=line.ordered,
            received=line.here,
            offered=added,
            allowed=line.allowed,
            unit=line.unit,
            rule=None if line.tolerance is None else line.tolerance.number,
            path=path,
        )
    ]


def over_return(line: ReceivedLine, back: Decimal, path: Path = ()) -> list[Refusal]:
    """More going back than ever came: of goods that nobody received by a receipt, than invoices say.

    Source: R1, R4.
    """
    return _more_back_than_came(line, line.received or line.by_invoices, line.returned + back, path)


def less_than_returned(line: ReceivedLine, added: Decimal, path: Path = ()) -> list[Refusal]:
    """Less received by receipts, once so much is added or taken away, than went back already.

    Source: R3, R4.
    """
    return _more_back_than_came(line, line.received + added, line.returned, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """What invoices bill on a line now, less what memos took back: in all, and by lines of theirs, with their tax."""

    amount: Decimal = ZERO
    by_lines: Decimal = ZERO
    tax: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a return claims back from the supplier. The amount is before tax."""

    quantity: Decimal
    amount: Decimal
    tax: Decimal


def value_of(quantity: Decimal, ordered: Decimal, amount: Decimal, currency: str) -> Decimal:
    """What so much of a line is worth, rounded once, here; the whole quantity is worth exactly the amount.

    1 of 3 for 100.00 → 33.33; 3 of 3 → 100.00.

    Source: R1.
    """
    if not ordered:
        return ZERO
    return round_money(_EXACT.divide(_EXACT.multiply(amount, quantity), ordered), currency)


def claim(  # noqa: PLR0913 - every figure that it depends on
    *, returned: Decimal, back: Decimal, ordered: Decimal, amount: Decimal, currency: str, billed: Billed
) -> Claim | None:
    """What may be claimed for `back` of a line after `returned` went back before; nothing where nothing is billed.

    Its value at the line's price, but never more than is billed; the returns of a line together claim exactly what
    all of it at once would. The tax is the share that the line's invoice lines carry.

    4 of 10 for 1,200.00, of which 1,200.00 are billed → 480.00; of which 300.00 are billed → 300.00 for 2.5.

    Source: R4.
    """
    value = value_of(returned + back, ordered, amount, currency) - value_of(returned, ordered, amount, currency)
    claimed = min(value, billed.amount)
    if claimed <= 0:
        return None
    quantity = back if claimed == value else round_quantity(_EXACT.divide(_EXACT.multiply(back, claimed), value))
    share = _EXACT.divide(_EXACT.multiply(billed.tax, claimed), billed.by_lines) if billed.by_lines > 0 else ZERO
    return Claim(quantity=quantity, amount=claimed, tax=max(ZERO, min(round_money(share, currency), billed.tax)))


def _delivered_by(line: ReceivedLine) -> str | None:
    match line.product_type:
        case ProductType.GOOD:
            return None
        case ProductType.HANDLING_FEE:
            return _CONFIRMED
        case _:
            return _CONFIRMED if line.acknowledgment_type is None else _SAID_BY[line.acknowledgment_type]


def _more_back_than_came(line: ReceivedLine, came: Decimal, back: Decimal, path: Path) -> list[Refusal]:
    if back <= came:
        return []
    return [OverReturn(line=line.number, received=came, returned=back, unit=line.unit, path=path)]


def _broken(quantity: Decimal, path: Path) -> InvalidAmount:
    return InvalidAmount(amount=quantity, least=ONE, greatest=LARGEST_QUANTITY // ONE, places=0, path=path)
