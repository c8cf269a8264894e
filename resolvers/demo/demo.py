"""The demo company made, once, by the operations that everybody uses; and a token for it, at every start of a demo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.organization import ApiToken, Organization, User
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers.administration import master_data, organizations, tokens
from resolvers.demo import (
    demo_approvals,
    demo_blanket,
    demo_company,
    demo_invoices,
    demo_machines,
    demo_receiving,
    demo_sourcing,
)
from resolvers.errors import NotFound
from resolvers.ids import id_of
from resolvers.invoicing import invoices
from resolvers.operation import Call
from resolvers.orders import purchase_order_states, purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from resolvers.sourcing import suppliers
from resolvers.visibility import Actor, visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from resolvers.administration.records import Kind
    from resolvers.demo.demo_company import DemoInvoice, DemoOrder, Fields

CALLED: Final = "demo"
TOKEN_LIFE: Final = timedelta(days=7)


@dataclass(slots=True)
class _Company:
    """The demo company while it is made: who acts in it, and the ids of what was made, by number or name."""

    now: datetime
    actors: dict[str, Actor] = field(default_factory=dict[str, Actor])
    ids: dict[tuple[Any, str], str] = field(default_factory=dict[tuple[Any, str], str])

    def call(self, email: str) -> Call:
        """A call by the user with the email address."""
        return Call(self.actors[email], self.now)

    def keep(self, row: Any, name: str, key: int | None) -> None:
        """Remember the id of something that was made."""
        if key is not None:
            self.ids[row, name] = id_of(row, key)

    def id(self, row: Any, name: str) -> str:
        """The id of something that was made."""
        return self.ids[row, name]


async def seed(now: datetime) -> bool:
    """Make the demo company, all of it or nothing; whether it had to be made. Where it is there, it stays as it is."""
    async with in_transaction():
        await organizations.hold_founding()
        if await Organization.exists(key=demo_company.KEY):
            return False
        company = await _founded(now - timedelta(days=demo_machines.DAYS_AGO.founded))
        await _master_data(company)
        await _suppliers(company)
        company.now = now
        admin, buyer, receiver, accountant = (
            company.call(email)
            for email in (demo_company.ADMIN, demo_company.BUYER, demo_company.RECEIVER, demo_company.ACCOUNTANT)
        )
        await demo_machines.make(buyer, receiver)
        for order in demo_company.orders(now.date()):
            await _ordered(company, order)
        for invoice in demo_company.invoices(now.date()):
            await _billed(company, invoice, now.date())
        await demo_sourcing.make(buyer, now.date())
        await demo_blanket.make(admin, buyer, receiver, now.date())
        await demo_receiving.make(buyer, receiver, now.date())
        await demo_machines.deliver_the_rest(receiver)
        await demo_invoices.make(accountant, buyer)
        await demo_approvals.make(admin, buyer)
    return True


async def token(now: datetime) -> str:
    """A new token for the administrator of the demo company. The one before, of an earlier start, ends.

    Raises:
        NotFound: there is no demo company yet.
    """
    async with in_transaction():
        administrators = User.filter(organization__key=demo_company.KEY, roles__contains=[str(Role.ADMIN)])
        user = await administrators.order_by("id").first()
        if user is None:
            raise NotFound(kind="organization", key=demo_company.KEY)
        call = Call(Actor(user.organization_id, user.id, frozenset({Role.ADMIN})), now)
        earlier = visible_to(ApiToken, call.actor).filter(name=CALLED, revoked_at__isnull=True)
        for one in await earlier.select_for_update().order_by("id"):
            await tokens.revoked(call, one)
        created = await tokens.create(call, name=CALLED, expires_at=now + TOKEN_LIFE)
    return created.text


async def _founded(now: datetime) -> _Company:
    """The organization with a user for each role."""
    company = _Company(now)
    admin_name, _ = demo_company.USERS[demo_company.ADMIN]
    founded = await organizations.found(
        now,
        key=demo_company.KEY,
        name=demo_company.NAME,
        admin_email=demo_company.ADMIN,
        admin_name=admin_name,
    )
    company.actors[demo_company.ADMIN] = founded.administrator
    company.keep(User, demo_company.ADMIN, founded.administrator.user_id)
    for email, (name, role) in demo_company.USERS.items():
        if email == demo_company.ADMIN:
            continue
        given = {"name": name, "email": email, "roles": [str(role)]}
        made = await organizations.create_user(company.call(demo_company.ADMIN), given)
        company.keep(User, email, made.key)
        company.actors[email] = Actor(founded.organization_id, made.key or 0, frozenset({role}))
    return company


async def _master_data(company: _Company) -> None:
    await _all(company, master_data.LEGAL_ENTITY, demo_company.LEGAL_ENTITIES)
    await _all(company, master_data.COST_CENTER, demo_company.COST_CENTERS)
    await _all(company, master_data.PURCHASING_ENTITY, demo_company.PURCHASING_ENTITIES)
    await _all(company, master_data.PAYMENT_TERM, demo_company.PAYMENT_TERMS)
    await _all(company, master_data.SHIPPING_METHOD, demo_company.SHIPPING_METHODS)


async def _all(company: _Company, kind: Kind, records: Iterable[Fields]) -> None:
    for given in records:
        made = await master_data.create(company.call(demo_company.BUYER), kind, given)
        company.keep(kind.row, given[kind.subject], made.key)


async def _suppliers(company: _Company) -> None:
    call = company.call(demo_company.BUYER)
    for given in demo_company.SUPPLIERS:
        made = await suppliers.create(call, given)
        company.keep(Supplier, given["number"], made.key)
    for name, (supplier, types) in demo_company.SELLER_ENTITIES.items():
        given = {"name": name, "line_item_types": [str(word) for word in types]}
        made = await suppliers.create_seller_entity(call, company.id(Supplier, supplier), given)
        company.keep(SellerEntity, name, made.key)


async def _ordered(company: _Company, order: DemoOrder) -> None:
    call = company.call(demo_company.BUYER)
    given: dict[str, Any] = {
        "number": order.number,
        "display_name": order.display_name,
        "description": order.description,
        "currency": order.currency,
        "supplier_id": company.id(Supplier, order.supplier),
        "seller_entity_ids": [company.id(SellerEntity, name) for name in order.sellers],
        "primary_contact_id": company.id(User, demo_company.BUYER),
        "legal_entity_id": company.id(master_data.LEGAL_ENTITY.row, order.legal_entity),
        "cost_center_id": company.id(master_data.COST_CENTER.row, order.cost_center),
        "purchasing_entity_id": company.id(master_data.PURCHASING_ENTITY.row, "PE-1"),
        "payment_term_id": company.id(master_data.PAYMENT_TERM.row, order.payment_term),
        "effective_date": order.first_day,
        "expiration_date": order.last_day,
        "issue": not order.is_draft,
        "lines": list(order.lines),
        "contacts": list(order.contacts),
        "tags": [{"key": key, "value": value} for key, value in order.tags.items()],
    }
    made = await purchase_orders.create(call, given)
    if order.suspended_because is not None:
        number = made.events[0].subject
        await purchase_order_states.suspend(call, Asked(number=number, reason=order.suspended_because))


async def _billed(company: _Company, invoice: DemoInvoice, today: date) -> None:
    supplier, _ = demo_company.SELLER_ENTITIES[invoice.seller]
    sent = min(invoice.last_day + timedelta(days=3), today)
    given: dict[str, Any] = {
        "supplier_id": company.id(Supplier, supplier),
        "seller_entity_id": company.id(SellerEntity, invoice.seller),
        "supplier_invoice_number": invoice.number,
        "kind": str(invoice.kind),
        "category": str(invoice.category),
        "currency": invoice.currency,
        "total_amount": invoice.amount,
        "tax_amount": invoice.tax,
        "invoice_date": sent,
        "due_date": sent + timedelta(days=30),
        "billing_period_start": invoice.month,
        "billing_period_end": invoice.last_day,
        "original_invoice_number": invoice.corrects,
    }
    await invoices.record(company.call(demo_company.ACCOUNTANT), given)
