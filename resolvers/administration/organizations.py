"""Organizations: founded, with settings of their own, and users who act in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from babel import Locale, UnknownLocaleError
from tortoise.transactions import in_transaction

from models import database
from models.organization import CostCenter, Organization, OrganizationGate, User
from models.statuses.people import Role
from models.values import MONEY_PLACES, PERCENT_PLACES
from resolvers import access, events
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.errors import AlreadyTaken, InvalidValue, LastAdministrator, Refusal, refuse_all
from resolvers.operation import Call, Written, locked_gate, orders_changed
from resolvers.rules.notices import LEADS, ORDER_URL, SENDER, Thresholds
from resolvers.rules.text import EMAIL, NAME, Number, Present, Text, Whole, Words, given_refusals
from resolvers.visibility import Actor, visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FOUNDING: Final = 0x666F756E64
"""The advisory lock of whoever makes an organization: any number will do, if it is always the same."""

LOCALE: Final = Text(
    longest=20,
    required=True,
    pattern=re.compile("[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}"),
    expected="a locale such as en_US or de_DE",
)
KEY: Final = Text(
    longest=60,
    required=True,
    pattern=re.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"),
    expected="small letters, digits and hyphens inside",
)
LARGEST_REVISION_LIMIT: Final = Decimal(1000)
"""Percent."""

SETTINGS: Final = Kind(
    row=Organization,
    word="settings",
    shapes={
        "name": NAME,
        "locale": LOCALE,
        "active_order_limit": Whole(least=0, greatest=100_000),
        "order_line_limit": Whole(least=1, greatest=10_000),
        "order_contact_limit": Whole(least=0, greatest=1_000),
        "expiring_soon_days": Whole(least=0, greatest=3_650),
        "date_basis": Present(),
        "overdraw_policy": Present(),
        "amount_basis": Present(),
        "balance_thresholds": Thresholds(),
        "expiry_under_one_month": LEADS,
        "expiry_one_to_three_months": LEADS,
        "expiry_over_three_months": LEADS,
        "notices_quiet": Present(),
        "notice_sender": SENDER,
        "order_url_pattern": ORDER_URL,
        "unmatched_address": SENDER,
        "requester_may_approve": Present(),
        "supplier_confirmation": Present(),
        "revision_limit_percent": Number(places=PERCENT_PLACES, greatest=LARGEST_REVISION_LIMIT, required=False),
        "auto_order": Present(),
        "auto_order_threshold": Number(places=MONEY_PLACES),
    },
    unique=(),
    subject="key",
)
USER: Final = Kind(
    row=User,
    word="user",
    shapes={"name": NAME, "email": EMAIL, "roles": Words(empty=True)},
    unique=("email",),
    subject="email",
    references={"cost_center_id": (CostCenter, "cost center")},
)


@dataclass(frozen=True, slots=True)
class Founded:
    """A new organization, and its administrator, by whom everything else is done."""

    organization_id: int
    administrator: Actor


async def found(now: datetime, *, key: str, name: str, admin_email: str, admin_name: str | None = None) -> Founded:
    """Make an organization with its first user, who may do everything.

    Raises:
        Refusals: what is wrong with the key, the name or the administrator.
        AlreadyTaken: there is an organization with the key.
    """
    given = {"key": key, "name": name, "admin_email": admin_email, "admin_name": admin_name}
    refuse_all(given_refusals(given, {"key": KEY, "name": NAME, "admin_email": EMAIL, "admin_name": NAME.optional}))
    async with in_transaction():
        await hold_founding()
        if await Organization.exists(key=key):
            raise AlreadyTaken(value=key, holder="another organization", path=("key",))
        organization = await Organization.create(key=key, name=name, created_at=now)
        await OrganizationGate.create(organization=organization, created_at=now)
        administrator = await User.create(
            organization=organization,
            name=admin_name or admin_email.partition("@")[0],
            email=admin_email.lower(),
            roles=[str(Role.ADMIN)],
            created_at=now,
        )
        actor = Actor(organization.id, administrator.id, frozenset({Role.ADMIN}), organization.locale)
        call = Call(actor, now)
        await events.record(call, "organization_created", key)
        changes = events.changes_between({}, {"name": administrator.name, "roles": administrator.roles})
        await events.record(call, "user_created", administrator.email, changes=changes)
    return Founded(organization.id, actor)


async def hold_founding() -> None:
    """Let nobody else make an organization until this transaction ends."""
    await database.rows("SELECT pg_advisory_xact_lock($1)", FOUNDING)


async def update_settings(call: Call, given: Mapping[str, Any], *, expected_version: int | None = None) -> Written:
    """Change the settings that are given.

    A limit lowered below what there is changes nothing that is there; it refuses what comes. Another basis for dates or
    amounts holds for the invoices that are matched from now on; those matched keep their match and amount. Source: O4,
    M9b, B1.

    Raises:
        Refusals: what is wrong with them.
        VersionConflict: somebody changed them after the caller saw them.
    """
    refuse_all([*given_refusals(given, SETTINGS.shapes), *_locale_refusals(given)])
    async with in_transaction():
        gate = await locked_gate(call)
        organization = await visible_to(Organization, call.actor).select_for_update().get()
        written = await records.edit(call, SETTINGS, organization, given, expected_version)
        if written.events:
            await orders_changed(gate)
            access.forget(call.organization_id, call.now)
        return written


async def create_user(call: Call, given: Mapping[str, Any]) -> Written:
    """Make a user. One without any role may not call.

    Raises:
        Refusals: what is wrong with the fields, or an email address that another user has.
        NotFound: there is no such cost center.
    """
    given = _with_plain_email(given)
    USER.check(given)
    async with in_transaction():
        await locked_gate(call)
        return await records.add(call, USER, await records.referring(call, USER, given))


async def update_user(call: Call, user_id: str, given: Mapping[str, Any], *, expected_version: int | None) -> Written:
    """Change the fields that are given; other roles hold from the user's next request on.

    Raises:
        Refusals: what is wrong with the fields, or an email address that another user has.
        NotFound: there is no such user, or no such cost center.
        LastAdministrator: nobody would be left who may do this.
        VersionConflict: somebody changed the user after the caller saw them.
    """
    given = _with_plain_email(given)
    USER.check(given)
    async with in_transaction():
        await locked_gate(call)
        user = await records.locked(call, USER, user_id)
        columns = await records.referring(call, USER, given)
        written = await records.edit(call, USER, user, columns, expected_version)
        if written.events:
            await _check_administered(call, user)
            access.forget(call.organization_id, call.now)
        return written


async def _check_administered(call: Call, changed: User) -> None:
    if not await visible_to(User, call.actor).filter(roles__contains=[str(Role.ADMIN)]).exists():
        raise LastAdministrator(email=changed.email, path=("roles",))


def _with_plain_email(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the email address in small letters: two that differ in nothing else are one person's."""
    email = given.get("email")
    return {**given, "email": email.lower()} if email else dict(given)


def _locale_refusals(given: Mapping[str, Any]) -> list[Refusal]:
    locale = given.get("locale")
    if locale is None or LOCALE.refusals(locale, ()):
        return []
    try:
        Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return [InvalidValue(value=locale, expected=f"expected {LOCALE.expected}", path=("locale",))]
    return []
