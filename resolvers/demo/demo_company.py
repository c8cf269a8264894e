"""The demo company: who works there, whom it buys from, what it has ordered and been billed.

Everything is invented, except the names of Amazon's companies: with them, a list of invoices that AWS prints finds the
company's orders. The orders for AWS begin with 2026 at the latest; other dates go by today.

Plain data: `demo.py` makes it by the operations that everybody uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.statuses.invoices import InvoiceCategory, InvoiceKind
from models.statuses.orders import LineItemType, ProductType
from models.statuses.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY: Final = "demo"
NAME: Final = "Harbor Light Roasters"
FIRST_YEAR: Final = 2026
"""The year that the AWS orders begin with, unless today is before it."""
FIRST_BILLED: Final = date(2026, 4, 1)
"""The first month of usage that is billed here: those before it are left to an import."""
MONTHS_BILLED: Final = 6
EXPIRING_IN: Final = timedelta(days=20)

Fields = dict[str, Any]

ADMIN: Final = "ada.winter@harborlight.example"
BUYER: Final = "ben.castillo@harborlight.example"
RECEIVER: Final = "rosa.lindqvist@harborlight.example"
ACCOUNTANT: Final = "alex.moreau@harborlight.example"
APPROVER: Final = "priya.nair@harborlight.example"

USERS: Final = {
    ADMIN: ("Ada Winter", Role.ADMIN),
    BUYER: ("Ben Castillo", Role.BUYER),
    RECEIVER: ("Rosa Lindqvist", Role.RECEIVER),
    ACCOUNTANT: ("Alex Moreau", Role.ACCOUNTS_PAYABLE),
    APPROVER: ("Priya Nair", Role.APPROVER),
    "vera.okafor@harborlight.example": ("Vera Okafor", Role.VIEWER),
}

LEGAL_ENTITIES: Final[tuple[Fields, ...]] = (
    {
        "number": "LE-US",
        "name": "Harbor Light Roasters, Inc.",
        "address": {
            "name": "Harbor Light Roasters, Inc.",
            "street": "1200 Alder Wharf",
            "city": "Seattle",
            "postal_code": "98101",
            "region": "WA",
            "country": "US",
        },
    },
    {
        "number": "LE-DE",
        "name": "Harbor Light Kaffee GmbH",
        "tax_registration_number": "DE999999999",
        "address": {
            "name": "Harbor Light Kaffee GmbH",
            "street": "Speicherweg 7",
            "city": "Hamburg",
            "postal_code": "20457",
            "country": "DE",
        },
    },
)
COST_CENTERS: Final[tuple[Fields, ...]] = (
    {"number": "4100", "name": "Platform Engineering"},
    {"number": "4200", "name": "Data and Analytics"},
    {"number": "6100", "name": "Offices"},
)
PURCHASING_ENTITIES: Final[tuple[Fields, ...]] = ({"number": "PE-1", "name": "Group Procurement"},)
PAYMENT_TERMS: Final[tuple[Fields, ...]] = ({"name": "Net 30", "net_days": 30}, {"name": "Net 60", "net_days": 60})
SHIPPING_METHODS: Final[tuple[Fields, ...]] = ({"name": "Ground", "carrier": "Parcel Service"},)

AWS: Final = "AWS"
NORTHSTAR: Final = "NORTHSTAR"
KONTOR: Final = "KONTOR"

SUPPLIERS: Final[tuple[Fields, ...]] = (
    {"number": AWS, "name": "Amazon Web Services", "country": "US"},
    {"number": NORTHSTAR, "name": "Northstar Observability", "country": "US", "email": "orders@northstar.example"},
    {"number": KONTOR, "name": "Kontor & Papier", "country": "DE", "email": "bestellung@kontor-papier.example"},
)

AWS_INC: Final = "Amazon Web Services, Inc."
AWS_EMEA: Final = "Amazon Web Services EMEA SARL"
NORTHSTAR_INC: Final = "Northstar Observability, Inc."
KONTOR_GMBH: Final = "Kontor & Papier GmbH"

SELLER_ENTITIES: Final[dict[str, tuple[str, tuple[LineItemType, ...]]]] = {
    AWS_INC: (AWS, tuple(LineItemType)),
    AWS_EMEA: (
        AWS,
        (
            LineItemType.ALL,
            LineItemType.MONTHLY_USAGE,
            LineItemType.SUBSCRIPTION_PURCHASE,
            LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING,
        ),
    ),
    NORTHSTAR_INC: (
        NORTHSTAR,
        (
            LineItemType.SUBSCRIPTION_PURCHASE,
            LineItemType.MARKETPLACE_TRANSACTION,
            LineItemType.MARKETPLACE_BLANKET_USAGE,
        ),
    ),
    KONTOR_GMBH: (KONTOR, (LineItemType.ALL,)),
}

CLOUD_TEAM: Final[Fields] = {
    "name": "Cloud Operations",
    "email": "cloud-ops@harborlight.example",
    "phone": "+1 206 555 0142",
}
FINANCE: Final[Fields] = {"name": "Finance Desk", "email": "finance@harborlight.example"}
OFFICE: Final[Fields] = {"name": "Office Hamburg", "email": "office.hamburg@harborlight.example"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """An order of the company, in the words of its people: numbers and names instead of ids."""

    number: str | None = None
    display_name: str
    description: str
    supplier: str
    sellers: tuple[str, ...] = ()
    legal_entity: str = "LE-US"
    cost_center: str = "4100"
    payment_term: str = "Net 30"
    currency: str = "USD"
    first_day: date
    last_day: date
    lines: tuple[Fields, ...]
    contacts: tuple[Fields, ...] = (CLOUD_TEAM, FINANCE)
    tags: Fields = field(default_factory=dict[str, Any])
    is_draft: bool = False
    suspended_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoInvoice:
    """An invoice or credit memo of one calendar month."""

    number: str
    seller: str
    category: InvoiceCategory
    month: date
    amount: Decimal
    tax: Decimal = Decimal(0)
    currency: str = "USD"
    kind: InvoiceKind = InvoiceKind.INVOICE
    corrects: str | None = None

    @property
    def last_day(self) -> date:
        """The last day of its month."""
        return next_month(self.month) - timedelta(days=1)


def next_month(month: date) -> date:
    """The first day of the month after it."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_month(month: date) -> date:
    """The first day of the month before it."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def first_day(today: date) -> date:
    """The day on which the orders for AWS begin."""
    return date(min(FIRST_YEAR, today.year), 1, 1)


def _line(line_item_type: LineItemType, price: str, description: str, **fields: Any) -> Fields:
    return {
        "line_item_type": str(line_item_type),
        "description": description,
        "unit_price": Decimal(price),
        "balance_tracked": line_item_type is not LineItemType.MARKETPLACE_TRANSACTION,
        **fields,
    }


def orders(today: date) -> Iterator[DemoOrder]:
    """What the company has ordered, each order in a state of its own."""
    begin = first_day(today)
    end = date(max(FIRST_YEAR, today.year), 12, 31)
    yield DemoOrder(
        number=f"AWS-{begin.year - 1}",
        display_name=f"AWS {begin.year - 1}",
        description="Last year's budget for everything that AWS bills in the United States.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=date(begin.year - 1, 1, 1),
        last_day=begin - timedelta(days=1),
        lines=(_line(LineItemType.ALL, "50000", "Everything from AWS"),),
        tags={"team": "platform"},
    )
    yield DemoOrder(
        number="AWS-ALL",
        display_name="AWS, everything else",
        description="What no other order for AWS takes.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=begin,
        last_day=end.replace(year=end.year + 1),
        lines=(_line(LineItemType.ALL, "10000", "Everything from AWS"),),
        tags={"team": "platform", "budget": "opex"},
    )
    yield DemoOrder(
        number="AWS-USAGE",
        display_name="AWS usage",
        description="Recurring usage of the production and staging accounts.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=begin,
        last_day=end,
        lines=(_line(LineItemType.MONTHLY_USAGE, "60000", "Monthly usage"),),
        tags={"team": "platform", "budget": "opex"},
    )
    yield DemoOrder(
        number="AWS-SUBSCRIPTIONS",
        display_name="Savings plans and reserved instances",
        description="One-time purchases that make usage cheaper.",
        supplier=AWS,
        sellers=(AWS_INC,),
        cost_center="4200",
        payment_term="Net 60",
        first_day=begin,
        last_day=end,
        lines=(_line(LineItemType.SUBSCRIPTION_PURCHASE, "12000", "Savings plans, no upfront"),),
        tags={"team": "data"},
    )
    yield DemoOrder(
        number="AWS-MARKETPLACE",
        display_name="Marketplace usage",
        description="Metered products of marketplace sellers, up to a common budget.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=begin,
        last_day=today + EXPIRING_IN,
        lines=(_line(LineItemType.MARKETPLACE_BLANKET_USAGE, "6000", "Metered marketplace products"),),
        tags={"team": "data"},
    )
    yield DemoOrder(
        number="1234",
        display_name="Observability, private offer",
        description="Bought on the marketplace under this number; its invoices name it.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=begin,
        last_day=end,
        lines=(
            _line(
                LineItemType.MARKETPLACE_TRANSACTION,
                "4000",
                "Northstar Observability, private offer",
                supplier_product="Northstar Observability Pro",
            ),
        ),
        tags={"team": "platform"},
    )
    yield DemoOrder(
        number="AWS-EMEA",
        display_name="AWS Europe",
        description="What the European company of AWS bills the German company.",
        supplier=AWS,
        sellers=(AWS_EMEA,),
        legal_entity="LE-DE",
        first_day=begin,
        last_day=end,
        lines=(_line(LineItemType.ALL, "20000", "Everything from AWS in Europe"),),
        tags={"team": "platform", "region": "eu"},
    )
    yield DemoOrder(
        number="AWS-TRAINING",
        display_name="Cloud training",
        description="Classes for the platform team.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=begin,
        last_day=end,
        lines=(_line(LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING, "8000", "Classroom training"),),
        contacts=(CLOUD_TEAM,),
        suspended_because="Training is paused until the hiring plan is settled.",
    )
    yield DemoOrder(
        number="OFFICE-HH",
        display_name="Office supplies Hamburg",
        description="Paper, toner and small furniture, called off as needed.",
        supplier=KONTOR,
        legal_entity="LE-DE",
        cost_center="6100",
        currency="EUR",
        first_day=begin,
        last_day=end,
        lines=(_line(LineItemType.ALL, "2400", "Office supplies", product_type=str(ProductType.GOOD)),),
        contacts=(OFFICE,),
        tags={"site": "hamburg"},
    )
    yield DemoOrder(
        number="NORTHSTAR-NEXT",
        display_name=f"Northstar {end.year + 1}",
        description="Next year's subscription, bought directly.",
        supplier=NORTHSTAR,
        sellers=(NORTHSTAR_INC,),
        first_day=date(end.year + 1, 1, 1),
        last_day=date(end.year + 1, 12, 31),
        lines=(_line(LineItemType.SUBSCRIPTION_PURCHASE, "18000", "Northstar Observability Pro, 12 months"),),
    )
    yield DemoOrder(
        display_name=f"AWS usage {end.year + 1}",
        description="Next year's budget, being written.",
        supplier=AWS,
        sellers=(AWS_INC,),
        first_day=date(end.year + 1, 1, 1),
        last_day=date(end.year + 1, 12, 31),
        lines=(
            _line(LineItemType.MONTHLY_USAGE, "66000", "Monthly usage"),
            _line(LineItemType.SUBSCRIPTION_PURCHASE, "15000", "Savings plans"),
        ),
        contacts=(CLOUD_TEAM,),
        is_draft=True,
    )


def billed_months(today: date) -> list[date]:
    """The complete months whose usage is billed here, the earliest first."""
    found: list[date] = []
    month = previous_month(today)
    while len(found) < MONTHS_BILLED and month >= FIRST_BILLED:
        found.append(month)
        month = previous_month(month)
    return found[::-1]


def invoices(today: date) -> Iterator[DemoInvoice]:
    """What the company was billed, in the order in which it came."""
    before = first_day(today).year - 1
    for month, amount in ((10, "3980.10"), (11, "4120.55"), (12, "4410.00")):
        yield DemoInvoice(
            number=f"US-{before}-{month}",
            seller=AWS_INC,
            category=InvoiceCategory.USAGE,
            month=date(before, month, 1),
            amount=Decimal(amount),
        )
    months = billed_months(today)
    for place, month in enumerate(months):
        yield DemoInvoice(
            number=f"US-{month:%Y-%m}",
            seller=AWS_INC,
            category=InvoiceCategory.USAGE,
            month=month,
            amount=Decimal("3105.40") + place * Decimal("148.25"),
        )
        yield DemoInvoice(
            number=f"LU-{month:%Y-%m}",
            seller=AWS_EMEA,
            category=InvoiceCategory.USAGE,
            month=month,
            amount=Decimal("870.00") + place * Decimal("36.50"),
        )
    last = previous_month(today)
    if months:
        yield DemoInvoice(
            number=f"US-{last:%Y-%m}-CR",
            seller=AWS_INC,
            category=InvoiceCategory.USAGE,
            kind=InvoiceKind.CREDIT_MEMO,
            corrects=f"US-{last:%Y-%m}",
            month=last,
            amount=Decimal("-150.00"),
        )
    yield DemoInvoice(
        number=f"SP-{last:%Y-%m}",
        seller=AWS_INC,
        category=InvoiceCategory.SUBSCRIPTION,
        month=last,
        amount=Decimal("3600.00"),
    )
    yield DemoInvoice(
        number=f"TR-{last:%Y-%m}",
        seller=AWS_INC,
        category=InvoiceCategory.SERVICES_AND_TRAINING,
        month=last,
        amount=Decimal("1500.00"),
    )
    yield DemoInvoice(
        number=f"MP-{last:%Y-%m}",
        seller=AWS_INC,
        category=InvoiceCategory.MARKETPLACE,
        month=last,
        amount=Decimal("480.00"),
    )
    yield DemoInvoice(
        number=f"NS-{last:%Y-%m}",
        seller=NORTHSTAR_INC,
        category=InvoiceCategory.SUBSCRIPTION,
        month=last,
        amount=Decimal("1500.00"),
    )
    for month, net, tax in ((previous_month(last), "1000.00", "190.00"), (last, "900.00", "171.00")):
        yield DemoInvoice(
            number=f"R-{month:%Y%m}",
            seller=KONTOR_GMBH,
            category=InvoiceCategory.USAGE,
            month=month,
            amount=Decimal(net) + Decimal(tax),
            tax=Decimal(tax),
            currency="EUR",
        )
