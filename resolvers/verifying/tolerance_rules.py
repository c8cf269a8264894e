"""Tolerance rules: made and changed. Nothing is deleted, because discrepancies keep naming them; a rule is put out of
force instead. What is not confirmed yet is verified anew by the rules of now.

Source: I5.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.organization import CostCenter
from models.statuses.invoices import InvoiceCategory, ToleranceCombination, ToleranceKind
from models.supplier import Supplier
from models.values import MONEY_PLACES, PERCENT_PLACES
from models.verification import ToleranceRule
from resolvers import events
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound, Refusal, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.text import NAME, Number, Present, Shape, Whole, api_name, given_refusals, shown
from resolvers.verifying import verification
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.base import Row
    from resolvers.operation import Call

LARGEST_PERCENTAGE: Final = Decimal(1000)
LARGEST_NUMBER: Final = 99_999

SHAPES: Final[Mapping[str, Shape]] = {
    "number": Whole(least=1, greatest=LARGEST_NUMBER),
    "name": NAME,
    "kind": Present(),
    "value": Number(places=MONEY_PLACES, required=False),
    "percentage": Number(places=PERCENT_PLACES, greatest=LARGEST_PERCENTAGE, required=False),
    "combination": Present(),
    "is_active": Present(),
}
_REFERENCES: Final[Mapping[str, tuple[type[Row], str]]] = {
    "supplier_id": (Supplier, "supplier"),
    "cost_center_id": (CostCenter, "cost center"),
}
_WORDS: Final = {"kind": ToleranceKind, "combination": ToleranceCombination, "category": InvoiceCategory}


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Make a rule; without a number it gets the one after the highest.

    Raises:
        Refusals: what is wrong with it.

    Source: I5.
    """
    refuse_all(given_refusals(given, SHAPES))
    async with in_transaction():
        await locked_gate(call)
        columns, refusals = await _columns(call, given)
        rule = ToleranceRule(organization_id=call.organization_id, created_at=call.now, **columns)
        if "number" not in columns:
            rule.number = await _next_number(call)
        refuse_all([*refusals, *_limit_refusals(rule), *await _taken(call, rule)])
        await rule.save()
        told = events.changes_between({}, {name: value for name, value in _told(rule).items() if value is not None})
        return Written(rule.id, await _recorded(call, "tolerance_rule_created", rule, told))


async def update(call: Call, rule_id: str, given: Mapping[str, Any], *, expected_version: int | None = None) -> Written:
    """Change the fields of a rule that are given; null takes a limit or a part of the scope away.

    Raises:
        NotFound: there is no such rule.
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: what is wrong with it then.

    Source: I5.
    """
    refuse_all(given_refusals(given, SHAPES))
    async with in_transaction():
        await locked_gate(call)
        rule = (
            await visible_to(ToleranceRule, call.actor)
            .select_for_update()
            .get_or_none(id=key_of(ToleranceRule, rule_id))
        )
        if rule is None:
            raise NotFound(kind="tolerance rule", key=shown(rule_id), path=("id",))
        check_version(expected_version, rule.edit_version)
        before = _told(rule)
        columns, refusals = await _columns(call, given)
        rule.update_from_dict(columns)
        refuse_all([*refusals, *_limit_refusals(rule), *await _taken(call, rule)])
        changes = events.changes_between(before, _told(rule))
        if not changes:
            return Written(rule.id)
        rule.edit_version += 1
        await rule.save(update_fields=[*columns, "edit_version"])
        return Written(rule.id, await _recorded(call, "tolerance_rule_updated", rule, changes))


async def _recorded(
    call: Call, kind: str, rule: ToleranceRule, changes: Iterable[events.Change]
) -> tuple[events.Event, ...]:
    """The event of a rule, and what became of the invoices by it."""
    event = await events.record(call, kind, str(rule.number), changes=changes)
    return event, *await verification.recheck_all(call)


async def _columns(call: Call, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refusal]]:
    """What is given as columns, and the references among it that lead nowhere."""
    columns = dict(given)
    refusals: list[Refusal] = []
    for name, words in _WORDS.items():
        if columns.get(name) is not None:
            columns[name] = words[str(columns[name])]
    for name, (row, word) in _REFERENCES.items():
        if (text := columns.get(name)) is not None:
            columns[name] = key_of(row, text)
            if not await visible_to(row, call.actor).filter(id=columns[name]).exists():
                refusals.append(NotFound(kind=word, key=shown(text), path=(api_name(name),)))
    return columns, refusals


def _limit_refusals(rule: ToleranceRule) -> list[Refusal]:
    """A rule without any limit."""
    if rule.value is not None or rule.percentage is not None:
        return []
    return [InvalidValue(value="null", expected="give a value, a percentage, or both", path=("value",))]


async def _taken(call: Call, rule: ToleranceRule) -> list[Refusal]:
    """A number that another rule has."""
    holder = await visible_to(ToleranceRule, call.actor).get_or_none(number=rule.number)
    if holder is None or holder.id == rule.id:
        return []
    holding = f"tolerance rule {id_of(ToleranceRule, holder.id)}"
    return [AlreadyTaken(value=str(rule.number), holder=holding, path=("number",))]


async def _next_number(call: Call) -> int:
    highest = await visible_to(ToleranceRule, call.actor).order_by("-number").first()
    return 1 if highest is None else highest.number + 1


def _told(rule: ToleranceRule) -> dict[str, Any]:
    """A rule as the history tells it."""
    told = {api_name(name): getattr(rule, name) for name in (*SHAPES, "category")}
    for name, (row, _) in _REFERENCES.items():
        key = getattr(rule, name)
        told[api_name(name)] = None if key is None else id_of(row, key)
    return told
