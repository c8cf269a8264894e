"""What a person decides about an invoice instead of the rules, explained beside what the rules would have said.

Source: M9, M10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from models import database
from models.statuses.invoices import MatchCriterion, MatchOutcome
from models.values import Money
from resolvers.invoicing.decisions import Part
from resolvers.invoicing.facts import KNOWN_LINE_COLUMNS, known_line
from resolvers.matching.candidates import Candidate
from resolvers.matching.ranking import chosen_by_person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from resolvers.invoicing.decisions import Decision, Subject
    from resolvers.invoicing.desk import Desk
    from resolvers.matching.facts import KnownLine
    from resolvers.matching.ranking import Match as Found

MOST_TOLD: Final = 10
"""How many lines of an invoice the reason of a decision tells one by one."""
NOWHERE: Final = "A person took the invoice off all orders."

_LINES: Final = f"""
SELECT {KNOWN_LINE_COLUMNS} FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
WHERE l.organization_id = $1 AND l.id = ANY($2::bigint[])"""  # noqa: S608 - our own names


async def known_lines(organization_id: int, keys: Iterable[int]) -> dict[int, KnownLine]:
    """Lines of the organization, by their keys."""
    found = await database.rows(_LINES, organization_id, sorted(set(keys)))
    return {row["line_id"]: known_line(row) for row in found}


async def decided_by_person(desk: Desk, subject: Subject, parts: tuple[Part, ...]) -> Decision:
    """The decision that an invoice, which was looked up, belongs to these lines: to one, to several, or to none."""
    found = await desk.rules_say(subject)
    await desk.know_balances(part.line.line_id for part in parts)
    lines = tuple(
        Part(replace(part.line, balance=desk.left_on(subject, part.line.line_id)), *part[1:]) for part in parts
    )
    if not lines:
        found = _nowhere(found)
    elif any(part.invoice_line_id is not None for part in lines):
        found = _line_by_line(found, subject, lines)
    elif len(lines) == 1:
        found = chosen_by_person(found, lines[0].line, lines[0].amount)
    else:
        found = _split(found, lines)
    return desk.decide_by_person(subject, found, parts)


def _split(found: Found, parts: tuple[Part, ...]) -> Found:
    """A person split the invoice: 600.00 USD to line 1 of PO-7, 400.00 USD to line 2 of PO-9."""
    shares = ", ".join(f"{Money(part.amount, part.line.currency)} to {part.line.label}" for part in parts)
    reason = f"A person split the invoice: {shares}."
    chosen = [
        Candidate(*part.line.key, rank, None, reason, part.line.balance, _after(part))
        for rank, part in enumerate(parts, start=1)
    ]
    return _instead(found, reason, chosen)


def _line_by_line(found: Found, subject: Subject, parts: tuple[Part, ...]) -> Found:
    """A person put 2 of 3 lines of the invoice on order lines: line 1 on line 2 of PO-7, line 2 on line 1 of PO-9."""
    numbers = {line.id: line.number for line in subject.lines}
    of_line: dict[int, list[Part]] = {}
    for part in parts:
        of_line.setdefault(part.invoice_line_id or 0, []).append(part)
    places = [
        f"line {numbers[key]} on {' and '.join(part.line.label for part in of_line[key])}"
        for key in list(of_line)[:MOST_TOLD]
    ]
    more = f" and {len(of_line) - MOST_TOLD} more" if len(of_line) > MOST_TOLD else ""
    lines = f"{len(of_line)} of {len(numbers)} lines of the invoice"
    reason = f"A person put {lines} on order lines: {', '.join(places)}{more}."
    candidates: list[Candidate] = []
    for line in subject.lines:
        chosen = of_line.get(line.id, [])
        keys = {part.line.key for part in chosen}
        candidates += (
            Candidate(*part.line.key, rank, None, reason, part.line.balance, _after(part), line.id)
            for rank, part in enumerate(chosen, start=1)
        )
        looked_at = (each for each in found.ranked if each.invoice_line_id == line.id and each[:2] not in keys)
        for rank, each in enumerate(looked_at, start=len(chosen) + 1):
            if each.rank is not None and chosen:
                candidates.append(
                    Candidate(*each[:2], rank, MatchCriterion.CHOSEN_BY_PERSON, reason, invoice_line_id=line.id)
                )
            else:
                candidates.append(each)
    return replace(_instead(found, reason, []), ranked=tuple(candidates))


def _after(part: Part) -> Decimal | None:
    return None if part.line.balance is None else part.line.balance - part.used


def _nowhere(found: Found) -> Found:
    return _instead(found, NOWHERE, [])


def _instead(found: Found, reason: str, chosen: list[Candidate]) -> Found:
    """The match that a person makes, with the lines that the rules ranked after the chosen ones."""
    keys = {each[:2] for each in chosen}
    others = [each for each in found.ranked if each[:2] not in keys]
    behind = [
        Candidate(*each[:2], rank, MatchCriterion.CHOSEN_BY_PERSON, reason, *each[5:])
        for rank, each in enumerate(others, start=len(chosen) + 1)
    ]
    return replace(
        found,
        outcome=MatchOutcome.MANUAL,
        chosen=None,
        reason=reason,
        hold=False,
        balance_before=None,
        balance_after=None,
        ranked=(*chosen, *behind),
        dropped=tuple(each for each in found.dropped if each[:2] not in keys),
    )
