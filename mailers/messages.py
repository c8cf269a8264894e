"""One mail a notice: from its cause to subject, plain text and HTML, and from there to what a mail server takes.

Each kind has its templates in `templates/<kind>/`. What people entered is text in them and nothing else: HTML is
escaped, line breaks in names and numbers are gone before anything is rendered.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mailers import figures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from babel import Locale

    from mailers.causes import Cause, InvoiceFacts, Level, LineFacts, OrderFacts
    from models.statuses.people import NoticeKind

TEMPLATES: Final = Path(__file__).parent / "templates"
LONGEST_SUBJECT: Final = 180
LONGEST_DESCRIPTION: Final = 120
LONGEST_REASON: Final = 2000
NOTHING_LEFT: Final = 0

_POLICY: Final = SMTP.clone(cte_type="7bit")  # every mail server takes it, and takes it unchanged
_COLORS: Final = ((50, "#0f766e"), (20, "#b45309"), (0, "#b42318"))
"""From this share on, a bar has this color."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whom a mail is for, and how their organization writes figures and shows orders."""

    organization: str
    locale: str = "en_US"
    order_url_pattern: str | None = None
    name: str | None = None
    email: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as it reads."""

    subject: str
    text: str
    html: str


def rendered(kind: NoticeKind, cause: Cause, reader: Reader, today: date) -> Rendered:
    """The mail of a notice, as it reads on this day."""
    context = _context(kind, cause, reader, today)
    place = kind.lower()
    subject = context["subject"] = figures.one_line(_text(f"{place}/subject.txt", context), LONGEST_SUBJECT)
    return Rendered(subject, _text(f"{place}/body.txt", context), _text(f"{place}/body.html", context))


def composed(  # noqa: PLR0913 - the parts of an envelope and its letter
    mail: Rendered,
    *,
    sender_name: str,
    sender: str,
    recipient_name: str | None,
    recipient: str,
    message_id: str,
    now: datetime,
) -> EmailMessage:
    """The mail as it travels: plain text with HTML as its alternative, marked as written by a machine (RFC 3834)."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(figures.one_line(sender_name), addr_spec=sender)
    message["To"] = Address(figures.one_line(recipient_name or ""), addr_spec=recipient)
    message["Subject"] = mail.subject
    message["Date"] = now
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


# ---------------------------------------------------------------------------------------- what the templates are given


def _context(kind: NoticeKind, cause: Cause, reader: Reader, today: date) -> dict[str, Any]:
    locale = figures.locale_of(reader.locale)
    lines = [_line(line, today, locale) for line in cause.lines]
    return {
        "kind": kind,
        "organization": figures.one_line(reader.organization),
        "recipient": figures.one_line(reader.name or "") or reader.email,
        "email": reader.email,
        "order": _order(cause.order, reader, today, locale) if cause.order else None,
        "lines": [line for line in lines if not line["exhausted"]],
        "exhausted": [line for line in lines if line["exhausted"]],
        "by": _optional(cause.by),
        "reason": _optional(cause.reason, LONGEST_REASON),
        "invoices": [_invoice(invoice, locale) for invoice in cause.invoices],
        "invoice_count": cause.invoice_count,
        "invoice_count_text": figures.number(cause.invoice_count, locale),
        "further_invoices": figures.number(cause.invoice_count - len(cause.invoices), locale)
        if cause.invoice_count > len(cause.invoices)
        else None,
    }


def _order(order: OrderFacts, reader: Reader, today: date, locale: Locale) -> dict[str, Any]:
    number = figures.one_line(order.number)
    ends = order.expiration_date
    return {
        "number": number,
        "name": _optional(order.name),
        "supplier": figures.one_line(order.supplier),
        "expires": figures.day(ends, locale) if ends else None,
        "days_left": (ends - today).days if ends else None,
        "balance": _balance(order.balance, None, locale) if order.balance else None,
        "url": figures.order_url(reader.order_url_pattern, order_id=order.id, number=number)
        if reader.order_url_pattern
        else None,
    }


def _line(line: LineFacts, today: date, locale: Locale) -> dict[str, Any]:
    exhausted = line.thresholds[-1] == NOTHING_LEFT
    threshold = None if exhausted else line.thresholds[-1]
    runs_out = line.runs_out_on
    return {
        "number": line.number,
        "description": _optional(line.description, LONGEST_DESCRIPTION),
        "exhausted": exhausted,
        "threshold": figures.percent_of_whole(threshold, locale) if threshold else None,
        "balance": _balance(line.balance, threshold, locale),
        "runs_out": figures.day(runs_out, locale) if runs_out and runs_out > today and not exhausted else None,
    }


def _balance(level: Level, threshold: int | None, locale: Locale) -> dict[str, Any]:
    share = figures.share(level)
    return {
        "left": figures.money(max(level.current, figures.ZERO), level.currency, locale),
        "limit": figures.money(level.limit, level.currency, locale),
        "used": figures.money(level.limit - level.current, level.currency, locale),
        "percent": figures.left(level, threshold, locale),
        "overdrawn": figures.money(-level.current, level.currency, locale) if level.current < figures.ZERO else None,
        "share": share,
        "color": next(color for least, color in _COLORS if share >= least),
    }


def _invoice(invoice: InvoiceFacts, locale: Locale) -> dict[str, str]:
    return {
        "number": figures.one_line(invoice.number),
        "supplier": figures.one_line(invoice.supplier),
        "date": figures.day(invoice.invoice_date, locale),
        "amount": figures.money(invoice.amount, invoice.currency, locale),
        "reason": figures.one_line(invoice.reason),
    }


def _optional(text: str | None, longest: int = figures.LONGEST_NAME) -> str | None:
    return figures.one_line(text, longest) or None if text else None


def _text(template: str, context: Mapping[str, Any]) -> str:
    return _environment.get_template(template).render(context)


def _text_bar(share: int) -> str:
    """A bar of letters, twenty wide."""
    full = max(1, share // 5) if share else 0
    return f"[{'#' * full}{'.' * (20 - full)}]"


_environment: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)
_environment.filters["bar"] = _text_bar
