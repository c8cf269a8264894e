"""What the milestones of a line may be worth together, and what may be done with one (R1, R5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.statuses.orders import AcknowledgmentType, LineStatus, MilestonePayout, ProductType
from models.statuses.receiving import MilestoneStatus
from resolvers.errors_receiving import MilestonesTooLarge, NotPutOff, TakesNoMilestones
from resolvers.rules.milestones import (
    Acknowledged,
    MilestoneLine,
    Worth,
    acknowledged,
    deferral_refusals,
    line_refusals,
    status_refusals,
    worth_refusals,
)

TODAY = date(2025, 3, 10)


def a_line(**more: Any) -> MilestoneLine:
    """10 for 1,200.00 USD."""
    given: dict[str, Any] = {"quantity": Decimal(10), "amount": Decimal(1200), "currency": "USD", **more}
    return MilestoneLine(number=2, **given)


def amount(figure: str, **more: Any) -> Worth:
    return Worth(amount=Decimal(figure), **more)


def percent(figure: str, **more: Any) -> Worth:
    return Worth(percent=Decimal(figure), **more)


BY_PERCENT = a_line(payout=MilestonePayout.PERCENTAGE)


@pytest.mark.parametrize(
    ("line", "others", "worth", "codes"),
    [
        (a_line(), [amount("600"), amount("500")], amount("100"), []),
        (a_line(), [amount("600"), amount("500")], amount("100.01"), ["MILESTONES_TOO_LARGE"]),
        (a_line(), [amount("600"), amount("600", counts=False)], amount("600"), []),
        (a_line(), [], amount("0"), []),
        (a_line(), [], amount("-1"), ["INVALID_AMOUNT"]),
        (a_line(), [], amount("0.001"), ["INVALID_AMOUNT"]),
        (a_line(), [], percent("50"), ["INVALID_VALUE"]),
        (a_line(), [], Worth(), ["INVALID_VALUE"]),
        (a_line(), [], Worth(amount=Decimal(1), percent=Decimal(1)), ["INVALID_VALUE"]),
        (BY_PERCENT, [percent("60"), percent("30")], percent("10"), []),
        (BY_PERCENT, [percent("60"), percent("30")], percent("10.0001"), ["MILESTONES_TOO_LARGE"]),
        (BY_PERCENT, [], percent("100.01"), ["INVALID_AMOUNT"]),
        (BY_PERCENT, [], amount("50"), ["INVALID_VALUE"]),
    ],
)
def test_milestones_together_are_worth_at_most_the_line(
    line: MilestoneLine, others: list[Worth], worth: Worth, codes: list[str]
):
    assert [each.code for each in worth_refusals(line, worth, others)] == codes


def test_what_is_too_much_is_told_with_the_figures():
    assert worth_refusals(a_line(), amount("700"), [amount("600")]) == [
        MilestonesTooLarge(
            line=2, limit=Decimal(1200), others=Decimal(600), offered=Decimal(700), unit="USD", path=("amount",)
        )
    ]
    [refusal] = worth_refusals(BY_PERCENT, percent("50"), [percent("60")])
    assert refusal.message == "The milestones of line 2 would be worth 110 %; at most 100 % are possible."


@pytest.mark.parametrize(
    ("line", "worth", "figures"),
    [
        (a_line(), amount("480"), ("4", "480", "40")),
        (BY_PERCENT, percent("40"), ("4", "480", "40")),
        (BY_PERCENT, percent("33.3333"), ("3.33333", "400", "33.3333")),
        (a_line(quantity=Decimal(1), amount=Decimal(3)), amount("1"), ("0.333333", "1", "33.33")),
        (a_line(amount=Decimal(0)), amount("0"), ("0", "0", "0")),
        (a_line(currency="JPY", amount=Decimal(5), payout=MilestonePayout.PERCENTAGE), percent("50"), ("5", "3", "50")),
    ],
)
def test_what_completing_one_acknowledges(line: MilestoneLine, worth: Worth, figures: tuple[str, str, str]):
    quantity, value, share = map(Decimal, figures)

    assert acknowledged(line, worth) == Acknowledged(quantity=quantity, amount=value, percent=share)


@pytest.mark.parametrize(
    ("product", "acknowledgment"),
    [
        (ProductType.GOOD, None),
        (ProductType.SERVICE, None),
        (ProductType.SERVICE, AcknowledgmentType.TWO_WAY_MATCH),
        (ProductType.SERVICE, AcknowledgmentType.SERVICE_ACKNOWLEDGMENT),
    ],
)
def test_only_lines_that_milestones_acknowledge_have_any(
    product: ProductType, acknowledgment: AcknowledgmentType | None
):
    line = a_line(product_type=product, acknowledgment_type=acknowledgment)

    assert line_refusals("CREATE", line, ("lineId",)) == [
        TakesNoMilestones(line=2, product_type=product, acknowledgment_type=acknowledgment, path=("lineId",))
    ]


def test_a_line_that_was_given_up_has_none_either():
    codes = {
        status: [each.code for each in line_refusals("CREATE", a_line(status=status), ())] for status in LineStatus
    }

    assert {status for status, found in codes.items() if found} == {
        LineStatus.CLOSED_CANCELED,
        LineStatus.CLOSED_RELEASED,
    }


def test_a_milestone_that_is_over_stays_as_it_is():
    assert {status: len(status_refusals("CONFIRM", status)) for status in MilestoneStatus} == {
        MilestoneStatus.CONFIRMATION_REQUIRED: 0,
        MilestoneStatus.PENDING_COMPLETION_DATE: 0,
        MilestoneStatus.CLOSED_COMPLETE: 1,
        MilestoneStatus.CLOSED_CANCELED: 1,
    }


@pytest.mark.parametrize(
    ("day", "due", "after"),
    [
        (date(2025, 3, 11), None, None),
        (date(2025, 3, 10), None, date(2025, 3, 10)),
        (date(2025, 4, 1), date(2025, 3, 31), None),
        (date(2025, 3, 31), date(2025, 3, 31), date(2025, 3, 31)),
        (date(2025, 3, 9), date(2025, 3, 1), date(2025, 3, 10)),
    ],
)
def test_it_is_put_off_to_a_later_date(day: date, due: date | None, after: date | None):
    expected = [] if after is None else [NotPutOff(date=day, after=after, path=("dueDate",))]

    assert deferral_refusals(day, due, TODAY) == expected
