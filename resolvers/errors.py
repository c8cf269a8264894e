"""Every refusal: what the business says no to, with the figures a client needs to act on it.

Pure. One class a kind of refusal; each has a stable code, its own sentence, and a GraphQL type of the same name and
fields, which a test checks. A bug is none of these and is left to crash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from models.values import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal


LONGEST_SHOWN: Final = 80
"""How many characters of a value a refusal's sentence repeats."""


class BadInput(Exception):
    """The request itself is wrong: answered among the top-level errors, nothing was run."""


def figure(description: str, **options: Any) -> Any:
    """A field of a refusal, with the description that clients read."""
    return field(metadata={"description": description}, **options)


@dataclass(eq=True, unsafe_hash=True)
class Refusal(Exception):
    """The business says no. `path` leads to the input that caused it: `("lines", "0", "unitPrice")`."""

    code: ClassVar[str] = ""
    path: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def message(self) -> str:
        """The sentence for a person."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.message


class Refusals(Exception):
    """Several refusals at once: everything that is wrong with one request."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


def refuse_all(refusals: Sequence[Refusal]) -> None:
    """Raise what there is to refuse.

    Raises:
        Refusals: unless there is nothing.
    """
    if refusals:
        raise Refusals(refusals)


@dataclass(eq=True, unsafe_hash=True)
class NotFound(Refusal):
    """No such thing, or none that this caller may see."""

    code: ClassVar[str] = "NOT_FOUND"
    kind: str = figure("What was looked for.")
    key: str = figure("The id or number it was looked for by.")

    @property
    def message(self) -> str:
        return f"There is no {self.kind} {self.key.removesuffix('.')}."


@dataclass(eq=True, unsafe_hash=True)
class NotPermitted(Refusal):
    """The caller's roles do not allow it."""

    code: ClassVar[str] = "NOT_PERMITTED"
    needed: tuple[str, ...] = figure("Any of these roles would do.")
    roles: tuple[str, ...] = figure("The roles the caller has.")

    @property
    def message(self) -> str:
        has = " and ".join(self.roles) or "no role"
        return f"This needs the role {' or '.join(self.needed)}; you have {has}."


@dataclass(eq=True, unsafe_hash=True)
class InvalidValue(Refusal):
    """A value that no order or invoice can carry."""

    code: ClassVar[str] = "INVALID_VALUE"
    value: str = figure("The value given.")
    expected: str = figure("What would be accepted.")

    @property
    def message(self) -> str:
        shown = self.value if len(self.value) <= LONGEST_SHOWN else f"{self.value[: LONGEST_SHOWN - 3]}..."
        return f"{self.path[-1] if self.path else 'The value'} cannot be {shown!r}: {self.expected}."


@dataclass(eq=True, unsafe_hash=True)
class AlreadyTaken(Refusal):
    """A key that has to be unique is in use."""

    code: ClassVar[str] = "ALREADY_TAKEN"
    value: str = figure("The value given.")
    holder: str = figure("What has it already.")

    @property
    def message(self) -> str:
        return f"{self.value!r} is already taken by {self.holder}."


@dataclass(eq=True, unsafe_hash=True)
class LimitExceeded(Refusal):
    """More than the organization's limit (O4)."""

    code: ClassVar[str] = "LIMIT_EXCEEDED"
    limit: int = figure("The limit.")
    actual: int = figure("What there would be.")
    setting: str = figure("The setting that holds the limit.")

    @property
    def message(self) -> str:
        return f"This would make {self.actual}; the limit is {self.limit} ({self.setting})."


@dataclass(eq=True, unsafe_hash=True)
class WrongStatus(Refusal):
    """The document's status does not allow the action (L6)."""

    code: ClassVar[str] = "WRONG_STATUS"
    action: str = figure("The action.")
    status: str = figure("The status it has.")
    allowed: tuple[str, ...] = figure("The statuses in which it could be done.")

    @property
    def message(self) -> str:
        return f"{self.action} is not possible while {self.status}; it is while {', '.join(self.allowed)}."


