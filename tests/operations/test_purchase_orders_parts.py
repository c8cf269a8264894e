"""Lines, contacts and tags come, change and go; totals and balances follow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models import database
from models.purchase_order import Contact, PurchaseOrderLine, Tag
from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus
from models.statuses.orders import LineStatus
from resolvers.derived import progress
from resolvers.errors import (
    AlreadyTaken,
    InUse,
    InvalidAmount,
    InvalidValue,
    LimitExceeded,
    NotFound,
    OutsideValidity,
    VersionConflict,
    WrongStatus,
)
from resolvers.errors_revisions import BelowInvoiced, NotAboveReceived
from resolvers.orders import purchase_order_lines as lines
from resolvers.orders import purchase_order_parts as parts
from resolvers.orders import purchase_order_states as states
from resolvers.orders.purchase_order_edits import Asked
from tests.factories import make_allocation, make_call, make_invoice_line, make_invoice_row, make_receipt
from tests.ordering import (
    a_line,
    asked,
    changes,
    contact,
    first_line,
    make_draft,
    make_order,
    paths,
    refused,
    serve,
    set_limits,
    the_contact,
    the_line,
)

# -------------------------------------------------------------------------------------------------------- lines


async def test_a_line_is_added_after_the_highest_and_raises_total_and_balance(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(number=5)])

    written = await lines.add(call, asked(order), a_line(500, description="More hours", tax_percent=Decimal(10)))

    await order.refresh_from_db()
    line = await PurchaseOrderLine.get(purchase_order_id=order.id, number=6)
    assert (line.status, line.amount, line.balance_current) == (LineStatus.ORDERED, 500, 550)
    assert (order.total_amount, order.balance_limit, order.edit_version) == (10500, 10550, 2)
    assert "hours" in order.search_text
    assert [event.kind for event in written.events] == ["purchase_order_line_added"]
    assert changes(written)["lines.6.unitPrice"] == (None, "500")


async def test_a_line_of_a_draft_is_a_draft(db: str):
    call = await make_call()
    order = await make_draft(call)

    await lines.add(call, asked(order), a_line())

    assert (await first_line(order)).status is LineStatus.DRAFT


async def test_everything_that_is_wrong_with_a_line_is_told_at_once(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])

    found = await refused(
        lines.add(
            call,
            asked(order),
            a_line(number=1, quantity=Decimal("0.5"), product_type="GOOD", start_date=date(2026, 1, 1)),
        )
    )

    assert [(type(refusal), ".".join(refusal.path)) for refusal in found] == [
        (InvalidAmount, "line.quantity"),
        (OutsideValidity, "line.startDate"),
        (AlreadyTaken, "line.number"),
    ]


async def test_one_line_too_many_is_refused(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(), a_line()])
    await set_limits(call, order_line_limit=2)

    assert await refused(lines.add(call, asked(order), a_line())) == [
        LimitExceeded(limit=2, actual=3, setting="orderLineLimit")
    ]


async def test_changing_a_line_moves_what_is_left_and_keeps_what_was_taken(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(description="Hours")])
    await serve(call, await first_line(order), 2000)

    written = await lines.update(
        call, await the_line(order), {"unit_price": Decimal(1500), "description": "Days", "tax_amount": Decimal(100)}
    )

    line = await first_line(order)
    await order.refresh_from_db()
    assert (line.amount, line.balance_limit, line.balance_used, line.balance_current) == (1500, 1600, 2000, -400)
    assert (order.total_amount, order.balance_current, order.balance_percent) == (1500, -400, -25)
    assert "days" in order.search_text.split()
    assert "hours" not in order.search_text.split()
    assert changes(written) == {
        "lines.1.unitPrice": ("10000", "1500"),
        "lines.1.description": ("Hours", "Days"),
        "lines.1.taxAmount": ("0", "100"),
    }


async def test_a_balance_begins_and_ends_to_be_tracked(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(balance_tracked=False), a_line(500)])
    await serve(call, await first_line(order), 2000)

    await lines.update(call, await the_line(order), {"balance_tracked": True})
    line = await first_line(order)
    assert (line.balance_limit, line.balance_used, line.balance_current) == (10000, 2000, 8000)

    await lines.update(call, await the_line(order), {"balance_tracked": False})
    line = await first_line(order)
    await order.refresh_from_db()
    assert (line.balance_limit, line.balance_current, order.balance_current) == (None, None, 500)


TAXES = [
    ("percent", {"tax_amount": Decimal(7)}, (None, 7)),
    ("percent", {"tax_percent": None}, (None, 0)),
    ("percent", {"tax_amount": None}, (10, 1000)),
    ("percent", {"tax_percent": None, "tax_amount": Decimal(7)}, (None, 7)),
    ("percent", {"unit_price": Decimal(20000)}, (10, 2000)),
    ("amount", {"tax_percent": Decimal(20)}, (20, 2000)),
    ("amount", {"tax_percent": None}, (None, 5)),
    ("amount", {"tax_amount": None}, (None, 0)),
    ("amount", {"tax_percent": Decimal(20), "tax_amount": None}, (20, 2000)),
    ("amount", {"unit_price": Decimal(20000)}, (None, 5)),
]


@pytest.mark.parametrize(("tax", "given", "stored"), TAXES)
async def test_who_gives_one_tax_takes_the_other_away(db: str, tax: str, given: dict[str, Any], stored: Any):
    call = await make_call()
    agreed: dict[str, Any] = {"tax_percent": Decimal(10)} if tax == "percent" else {"tax_amount": Decimal(5)}
    order = await make_order(call, lines=[a_line(**agreed)])

    await lines.update(call, await the_line(order), given)

    line = await first_line(order)
    assert (line.tax_percent, line.tax_amount) == stored
    assert line.balance_limit == line.amount + line.tax_amount


async def test_a_line_is_not_lowered_to_what_came_of_it_nor_below_what_is_billed(db: str):
    call = await make_call()
    goods = {"unit_price": Decimal(10), "quantity": Decimal(10), "product_type": "GOOD", "unit": "EA"}
    order = await make_order(call, lines=[goods])
    line = await first_line(order)
    await make_receipt(call, line, 4)
    invoice = await make_invoice_row(call, await order.supplier, 70, status=InvoiceStatus.CONFIRMED)
    billed = await make_invoice_line(invoice, 70, 7, status=InvoiceLineStatus.CONFIRMED)
    await make_allocation(line, billed)
    await progress.settle([invoice.id])
    await progress.refresh([order.id])

    async def refusals(**given: Any) -> list[Any]:
        return await refused(lines.update(call, await the_line(order), given))

    below = BelowInvoiced(line=1, proposed=Decimal(40), invoiced=Decimal(70), path=("line",))
    received = NotAboveReceived(line=1, proposed=Decimal(4), received=Decimal(4), path=("line",))
    assert await refusals(quantity=Decimal(4)) == [received, below]
    assert await refusals(unit_price=Decimal(4)) == [below]
    await lines.update(call, await the_line(order), {"quantity": Decimal(7)})
    assert (await first_line(order)).amount == 70


async def test_a_line_is_checked_as_it_would_be(db: str):
    call = await make_call()
    order = await make_order(
        call, lines=[a_line(100, discount=Decimal(100), start_date=date(2025, 6, 1), quantity=Decimal("1.5"))]
    )
    line = await the_line(order)

    assert paths(await refused(lines.update(call, line, {"unit_price": Decimal(50)}))) == ["line.discount"]
    assert paths(await refused(lines.update(call, line, {"end_date": date(2025, 5, 31)}))) == ["line.endDate"]
    assert paths(await refused(lines.update(call, line, {"product_type": "GOOD"}))) == ["line.quantity"]
    assert paths(await refused(lines.update(call, line, {"quantity": None, "unit": "x"}))) == [
        "line.unit",
        "line.quantity",
    ]


async def test_a_payout_comes_and_goes_with_its_milestones(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])

    await lines.update(call, await the_line(order), {"acknowledgment_type": "MILESTONES"})
    assert str((await first_line(order)).milestone_payout) == "AMOUNT"

    await lines.update(call, await the_line(order), {"acknowledgment_type": "TWO_WAY_MATCH"})
    assert (await first_line(order)).milestone_payout is None
    found = await refused(lines.update(call, await the_line(order), {"milestone_payout": "PERCENTAGE"}))
    assert [type(refusal) for refusal in found] == [InvalidValue]


async def test_a_change_of_a_line_that_changes_nothing_writes_nothing(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(description="Hours")])

    written = await lines.update(
        call, await the_line(order), {"description": "Hours", "unit_price": Decimal("10000.0")}
    )

    await order.refresh_from_db()
    assert (written.events, order.edit_version) == ((), 1)


async def test_a_removed_line_is_gone_with_its_part_of_the_total(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(description="Hours"), a_line(500)])

    written = await lines.remove(call, await the_line(order))

    await order.refresh_from_db()
    assert (order.total_amount, order.balance_current) == (500, 500)
    assert (await first_line(order)).number == 2
    assert "hours" not in order.search_text
    assert changes(written)["lines.1.description"] == ("Hours", None)


async def test_a_line_that_served_an_invoice_stays(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(), a_line()])
    await serve(call, await first_line(order))

    assert await refused(lines.remove(call, await the_line(order))) == [
        InUse(invoices=1, remedy="end the line earlier instead", path=("lineId",))
    ]


async def test_lines_of_a_closed_order_stay_as_they_are(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    await states.close(call, asked(order))

    for doing in (
        lines.add(call, asked(order), a_line()),
        lines.update(call, await the_line(order), {"description": "x"}),
        lines.remove(call, await the_line(order)),
    ):
        assert [type(refusal) for refusal in await refused(doing)] == [WrongStatus]


async def test_lines_and_contacts_of_others_are_not_there(db: str):
    order = await make_order(await make_call(), lines=[a_line()], contacts=[contact()])
    stranger = await make_call()

    for kind, doing in (
        ("line", lines.update(stranger, await the_line(order), {"description": "x"})),
        ("line", lines.remove(stranger, await the_line(order))),
        ("line", lines.remove(stranger, Asked(line_id="po_1"))),
        ("contact", parts.update_contact(stranger, await the_contact(order), {"name": "x"})),
        ("contact", parts.remove_contact(stranger, await the_contact(order))),
    ):
        [refusal] = await refused(doing)
        assert isinstance(refusal, NotFound)
        assert refusal.kind == kind


async def test_who_changes_a_line_expects_a_version_of_its_order(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    await lines.update(call, await the_line(order, expected_version=1), {"description": "x"})

    assert await refused(lines.remove(call, await the_line(order, expected_version=1))) == [
        VersionConflict(expected=1, current=2, changed=("lines.1.description",), path=("expectedVersion",))
    ]


async def test_adding_a_line_to_a_long_order_costs_no_more_statements(db: str):
    call = await make_call()
    short, long = await make_order(call), await make_order(call, lines=[a_line() for _ in range(90)])

    async def statements(order: Any) -> int:
        before = database.statements.total
        await lines.add(call, asked(order), a_line())
        return database.statements.total - before

    assert await statements(short) == await statements(long)


# ----------------------------------------------------------------------------------------------------- contacts


async def test_a_contact_is_added_changed_and_removed(db: str):
    call = await make_call()
    order = await make_order(call)

    added = await parts.add_contact(call, asked(order), contact())
    assert changes(added) == {
        "contacts.contact1@example.com.name": (None, "Contact 1"),
        "contacts.contact1@example.com.email": (None, "contact1@example.com"),
    }

    changed = await parts.update_contact(
        call, await the_contact(order), {"email": "new@example.com", "phone": "+1 206 555 0100"}
    )
    assert changes(changed) == {
        "contacts.contact1@example.com.email": ("contact1@example.com", "new@example.com"),
        "contacts.contact1@example.com.phone": (None, "+1 206 555 0100"),
    }

    removed = await parts.remove_contact(call, await the_contact(order))
    assert changes(removed)["contacts.new@example.com.name"] == ("Contact 1", None)
    assert await Contact.filter(purchase_order_id=order.id).count() == 0
    await order.refresh_from_db()
    assert order.edit_version == 4


async def test_what_is_wrong_with_a_contact_is_refused(db: str):
    call = await make_call()
    order = await make_order(call, contacts=[contact(1), contact(2)])

    assert paths(await refused(parts.add_contact(call, asked(order), {"name": "", "email": "a\r\nb@example.com"}))) == [
        "contact.name",
        "contact.email",
    ]
    taken = {"name": "x", "email": "CONTACT1@example.com"}
    assert [type(each) for each in await refused(parts.add_contact(call, asked(order), taken))] == [AlreadyTaken]
    meant = await the_contact(order)
    assert [type(each) for each in await refused(parts.update_contact(call, meant, contact(2)))] == [AlreadyTaken]
    assert paths(await refused(parts.update_contact(call, meant, {"name": None}))) == ["contact.name"]
    await parts.update_contact(call, meant, {"email": "Contact1@example.com"})


async def test_one_contact_too_many_is_refused(db: str):
    call = await make_call()
    order = await make_order(call, contacts=[contact(number) for number in range(10)])

    assert await refused(parts.add_contact(call, asked(order), contact(10))) == [
        LimitExceeded(limit=10, actual=11, setting="orderContactLimit")
    ]


# --------------------------------------------------------------------------------------------------------- tags


async def test_tags_are_replaced_as_a_whole(db: str):
    call = await make_call()
    order = await make_order(call, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])

    written = await parts.set_tags(call, asked(order), [{"key": "b", "value": "3"}, {"key": "c", "value": ""}])

    stored = await Tag.filter(purchase_order_id=order.id).order_by("key")
    assert [(tag.key, tag.value) for tag in stored] == [("b", "3"), ("c", "")]
    assert changes(written) == {"tags.a": ("1", None), "tags.b": ("2", "3"), "tags.c": (None, "")}
    assert (
        await parts.set_tags(call, asked(order), [{"key": "c", "value": ""}, {"key": "b", "value": "3"}])
    ).events == ()


async def test_wrong_tags_are_refused(db: str):
    call = await make_call()
    order = await make_order(call)
    many = [{"key": f"key {number}", "value": ""} for number in range(51)]

    assert [type(refusal) for refusal in await refused(parts.set_tags(call, asked(order), many))] == [LimitExceeded]
    assert paths(await refused(parts.set_tags(call, asked(order), [{"key": "a\nb", "value": ""}]))) == ["tags.0.key"]
