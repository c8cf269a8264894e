"""Notices in the graph: read from everywhere, previewed, sent again, and what organizations and contacts want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from models import database
from models.notice import Notice
from models.organization import Organization
from models.purchase_order import Contact
from models.statuses.people import NoticeState, Role
from models.supplier import Supplier
from resolvers.ids import id_of
from tests.asking import answer, ask
from tests.factories import make_call, make_organization, make_supplier
from tests.invoicing import make_order, record
from tests.noticing import ADA, BOB, CONTACTS, queued, settings

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from resolvers.operation import Call

FIELDS: Final = """
fragment F on Notice {
  id kind state recipientName recipientEmail messageId attempts lastError createdAt nextAttemptAt sentAt
  purchaseOrder { number } contact { name } resendOf { id }
  cause {
    order { number name supplier expirationDate balance { percent current { amount currency } limit { amount } } }
    lines { number description thresholds runsOutOn balance { percent current { amount currency } limit { amount } } }
    plannedFor by reason invoiceCount invoices { number supplier invoiceDate reason amount { amount currency } }
  }
}"""
EVERYWHERE: Final = (
    "query ($number: String!) { organization { notices { nodes { ...F } totalCount } }"
    " notices { nodes { ...F } }"
    " purchaseOrder(number: $number) { notices { nodes { ...F } } contacts { name notices { nodes { ...F } } } } }"
    f"{FIELDS}"
)
RESEND: Final = """
mutation ($input: NoticeResendInput!) {
  noticeResend(input: $input) { notice { id state resendOf { id } } events { kind } userErrors { code message path } }
}"""
SETTINGS: Final = """
mutation ($input: SettingsUpdateInput!) {
  settingsUpdate(input: $input) {
    organization {
      balanceThresholds expiryUnderOneMonth expiryOneToThreeMonths expiryOverThreeMonths
      noticesQuiet noticeSender orderUrlPattern unmatchedAddress
    }
    userErrors { code path }
  }
}"""
PREVIEW: Final = """
query ($notice: ID, $order: ID, $kind: NoticeKind) {
  noticePreview(noticeId: $notice, purchaseOrderId: $order, kind: $kind) {
    kind subject text html recipientName recipientEmail
  }
}"""
INVOICE: Final = """
mutation ($input: InvoiceRecordInput!) { invoiceRecord(input: $input) { invoice { status } userErrors { message } } }"""


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


@pytest.fixture
async def supplier(call: Call) -> Supplier:
    return await make_supplier(call.organization_id)


@pytest.fixture
async def order(call: Call, supplier: Supplier) -> PurchaseOrder:
    """An order whose line has fallen to 60 %: Ada and Bob are to be told."""
    order = await make_order(call, supplier, 100, contacts=CONTACTS, display_name="Cloud")
    await record(call, supplier, 40)
    return order


# ------------------------------------------------------------------------------------------------------------- read


async def test_notices_are_read_of_the_organization_the_order_and_the_contact(
    call: Call, supplier: Supplier, order: PurchaseOrder
):
    data = await ask(call, EVERYWHERE, number=order.number)

    to_bob, to_ada = data["notices"]["nodes"]
    assert data["organization"]["notices"] == {"nodes": [to_bob, to_ada], "totalCount": 2}
    assert data["purchaseOrder"]["notices"]["nodes"] == [to_bob, to_ada]
    assert [each["notices"]["nodes"] for each in data["purchaseOrder"]["contacts"]] == [[to_ada], [to_bob]]
    notice = await Notice.all().order_by("id").first()
    assert notice is not None
    left = {"percent": "60", "current": {"amount": "60.00", "currency": "USD"}, "limit": {"amount": "100.00"}}
    assert to_ada == {
        "id": f"ntc_{notice.id}",
        "kind": "BALANCE_BELOW",
        "state": "PENDING",
        "recipientName": "Ada",
        "recipientEmail": ADA,
        "messageId": notice.message_id,
        "attempts": 0,
        "lastError": None,
        "createdAt": "2025-03-10T12:00:00.000000Z",
        "nextAttemptAt": "2025-03-10T12:00:00.000000Z",
        "sentAt": None,
        "purchaseOrder": {"number": order.number},
        "contact": {"name": "Ada"},
        "resendOf": None,
        "cause": {
            "order": {
                "number": order.number,
                "name": "Cloud",
                "supplier": supplier.name,
                "expirationDate": "2025-12-31",
                "balance": left,
            },
            "lines": [
                {"number": 1, "description": None, "thresholds": [75], "runsOutOn": "2025-05-09", "balance": left}
            ],
            "plannedFor": None,
            "by": None,
            "reason": None,
            "invoiceCount": 0,
            "invoices": [],
        },
    }


async def test_what_became_of_a_notice_is_read(call: Call, order: PurchaseOrder):
    await Notice.filter(recipient_email=ADA).update(state=NoticeState.SENT, attempts=2, sent_at=call.now)
    await Notice.filter(recipient_email=BOB).update(
        state=NoticeState.REFUSED, attempts=1, last_error="550 No such user"
    )

    data = await ask(call, "{ notices { nodes { state attempts lastError sentAt nextAttemptAt } } }")

    assert data["notices"]["nodes"] == [
        {"state": "REFUSED", "attempts": 1, "lastError": "550 No such user", "sentAt": None, "nextAttemptAt": None},
        {
            "state": "SENT",
            "attempts": 2,
            "lastError": None,
            "sentAt": "2025-03-10T12:00:00.000000Z",
            "nextAttemptAt": None,
        },
    ]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"kind": {"eq": "BALANCE_BELOW"}}, 2),
        ({"kind": {"in": ["ORDER_EXPIRED"]}}, 0),
        ({"state": {"ne": "PENDING"}}, 0),
        ({"recipientEmail": {"eq": ADA}}, 1),
        ({"createdAt": {"lt": "2025-03-10T12:00:00Z"}}, 0),
        ({"not": {"recipientEmail": {"startsWith": "a"}}}, 1),
    ],
)
async def test_notices_are_filtered(call: Call, order: PurchaseOrder, where: dict[str, Any], found: int):
    data = await ask(call, "query ($w: NoticeWhere) { notices(where: $w) { totalCount } }", w=where)

    assert data["notices"]["totalCount"] == found


async def test_notices_are_filtered_by_order_and_contact(call: Call, order: PurchaseOrder):
    contact = await Contact.filter(email=BOB).get()
    query = "query ($w: NoticeWhere) { notices(where: $w) { nodes { recipientEmail } } }"

    by_order = await ask(call, query, w={"purchaseOrderId": {"eq": f"po_{order.id}"}})
    by_contact = await ask(call, query, w={"contactId": {"eq": id_of(Contact, contact.id)}})

    assert len(by_order["notices"]["nodes"]) == 2
    assert by_contact["notices"]["nodes"] == [{"recipientEmail": BOB}]


async def test_a_notice_outlives_its_order(call: Call, order: PurchaseOrder):
    await database.rows("DELETE FROM allocation")
    await database.rows("UPDATE invoice_match SET purchase_order_id = NULL, line_id = NULL")
    await database.rows("DELETE FROM purchase_order")

    data = await ask(
        call, "{ notices { nodes { purchaseOrder { number } contact { name } cause { order { number } } } } }"
    )

    gone = {"purchaseOrder": None, "contact": None, "cause": {"order": {"number": order.number}}}
    assert data["notices"]["nodes"] == [gone, gone]


async def test_others_see_nothing_of_it(call: Call, order: PurchaseOrder):
    stranger = await make_call(await make_organization(), Role.ADMIN)
    notice = await Notice.all().first()
    assert notice is not None
    query = "query ($id: ID!) { node(id: $id) { id } notices { totalCount } organization { notices { totalCount } } }"

    data = await ask(stranger, query, id=f"ntc_{notice.id}")

    assert data == {"node": None, "notices": {"totalCount": 0}, "organization": {"notices": {"totalCount": 0}}}
    assert (await ask(call, query, id=f"ntc_{notice.id}"))["node"] == {"id": f"ntc_{notice.id}"}


async def test_notices_of_many_orders_are_one_statement(call: Call, supplier: Supplier, order: PurchaseOrder):
    query = f"{{ purchaseOrders {{ nodes {{ notices {{ nodes {{ ...F }} }} }} }} }}{FIELDS}"

    async def statements() -> int:
        before = database.statements.total
        await ask(call, query)
        return database.statements.total - before

    few = await statements()
    for _ in range(10):
        await make_order(call, supplier, 10, contacts=CONTACTS)
        await record(call, supplier, 9)

    assert await statements() == few == 1


# -------------------------------------------------------------------------------------------------- dry runs, refusals


async def test_a_dry_run_tells_nobody(call: Call, supplier: Supplier):
    await make_order(call, supplier, 100, contacts=CONTACTS)
    given = {
        "supplierId": id_of(Supplier, supplier.id),
        "supplierInvoiceNumber": "1",
        "category": "USAGE",
        "currency": "USD",
        "totalAmount": "90",
        "invoiceDate": "2025-03-28",
        "dryRun": True,
    }

    data = await ask(call, INVOICE, input=given)

    assert data["invoiceRecord"] == {"invoice": {"status": "MATCHED"}, "userErrors": []}
    assert await queued() == []


async def test_the_same_key_again_tells_nobody_again(call: Call, order: PurchaseOrder):
    suspend = """mutation ($input: PurchaseOrderChangeInput!) {
        purchaseOrderSuspend(input: $input) { purchaseOrder { number } userErrors { message } } }"""
    before = len(await queued())

    for _ in range(2):
        await ask(call, suspend, input={"number": order.number, "idempotencyKey": "once"})

    assert len(await queued()) == before + 2


# -------------------------------------------------------------------------------------------------------------- again


async def test_a_notice_is_sent_again(call: Call, order: PurchaseOrder):
    notice = await Notice.all().order_by("id").first()
    assert notice is not None
    await Notice.all().update(state=NoticeState.SENT)

    data = await ask(call, RESEND, input={"id": f"ntc_{notice.id}"})

    told = data["noticeResend"]
    assert told["userErrors"] == []
    assert told["notice"]["state"] == "PENDING"
    assert told["notice"]["resendOf"] == {"id": f"ntc_{notice.id}"}
    assert told["events"] == [{"kind": "notice_resent"}]


async def test_who_may_only_look_sends_nothing_again(call: Call, order: PurchaseOrder):
    viewer = await make_call(await Organization.get(id=call.organization_id), Role.VIEWER)
    notice = await Notice.all().first()
    assert notice is not None

    data = await ask(viewer, RESEND, input={"id": f"ntc_{notice.id}"})

    assert [error["code"] for error in data["noticeResend"]["userErrors"]] == ["NOT_PERMITTED"]


@pytest.mark.parametrize("text", ["ntc_999", "po_1", "'; DROP TABLE notice", ""])
async def test_what_is_no_notice_is_not_found(call: Call, text: str):
    data = await ask(call, RESEND, input={"id": text})

    assert [error["code"] for error in data["noticeResend"]["userErrors"]] == ["NOT_FOUND"]


# ----------------------------------------------------------------------------------------------------------- previews


async def test_a_notice_is_read_as_a_mail(call: Call, order: PurchaseOrder):
    notice = await Notice.all().order_by("id").first()
    assert notice is not None
    await settings(call, order_url_pattern="https://erp.example.com/{number}", locale="de_DE")

    data = await ask(call, PREVIEW, notice=f"ntc_{notice.id}")

    mail = data["noticePreview"]
    assert (mail["kind"], mail["recipientName"], mail["recipientEmail"]) == ("BALANCE_BELOW", "Ada", ADA)
    assert mail["subject"] == f"Purchase order {order.number}: 60 % left on line 1"
    assert "60,00\xa0$ left" in mail["text"]
    assert f"https://erp.example.com/{order.number}" in mail["html"]


async def test_a_mail_is_read_before_there_is_one(call: Call, order: PurchaseOrder):
    before = await queued()

    data = await ask(call, PREVIEW, order=f"po_{order.id}", kind="ORDER_EXPIRING")

    assert data["noticePreview"]["subject"] == f"Purchase order {order.number} expires on Dec 31, 2025"
    assert await queued() == before


async def test_a_preview_of_nothing_is_an_error_and_one_of_others_is_null(call: Call, order: PurchaseOrder):
    told = await answer(call, PREVIEW)
    assert told["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    stranger = await make_call(await make_organization(), Role.ADMIN)

    data = await ask(stranger, PREVIEW, order=f"po_{order.id}", kind="ORDER_EXPIRED")

    assert data == {"noticePreview": None}


# ----------------------------------------------------------------------------------------------------------- settings


async def test_an_organization_says_what_it_wants_to_be_told(call: Call):
    wanted = {
        "balanceThresholds": [90, 50, 10],
        "expiryUnderOneMonth": ["P1W", "P1D", "P0D"],
        "expiryOneToThreeMonths": ["P2W"],
        "expiryOverThreeMonths": [],
        "noticesQuiet": True,
        "noticeSender": "orders@example.com",
        "orderUrlPattern": "https://erp.example.com/orders/{number}",
        "unmatchedAddress": "ap@example.com",
    }

    data = await ask(call, SETTINGS, input=wanted)
    again = await ask(call, SETTINGS, input={"noticeSender": None, "noticesQuiet": False})

    assert data["settingsUpdate"] == {"organization": wanted, "userErrors": []}
    assert again["settingsUpdate"]["organization"] == wanted | {"noticeSender": None, "noticesQuiet": False}


async def test_without_settings_they_are_those_of_the_rules(call: Call):
    data = await ask(call, SETTINGS, input={})

    assert data["settingsUpdate"]["organization"] == {
        "balanceThresholds": [75],
        "expiryUnderOneMonth": ["P7D", "P0D"],
        "expiryOneToThreeMonths": ["P1M"],
        "expiryOverThreeMonths": ["P2M"],
        "noticesQuiet": False,
        "noticeSender": None,
        "orderUrlPattern": None,
        "unmatchedAddress": None,
    }


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"balanceThresholds": [75, 0]}, ["balanceThresholds", "1"]),
        ({"balanceThresholds": None}, ["balanceThresholds"]),
        ({"expiryUnderOneMonth": ["P7D", "soon"]}, ["expiryUnderOneMonth", "1"]),
        ({"expiryOverThreeMonths": ["P2M", "P2M"]}, ["expiryOverThreeMonths", "1"]),
        ({"noticeSender": "Orders <orders@example.com>"}, ["noticeSender"]),
        ({"noticeSender": "a@example.com\r\nBcc: b@example.com"}, ["noticeSender"]),
        ({"orderUrlPattern": "javascript:{number}"}, ["orderUrlPattern"]),
        ({"unmatchedAddress": "nobody"}, ["unmatchedAddress"]),
        ({"noticesQuiet": None}, ["noticesQuiet"]),
    ],
)
async def test_what_cannot_be_wanted_is_refused_where_it_stands(call: Call, given: dict[str, Any], path: list[str]):
    data = await ask(call, SETTINGS, input=given)

    assert data["settingsUpdate"] == {"organization": None, "userErrors": [{"code": "INVALID_VALUE", "path": path}]}


async def test_a_contact_says_what_it_wants_to_be_told(call: Call, supplier: Supplier, order: PurchaseOrder):
    update = """mutation ($input: PurchaseOrderContactUpdateInput!) { purchaseOrderContactUpdate(input: $input) {
        purchaseOrder { contacts { email mutedNotices } } events { changes { field from to } } userErrors { path }
    } }"""
    contact = await Contact.filter(email=ADA).get()
    given = {
        "contactId": id_of(Contact, contact.id),
        "contact": {"mutedNotices": ["BALANCE_EXHAUSTED", "ORDER_CLOSED"]},
    }

    data = await ask(call, update, input=given)

    told = data["purchaseOrderContactUpdate"]
    assert told["purchaseOrder"]["contacts"] == [
        {"email": ADA, "mutedNotices": ["BALANCE_EXHAUSTED", "ORDER_CLOSED"]},
        {"email": BOB, "mutedNotices": []},
    ]
    change = {"field": f"contacts.{ADA}.mutedNotices", "from": "", "to": "BALANCE_EXHAUSTED, ORDER_CLOSED"}
    assert change in told["events"][0]["changes"]
    await record(call, supplier, 60)
    assert (await queued())[2:] == [("BALANCE_EXHAUSTED", BOB)]


async def test_a_copied_order_tells_its_contacts_what_they_wanted_of_the_first(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, contacts=[{**CONTACTS[0], "muted_notices": ["ORDER_CLOSED"]}])
    copy = """mutation ($input: PurchaseOrderCopyInput!) { purchaseOrderCopy(input: $input) {
        purchaseOrder { contacts { mutedNotices } } userErrors { message } } }"""

    data = await ask(call, copy, input={"id": f"po_{order.id}", "months": 12})

    assert data["purchaseOrderCopy"]["purchaseOrder"]["contacts"] == [{"mutedNotices": ["ORDER_CLOSED"]}]