@dataclass(eq=True, unsafe_hash=True)
class VersionConflict(Refusal):
    """Somebody changed the document after the caller read it; `changed` names the fields."""

    code: ClassVar[str] = "VERSION_CONFLICT"
    expected: int = figure("The edit version the caller expected.")
    current: int = figure("The edit version it has.")
    changed: tuple[str, ...] = figure("The fields that changed in between.", default=())

    @property
    def message(self) -> str:
        fields = f" Changed since: {', '.join(self.changed)}." if self.changed else ""
        return f"You expected edit version {self.expected}; it is {self.current}.{fields}"


@dataclass(eq=True, unsafe_hash=True)
class InUse(Refusal):
    """The thing has served invoices and cannot go away; it can be closed."""

    code: ClassVar[str] = "IN_USE"
    invoices: int = figure("How many invoices it has served.")
    remedy: str = figure("What can be done instead.")

    @property
    def message(self) -> str:
        count = "1 invoice was" if self.invoices == 1 else f"{self.invoices} invoices were"
        return f"{count} matched to it; {self.remedy}."


@dataclass(eq=True, unsafe_hash=True)
class LastAdministrator(Refusal):
    """The organization would be left without an administrator."""

    code: ClassVar[str] = "LAST_ADMINISTRATOR"
    email: str = figure("The only administrator there is.")

    @property
    def message(self) -> str:
        return f"{self.email} is the only administrator; make another user one first."


@dataclass(eq=True, unsafe_hash=True)
class OutsideValidity(Refusal):
    """A line's date outside its order's validity (O5)."""

    code: ClassVar[str] = "OUTSIDE_VALIDITY"
    date: date = figure("The date given.")
    effective_date: date | None = figure("The first day of the order's validity.")
    expiration_date: date | None = figure("The last day of the order's validity.")
    line: int | None = figure("The number of the line, where the order's validity is what changes.", default=None)

    @property
    def message(self) -> str:
        what = f"{self.date} of line {self.line}" if self.line else f"{self.date}"
        return (
            f"{what} is outside the order's validity, {self.effective_date or 'any time'}"
            f" to {self.expiration_date or 'any time'}."
        )


@dataclass(eq=True, unsafe_hash=True)
class NotLater(Refusal):
    """An extension that would not extend the order (L4)."""

    code: ClassVar[str] = "NOT_LATER"
    date: date = figure("The date given.")
    current: date = figure("The expiration date the order has.")

    @property
    def message(self) -> str:
        return f"{self.date} is not later than the expiration date {self.current}."


@dataclass(eq=True, unsafe_hash=True)
class NothingThere(Refusal):
    """The order has nothing that the action could be done to (L6)."""

    code: ClassVar[str] = "NOTHING_THERE"
    kind: str = figure("What the order does not have.")

    @property
    def message(self) -> str:
        return f"The order has no {self.kind}."


@dataclass(eq=True, unsafe_hash=True)
class NotApplicable(Refusal):
    """The field or action does not exist for this type of order (O1)."""

    code: ClassVar[str] = "NOT_APPLICABLE"
    order_type: str = figure("The type of the order.")

    @property
    def message(self) -> str:
        what = self.path[-1] if self.path else "This"
        return f"{what} does not apply to {self.order_type.lower()} orders."


@dataclass(eq=True, unsafe_hash=True)
class InvalidAmount(Refusal):
    """An amount out of range, or finer than its currency's minor unit."""

    code: ClassVar[str] = "INVALID_AMOUNT"
    amount: Decimal = figure("The amount given.")
    least: Decimal = figure("The smallest amount accepted.")
    greatest: Decimal = figure("The largest amount accepted.")
    places: int = figure("The digits after the point that are accepted.")

    @property
    def message(self) -> str:
        return (
            f"{plain(self.amount)} is not an amount between {plain(self.least)} and {plain(self.greatest)}"
            f" with at most {self.places} digits after the point."
        )


