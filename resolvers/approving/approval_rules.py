"""Approval rules: made and changed. None is deleted, because steps keep naming them; one is put out of force instead.

Plans that were made before a change stay as they are.

Source: A1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.approval import ApprovalRule, ApprovalRuleApprover
from models.organization import CostCenter, User, UserGroup
from models.statuses.orders import OrderType
from models.statuses.people import ApprovalDocument, ApprovalQuorum, Role
from models.supplier import Supplier
from models.values import MONEY_PLACES
from resolvers import events
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, locked_gate
from resolvers.rules.text import NAME, Number, Present, Whole, repeated, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.errors import Refusal
    from resolvers.operation import Call

MOST_APPROVERS: Final = 100
LARGEST_NUMBER: Final = 99_999
RULE: Final = Kind(
    row=ApprovalRule,
    word="approval rule",
    shapes={
        "number": Whole(least=1, greatest=LARGEST_NUMBER),
        "name": NAME,
        "document": Present(),
        "amount_from": Number(places=MONEY_PLACES, required=False),
        "amount_to": Number(places=MONEY_PLACES, required=False),
        "sequence": Whole(least=1, greatest=1000),
        "quorum": Present(),
        "by_business_owner": Present(),
        "escalate_after_days": Whole(least=0, greatest=3650, required=False),
        "is_active": Present(),
    },
    unique=(),
    subject="number",
    references={"cost_center_id": (CostCenter, "cost center"), "supplier_id": (Supplier, "supplier")},
)
_WORDS: Final = {"document": ApprovalDocument, "quorum": ApprovalQuorum, "order_type": OrderType}
_APPROVERS: Final[Mapping[str, tuple[type[User | UserGroup], str, str]]] = {
    "approver_ids": (User, "user", "user_id"),
    "group_ids": (UserGroup, "user group", "group_id"),
}


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Make a rule; without a number it gets the one after the highest.

    Raises:
        Refusals: what is wrong with it.
        NotFound: it names what is not there.

    Source: A1.
    """
    RULE.check(given)
    async with in_transaction():
        await locked_gate(call)
        columns = await _columns(call, given)
        approvers = {name: await _approvers(call, name, given.get(name) or ()) for name in _APPROVERS}
        if "number" not in columns:
            columns["number"] = await _next_number(call)
        refuse_all([*await _refusals(call, columns, None), *_nobody(columns, approvers)])
        written = await records.add(call, RULE, columns, changes=_changes({}, approvers))
        await _add_approvers(call, written.key, approvers)
        return written


async def update(call: Call, rule_id: str, given: Mapping[str, Any], *, expected_version: int | None = None) -> Written:
    """Change the fields of a rule that are given; its approvers are replaced as a whole.

    Raises:
        Refusals: what is wrong with it then.
        NotFound: there is no such rule, or it names what is not there.
        VersionConflict: somebody changed it after the caller saw it.

    Source: A1.
    """
    RULE.check(given)
    async with in_transaction():
        await locked_gate(call)
        rule = await records.locked(call, RULE, rule_id)
        columns = await _columns(call, given)
        links = await ApprovalRuleApprover.filter(rule_id=rule.id).order_by("id")
        before = {
            name: sorted(getattr(link, column) for link in links if getattr(link, column) is not None)
            for name, (_, _, column) in _APPROVERS.items()
        }
        after = {
            name: await _approvers(call, name, given[name]) if given.get(name) is not None else keys
            for name, keys in before.items()
        }
        present = {name: getattr(rule, name) for name in ("amount_from", "amount_to", "by_business_owner")}
        refuse_all([*await _refusals(call, columns, rule), *_nobody(present | columns, after)])
        changes = _changes(before, after)
        written = await records.edit(call, RULE, rule, columns, expected_version, changes=changes)
        if changes:
            await ApprovalRuleApprover.filter(rule_id=rule.id).delete()
            await _add_approvers(call, rule.id, after)
        return written


