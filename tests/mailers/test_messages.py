"""Mails as they read: figures, names that are not harmless, and what mail programs draw."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

import orjson
import pytest

from mailers.causes import Cause, InvoiceFacts, Level, LineFacts, OrderFacts
from mailers.figures import left, locale_of, one_line, order_url, share
from mailers.messages import TEMPLATES, Reader, Rendered, composed, rendered
from models.statuses.people import NoticeKind
from tests.browser import Witness, browser_context

TODAY: Final = date(2025, 4, 3)
SCRIPT: Final = "<script>alert('x')</script>"
NASTY: Final = f"{SCRIPT}\r\nBcc: everybody@example.com\r\n\r\nPay \u202egnp.exe"


def level(limit: object, current: object, currency: str = "USD") -> Level:
    return Level(limit=Decimal(str(limit)), current=Decimal(str(current)), currency=currency)


def order(**fields: Any) -> OrderFacts:
    given: dict[str, Any] = {
        "id": "po_17",
        "number": "PO-17",
        "name": "Cloud 2025",
        "supplier": "Cloud Provider",
        "expiration_date": date(2025, 12, 31),
        "balance": level(23000, 15400),
    }
    return OrderFacts(**(given | fields))


def line(number: int = 1, current: object = 7400, thresholds: tuple[int, ...] = (75,), **fields: Any) -> LineFacts:
    given: dict[str, Any] = {"description": "Usage", "balance": level(10000, current)}
    return LineFacts(number=number, thresholds=thresholds, **(given | fields))


def invoice(number: str = "INV-1") -> InvoiceFacts:
    return InvoiceFacts(
        number=number,
        supplier="Cloud Provider",
        invoice_date=date(2025, 4, 3),
        amount=Decimal("1234.50"),
        currency="USD",
        reason="No order is valid in March 2025.",
    )


def reader(**fields: Any) -> Reader:
    given: dict[str, Any] = {"organization": "Northwind Trading", "name": "Ada", "email": "ada@example.com"}
    return Reader(**(given | fields))


CAUSES: Final[dict[NoticeKind, Cause]] = {
    kind: Cause(
        order=None if kind is NoticeKind.INVOICE_UNMATCHED else order(),
        lines=(line(2, -300, (75, 0)), line(1)) if kind is NoticeKind.BALANCE_EXHAUSTED else (line(),),
        by="Grace",
        reason="Waiting for the contract.",
        invoices=(invoice(),),
        invoice_count=1,
    )
    for kind in NoticeKind
}


def mail(kind: NoticeKind, cause: Cause | None = None, today: date = TODAY, **fields: Any) -> Rendered:
    return rendered(kind, cause or CAUSES[kind], reader(**fields), today)


# ----------------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (NoticeKind.BALANCE_BELOW, "Purchase order PO-17: 74% left on line 1"),
        (NoticeKind.BALANCE_EXHAUSTED, "Purchase order PO-17: nothing is left on line 2"),
        (NoticeKind.ORDER_EXPIRING, "Purchase order PO-17 expires on Dec 31, 2025"),
        (NoticeKind.ORDER_EXPIRED, "Purchase order PO-17 has expired"),
        (NoticeKind.ORDER_SUSPENDED, "Purchase order PO-17 was suspended"),
        (NoticeKind.ORDER_CLOSED, "Purchase order PO-17 was closed"),
        (NoticeKind.INVOICE_UNMATCHED, "Invoice INV-1 found no purchase order"),
        (NoticeKind.BLANKET_EXPIRING, "Blanket order PO-17 expires on Dec 31, 2025"),
        (NoticeKind.BLANKET_LOW, "Blanket order PO-17: 66.96% of the budget is left"),
        (NoticeKind.BLANKET_EXHAUSTED, "Blanket order PO-17: nothing of the budget is left"),
        (NoticeKind.BLANKET_CLOSED, "Blanket order PO-17 was closed"),
    ],
)
def test_the_subject_says_what_happened(kind: NoticeKind, subject: str):
    assert mail(kind).subject == subject


def test_every_kind_has_its_three_templates_and_there_are_no_others():
    places = {place.name for place in TEMPLATES.iterdir() if place.is_dir()}

    assert places == {kind.lower() for kind in NoticeKind}
    for place in places:
        assert {file.name for file in (TEMPLATES / place).iterdir()} == {"subject.txt", "body.txt", "body.html"}


def test_a_mail_about_a_balance_tells_what_is_left_and_until_when():
    cause = Cause(order=order(), lines=(line(runs_out_on=date(2025, 10, 21)),))

    told = mail(NoticeKind.BALANCE_BELOW, cause)

    assert told.text.startswith(
        "Less than 75% is left on line 1 of purchase order PO-17.\n\n"
        "Line 1: Usage\n"
        "[##############......] 74%\n"
        "$7,400.00 left; $2,600.00 of $10,000.00 used.\n"
        "At the pace of the invoices so far it runs out around Oct 21, 2025.\n"
    )
    for words in ("$7,400.00 left", "$2,600.00 of $10,000.00 used", "runs out around Oct 21, 2025"):
        assert words in told.html


def test_a_day_that_has_passed_is_no_forecast():
    cause = Cause(order=order(), lines=(line(runs_out_on=TODAY),))

    assert "runs out" not in mail(NoticeKind.BALANCE_BELOW, cause).text


def test_several_lines_make_one_list():
    cause = Cause(order=order(), lines=(line(1), line(2, 1000), line(3, 400)))

    told = mail(NoticeKind.BALANCE_BELOW, cause)

    assert told.subject == "Purchase order PO-17: 3 lines are running low"
    assert re.findall(r"^Line (\d)", told.text, re.MULTILINE) == ["1", "2", "3"]


def test_what_is_overdrawn_says_by_how_much():
    told = mail(NoticeKind.BALANCE_EXHAUSTED)

    assert "$300.00 over; $10,300.00 of $10,000.00 used." in told.text
    assert "$300.00 over" in told.html
    assert told.text.index("Line 2") < told.text.index("Running low as well:") < told.text.index("Line 1")


def test_a_cent_below_the_threshold_does_not_read_as_the_threshold():
    assert left(level(10_000, "7499.99"), 75, locale_of("en_US")) == "just under 75%"
    assert left(level(10_000, "7499.99"), None, locale_of("en_US")) == "75%"
    assert left(level(10_000, 7400), 75, locale_of("en_US")) == "74%"


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2025, 10, 31), "expires in 61 days, on Dec 31, 2025"),
        (date(2025, 12, 30), "expires tomorrow, on Dec 31, 2025"),
        (date(2025, 12, 31), "Today, Dec 31, 2025, is the last day"),
        (date(2026, 1, 2), "expires on Dec 31, 2025"),
    ],
)
def test_how_far_away_an_expiration_is_counts_from_the_day_the_mail_is_sent(today: date, words: str):
    assert words in mail(NoticeKind.ORDER_EXPIRING, today=today).text


def test_figures_and_days_are_written_as_the_organization_does():
    told = mail(NoticeKind.BALANCE_BELOW, Cause(order=order(), lines=(line(),)), locale="de_DE").text

    assert "7.400,00\xa0$ left" in told
    assert "74\xa0%" in told
    assert "31.12.2025" in told


def test_a_locale_that_nobody_knows_is_no_reason_to_send_nothing():
    assert "$7,400.00 left" in mail(NoticeKind.BALANCE_BELOW, locale="xx_YY").text


def test_long_lists_of_invoices_tell_how_many_more_there_are():
    cause = Cause(invoices=tuple(invoice(f"INV-{number}") for number in range(20)), invoice_count=12_345)

    told = mail(NoticeKind.INVOICE_UNMATCHED, cause)

    assert told.subject == "12,345 invoices found no purchase order"
    assert "And 12,325 more." in told.text
    assert "And 12,325 more." in told.html


def test_there_is_one_link_and_it_leads_to_the_order():
    url = "https://erp.example.com/orders/{number}?from=mail&id={id}"

    told = mail(NoticeKind.ORDER_CLOSED, Cause(order=order(number="A/B C&D")), order_url_pattern=url)

    meant = "https://erp.example.com/orders/A%2FB%20C%26D?from=mail&id=po_17"
    assert re.findall(r'href="([^"]*)"', told.html) == [meant.replace("&", "&amp;")]
    assert re.findall(r"https?://\S+", told.text) == [meant]


@pytest.mark.parametrize("kind", NoticeKind)
def test_without_an_address_of_orders_there_is_no_link(kind: NoticeKind):
    told = mail(kind)

    assert "href" not in told.html
    assert "http" not in told.text


# ------------------------------------------------------------------------------------------------------ harmlessness


def nasty_cause() -> Cause:
    return Cause(
        order=order(number=NASTY, name=NASTY, supplier=NASTY),
        lines=(line(description=NASTY, thresholds=(75, 0)), line(2, description=NASTY)),
        by=NASTY,
        reason=NASTY,
        invoices=(
            InvoiceFacts(
                number=NASTY,
                supplier=NASTY,
                invoice_date=TODAY,
                amount=Decimal(1),
                currency="USD",
                reason=NASTY,
            ),
        ),
        invoice_count=1,
    )


@pytest.mark.parametrize("kind", NoticeKind)
def test_whatever_people_enter_stays_text(kind: NoticeKind):
    told = mail(
        kind,
        nasty_cause(),
        organization=NASTY,
        name=NASTY,
        order_url_pattern="https://erp.example.com/{number}",
    )

    assert "<script" not in told.html
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in told.html
    assert re.findall(r"<(?:img|link|iframe|object|form|script)\b", told.html) == []
    assert "\u202e" not in told.html + told.text + told.subject
    assert "\n" not in told.subject
    assert not re.search(r"^Bcc:", told.text, re.MULTILINE)


@pytest.mark.parametrize("kind", NoticeKind)
def test_nothing_that_people_enter_becomes_a_header(kind: NoticeKind):
    told = mail(kind, nasty_cause(), organization=NASTY, name=NASTY)
    message = composed(
        told,
        sender_name=NASTY,
        sender="orders@example.com",
        recipient_name=NASTY,
        recipient="ada@example.com",
        message_id="<1@example.com>",
        now=datetime(2025, 4, 3, tzinfo=UTC),
    )

    travelled = message_from_bytes(message.as_bytes(), policy=default)

    assert sorted(travelled.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert [address.addr_spec for address in travelled["To"].addresses] == ["ada@example.com"]
    assert [address.addr_spec for address in travelled["From"].addresses] == ["orders@example.com"]
    assert travelled["Subject"] == told.subject


def test_a_mail_travels_in_seven_bits_and_arrives_whole():
    told = mail(NoticeKind.ORDER_CLOSED, Cause(order=order(supplier="Bücher & Söhne 株式会社")), organization="Größe")
    message = composed(
        told,
        sender_name="Größe",
        sender="orders@example.com",
        recipient_name="Łukasz, Inc.",
        recipient="l@example.com",
        message_id="<1@example.com>",
        now=datetime(2025, 4, 3, tzinfo=UTC),
    )

    wire = message.as_bytes()
    travelled: Any = message_from_bytes(wire, policy=default)

    assert max(wire) < 128
    assert max(len(one) for one in wire.split(b"\r\n")) <= 998
    assert travelled["From"].addresses[0].display_name == "Größe"
    assert travelled["To"].addresses[0].display_name == "Łukasz, Inc."
    text, html = travelled.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == told.text
    assert html.get_content().replace("\r\n", "\n") == told.html


@pytest.mark.parametrize(
    ("entered", "read"),
    [
        ("a\r\nb", "a b"),
        ("a\x00\x1fb", "a b"),
        ("a\u2028b\u202ec", "a b c"),
        ("  a   b ", "a b"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),  # noqa: RUF001 - Persian, which needs its joiner
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_names_are_one_line(entered: str, read: str):
    assert one_line(entered) == read


def test_an_address_of_an_order_is_an_address_whatever_its_number():
    pattern = "https://erp.example.com/{number}"

    assert order_url(pattern, order_id="po_1", number="a/../b?c#d%e f") == (
        "https://erp.example.com/a%2F..%2Fb%3Fc%23d%25e%20f"
    )
    assert order_url(pattern, order_id="po_1", number="{id}") == "https://erp.example.com/%7Bid%7D"


# --------------------------------------------------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("current", "full"),
    [(10_000, 100), ("9999.99", 99), (7_400, 74), ("0.01", 1), (0, 0), (-300, 0), (12_000, 100)],
)
def test_a_bar_is_as_full_as_the_balance_is(current: object, full: int):
    assert share(level(10_000, current)) == full


def test_a_line_without_a_limit_has_an_empty_bar():
    assert share(level(0, 0)) == 0


async def test_every_mail_fits_a_telephone_and_asks_nobody_for_anything():
    too_wide: list[str] = []
    async with browser_context(width=360, height=640) as context:
        page = await context.new_page()
        witness = Witness(page)
        for kind in NoticeKind:
            for name, cause in (("usual", CAUSES[kind]), ("nasty", nasty_cause())):
                told = mail(kind, cause, order_url_pattern="https://erp.example.com/orders/{number}")
                await page.set_content(told.html)
                width: int = await page.evaluate("document.documentElement.scrollWidth")
                if width > 360:
                    too_wide.append(f"{name} {kind}: {width}")

    assert too_wide == []
    assert (witness.complaints, witness.strangers) == ([], [])


async def test_the_bar_is_drawn_as_wide_as_its_share():
    told = mail(NoticeKind.BALANCE_BELOW, Cause(order=order(), lines=(line(),)))
    async with browser_context(width=700, height=640) as context:
        page = await context.new_page()
        await page.set_content(told.html)
        widths: list[Any] = await page.evaluate(
            "[...document.querySelectorAll('td[height]')].map(cell => cell.getBoundingClientRect().width)"
        )

    assert len(widths) == 2
    assert round(100 * widths[0] / sum(widths)) == 74


# ----------------------------------------------------------------------------------------------------------- causes


@pytest.mark.parametrize("cause", [*CAUSES.values(), nasty_cause(), Cause()])
def test_a_cause_is_kept_exactly(cause: Cause):
    assert Cause.read(orjson.loads(cause.as_json())) == cause


def test_two_causes_of_one_occasion_are_told_together():
    first = Cause(order=order(), lines=(line(1, 7400), line(2, 7000)))
    later = Cause(order=order(balance=level(23000, 100)), lines=(line(2, -5, (50, 0)), line(3, 10)))

    both = first.with_lines(later)

    assert both.order == later.order
    assert [(each.number, each.thresholds, each.balance.current) for each in both.lines] == [
        (1, (75,), 7400),
        (2, (75, 50, 0), -5),
        (3, (75,), 10),
    ]