@dataclass(eq=True, unsafe_hash=True)
class DuplicateInvoice(Refusal):
    """The supplier's invoice number is already recorded (I6)."""

    code: ClassVar[str] = "DUPLICATE_INVOICE"
    supplier_invoice_number: str = figure("The supplier's number.")
    existing: str = figure("The id of the invoice that is there.")
    differences: tuple[str, ...] = figure("The fields in which it differs.", default=())

    @property
    def message(self) -> str:
        differing = f"; it differs in {', '.join(self.differences)}" if self.differences else ""
        number = self.supplier_invoice_number
        return f"Invoice {number} of this supplier is already recorded as {self.existing}{differing}."


@dataclass(eq=True, unsafe_hash=True)
class CurrencyMismatch(Refusal):
    """Invoice and order are in different currencies (M2.2c)."""

    code: ClassVar[str] = "CURRENCY_MISMATCH"
    invoice_currency: str = figure("The currency of the invoice.")
    order_currency: str = figure("The currency of the order.")

    @property
    def message(self) -> str:
        return f"The invoice is in {self.invoice_currency}, the order in {self.order_currency}."


@dataclass(eq=True, unsafe_hash=True)
class AllocationMismatch(Refusal):
    """The parts of an invoice do not add up to it."""

    code: ClassVar[str] = "ALLOCATION_MISMATCH"
    invoiced: Decimal = figure("The amount of the invoice.")
    allocated: Decimal = figure("What the allocations add up to.")

    @property
    def message(self) -> str:
        return f"The allocations add up to {plain(self.allocated)}; the invoice is {plain(self.invoiced)}."


@dataclass(eq=True, unsafe_hash=True)
class TotalsDisagree(Refusal):
    """An invoice's total is not its amount before tax and its tax together."""

    code: ClassVar[str] = "TOTALS_DISAGREE"
    total: Decimal = figure("The total given.")
    before_tax: Decimal = figure("The amount before tax.")
    tax: Decimal = figure("The tax.")
    currency: str = figure("The currency of all three.")

    @property
    def message(self) -> str:
        return (
            f"The total is {plain(self.total)} {self.currency}, but {plain(self.before_tax)} before tax and a tax of"
            f" {plain(self.tax)} make {plain(self.before_tax + self.tax)}."
        )


@dataclass(eq=True, unsafe_hash=True)
class DecidedByPerson(Refusal):
    """A person has decided where the invoice belongs; the rules overrule that only when told to (M10)."""

    code: ClassVar[str] = "DECIDED_BY_PERSON"
    invoice: str = figure("The id of the invoice.")
    decision: str = figure("What was decided.")

    @property
    def message(self) -> str:
        return f"{self.decision} Give override to let the rules decide about {self.invoice} again."


@dataclass(eq=True, unsafe_hash=True)
class IdempotencyKeyReused(Refusal):
    """The same idempotency key came with another input."""

    code: ClassVar[str] = "IDEMPOTENCY_KEY_REUSED"
    key: str = figure("The key.")
    operation: str = figure("The mutation it was used for.")

    @property
    def message(self) -> str:
        return f"The idempotency key {self.key!r} was used for another {self.operation}; nothing was done."


@dataclass(eq=True, unsafe_hash=True)
class AnswerNotKept(Refusal):
    """It was done before, under the same idempotency key, and other fields were asked for than can be told again."""

    code: ClassVar[str] = "ANSWER_NOT_KEPT"
    operation: str = figure("The mutation.")

    @property
    def message(self) -> str:
        return (
            f"This {self.operation} was done before, under the same idempotency key, and answered;"
            " the answer is kept only for a request for the same fields."
        )


@dataclass(eq=True, unsafe_hash=True)
class UnreadableDocument(Refusal):
    """An import file that cannot be read at all."""

    code: ClassVar[str] = "UNREADABLE_DOCUMENT"
    format: str = figure("The format expected.")
    problem: str = figure("What is wrong.")

    @property
    def message(self) -> str:
        return f"This is not a document of the format {self.format}: {self.problem}."


def all_refusals() -> list[type[Refusal]]:
    """Every kind of refusal."""
    return [kind for kind in _descendants(Refusal) if kind.code]


def _descendants(kind: type[Any]) -> list[type[Any]]:
    return [found for child in kind.__subclasses__() for found in (child, *_descendants(child))]