async def _columns(call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
    columns = await records.referring(call, RULE, {name: given[name] for name in given if name not in _APPROVERS})
    for name, words in _WORDS.items():
        if columns.get(name) is not None:
            columns[name] = words[str(columns[name])]
    return columns


async def _approvers(call: Call, name: str, texts: Sequence[str]) -> list[int]:
    """The keys of the users or groups that are to be asked.

    Raises:
        Refusals: too many, somebody twice, not there, or without the role.
    """
    row, word, _ = _APPROVERS[name]
    path = ("approverIds",) if row is User else ("groupIds",)
    if len(texts) > MOST_APPROVERS:
        raise InvalidValue(value=f"{len(texts)} values", expected=f"at most {MOST_APPROVERS} are accepted", path=path)
    keys = [key_of(row, text) for text in texts]
    there = {each.id: each for each in await visible_to(row, call.actor).filter(id__in=[key for key in keys if key])}
    refusals: list[Refusal] = []
    for at, (text, key) in enumerate(zip(texts, keys, strict=True)):
        found = there.get(key or 0)
        if found is None:
            refusals.append(NotFound(kind=word, key=shown(text), path=(*path, str(at))))
        elif isinstance(found, User) and not {Role.APPROVER, Role.ADMIN} & {Role[role] for role in found.roles}:
            without = "they do not have the role APPROVER"
            refusals.append(InvalidValue(value=found.email, expected=without, path=(*path, str(at))))
    again = "it is in the list already"
    refusals += [InvalidValue(value=texts[at], expected=again, path=(*path, str(at))) for at in repeated(texts)]
    refuse_all(refusals)
    return sorted(key for key in keys if key is not None)


async def _refusals(call: Call, columns: Mapping[str, Any], rule: ApprovalRule | None) -> list[Refusal]:
    """A number that another rule has; amounts the wrong way round."""
    found: list[Refusal] = []
    if "number" in columns:
        holder = await visible_to(ApprovalRule, call.actor).get_or_none(number=columns["number"])
        if holder is not None and (rule is None or holder.id != rule.id):
            name = f"approval rule {id_of(ApprovalRule, holder.id)}"
            found.append(AlreadyTaken(value=str(columns["number"]), holder=name, path=("number",)))
    least, greatest = (
        columns[name] if name in columns else getattr(rule, name, None) for name in ("amount_from", "amount_to")
    )
    if least is not None and greatest is not None and greatest < least:
        problem = f"it has to be at least amountFrom, {least}"
        found.append(InvalidValue(value=str(greatest), expected=problem, path=("amountTo",)))
    return found


def _nobody(columns: Mapping[str, Any], approvers: Mapping[str, Sequence[int]]) -> list[Refusal]:
    if any(approvers.values()) or columns.get("by_business_owner"):
        return []
    expected = "name at least one approver or group, or set byBusinessOwner"
    return [InvalidValue(value="[]", expected=expected, path=("approverIds",))]


def _changes(before: Mapping[str, Sequence[int]], after: Mapping[str, Sequence[int]]) -> list[events.Change]:
    def told(approvers: Mapping[str, Sequence[int]]) -> dict[str, Any]:
        return {
            "approverIds": [id_of(User, key) for key in approvers.get("approver_ids", ())] or None,
            "groupIds": [id_of(UserGroup, key) for key in approvers.get("group_ids", ())] or None,
        }

    return events.changes_between(told(before), told(after))


async def _add_approvers(call: Call, rule_id: int | None, approvers: Mapping[str, Sequence[int]]) -> None:
    await ApprovalRuleApprover.bulk_create(
        [
            ApprovalRuleApprover(
                organization_id=call.organization_id,
                created_at=call.now,
                rule_id=rule_id,
                **{_APPROVERS[name][2]: key},
            )
            for name, keys in approvers.items()
            for key in keys
        ]
    )


async def _next_number(call: Call) -> int:
    last = await visible_to(ApprovalRule, call.actor).order_by("-number").first()
    return 1 if last is None else last.number + 1
