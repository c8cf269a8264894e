"""The floor: what hand-written SQL can do here. The same JSON by one statement a request, and nothing around it.

A process of its own (`python -m tests.bench.floor URL PORT`) with no token, no GraphQL, no limits, no log: the
endpoint takes the variables and answers the text that PostgreSQL made. The statements are the fastest of several forms
that were tried for each read. They know what is true of this company only, such as that its currencies have two
decimals, and that whoever may see an order may see its lines.
"""

from __future__ import annotations

import gc
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.queries import LIST, place_in_list

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from starlette.requests import Request

ORGANIZATION: Final = 1
POOL: Final = 10


def _text(column: str) -> str:
    return f"to_json({column})::text"


def _text_or_null(column: str) -> str:
    return f"coalesce(to_json({column})::text, 'null')"


def _day_or_null(column: str) -> str:
    return f"""coalesce('"' || {column}::text || '"', 'null')"""


def _moment(column: str) -> str:
    return f"""to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _money(column: str, row: str) -> str:
    """In the middle of a text: both currencies of the company have two decimals."""
    return f"""{{"amount":"' || round({row}.{column}, 2)::text || '","currency":"' || {row}.currency || '"}}"""


def _price(column: str, row: str) -> str:
    """In the middle of a text: a price may be finer than the currency."""
    number = f"{row}.{column}"
    digits = f"greatest(2, min_scale({number}))"
    return f"""{{"amount":"' || round({number}, {digits})::text || '","currency":"' || {row}.currency || '"}}"""


_Q1: Final = f"""
SELECT '{{"data":{{"purchaseOrder":{{"id":"po_' || o.id || '","number":"' || o.number
    || '","displayName":' || {_text_or_null("o.display_name")} || ',"status":"' || o.status
    || '","orderType":"' || o.order_type || '","currency":"' || o.currency
    || '","totalAmount":{_money("total_amount", "o")},"effectiveDate":' || {_day_or_null("o.effective_date")}
    || ',"expirationDate":' || {_day_or_null("o.expiration_date")} || ',"updatedAt":"' || {_moment("o.updated_at")}
    || '"}}}}}}'
FROM purchase_order o WHERE o.organization_id = $1 AND o.id = $2
"""  # noqa: S608 - our own text, here and below

_MATCHING_STATUS: Final = """
CASE WHEN o.issued_at IS NULL THEN 'NOT_ISSUED'
     WHEN o.status IN ('CLOSED_CANCELED', 'CLOSED_COMPLETE', 'CLOSED_RELEASED', 'CLOSED_RETURNED') THEN 'CLOSED'
     WHEN o.expiration_date < $3 THEN CASE WHEN o.suspended_at IS NULL THEN 'EXPIRED' ELSE 'SUSPENDED_EXPIRED' END
     WHEN o.suspended_at IS NOT NULL THEN 'SUSPENDED'
     WHEN o.effective_date > $3 THEN 'SCHEDULED' ELSE 'ACTIVE' END
"""

_CURSOR: Final = rf"""
'"' || translate(encode(convert_to('["{LIST}", "' || min(o.id) || '"]', 'UTF8'), 'base64'), E'+/=\n', '-_') || '"'
"""

_Q2: Final = f"""
SELECT '{{"data":{{"purchaseOrders":{{"nodes":[' || coalesce(string_agg(
        '{{"id":"po_' || o.id || '","number":"' || o.number || '","displayName":' || {_text_or_null("o.display_name")}
        || ',"status":"' || o.status || '","matchingStatus":"' || {_MATCHING_STATUS}
        || '","totalAmount":{_money("total_amount", "o")},"updatedAt":"' || {_moment("o.updated_at")} || '","supplier":'
        || (SELECT '{{"id":"sup_' || s.id || '","number":' || {_text("s.number")} || ',"name":' || {_text("s.name")}
                || '}}'
            FROM supplier s WHERE s.id = o.supplier_id)
        || '}}', ','), '')
    || '],"pageInfo":{{"hasNextPage":'
    || EXISTS (SELECT FROM purchase_order n WHERE n.organization_id = $1 AND n.id < min(o.id))::text
    || ',"endCursor":' || coalesce({_CURSOR}, 'null') || '}}}}}}}}'
FROM (SELECT * FROM purchase_order o WHERE o.organization_id = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT 50) o
"""  # noqa: S608

_ALLOCATIONS: Final = f"""
SELECT string_agg('{{"amount":{_money("amount", "a")},"invoiceLine":' || coalesce(
        '{{"id":"invl_' || v.id || '","number":' || v.number || ',"description":' || {_text_or_null("v.description")}
        || ',"amount":{_money("amount", "v")}}}', 'null')
    || ',"invoice":{{"id":"inv_' || i.id || '","supplierInvoiceNumber":' || {_text("i.supplier_invoice_number")}
    || ',"status":"' || i.status || '","invoiceDate":"' || i.invoice_date::text
    || '","totalAmount":{_money("total_amount", "i")}}}}}', ',' ORDER BY a.id)
FROM (SELECT * FROM allocation a WHERE a.line_id = l.id AND a.ended_at IS NULL ORDER BY a.id LIMIT 10) a
LEFT JOIN invoice_line v ON v.id = a.invoice_line_id JOIN invoice i ON i.id = a.invoice_id
"""  # noqa: S608

_Q3: Final = f"""
SELECT '{{"data":{{"purchaseOrders":{{"nodes":[' || coalesce(string_agg(
        '{{"id":"po_' || o.id || '","number":"' || o.number || '","status":"' || o.status || '","supplier":'
        || (SELECT '{{"id":"sup_' || s.id || '","name":' || {_text("s.name")} || '}}'
            FROM supplier s WHERE s.id = o.supplier_id)
        || ',"contracts":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"id":"ctr_' || c.id || '","number":' || {_text("c.number")} || ',"name":'
                || {_text_or_null("c.name")} || '}}', ',')
            FROM (SELECT c.* FROM purchase_order_contract k JOIN contract c ON c.id = k.contract_id
                  WHERE k.purchase_order_id = o.id ORDER BY c.number LIMIT 5) c
        ), '') || ']}},"lines":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"id":"pol_' || l.id || '","number":' || l.number || ',"description":'
                || {_text_or_null("l.description")} || ',"amount":{_money("amount", "l")},"allocations":{{"nodes":['
                || coalesce(({_ALLOCATIONS}), '') || ']}}}}', ',')
            FROM (SELECT * FROM purchase_order_line l WHERE l.purchase_order_id = o.id ORDER BY l.number LIMIT 10) l
        ), '') || ']}}}}', ','), '') || ']}}}}}}'
FROM (SELECT * FROM purchase_order o WHERE o.organization_id = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT 20) o
"""  # noqa: S608

_Q4: Final = f"""
SELECT '{{"data":{{"purchaseOrders":{{"nodes":[' || coalesce(string_agg(
        '{{"id":"po_' || o.id || '","number":"' || o.number || '","displayName":' || {_text_or_null("o.display_name")}
        || ',"status":"' || o.status || '","currency":"' || o.currency
        || '","totalAmount":{_money("total_amount", "o")},"lines":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"id":"pol_' || l.id || '","number":' || l.number
                || ',"description":' || {_text_or_null("l.description")} || ',"lineItemType":"' || l.line_item_type
                || '","productType":"' || l.product_type || '","partNumber":' || {_text_or_null("l.part_number")}
                || ',"unit":"' || l.unit || '","quantity":"' || trim_scale(l.quantity)::text
                || '","unitPrice":{_price("unit_price", "l")},"amount":{_money("amount", "l")},"taxAmount":'
                || '{_money("tax_amount", "l")},"startDate":' || {_day_or_null("l.start_date")}
                || ',"endDate":' || {_day_or_null("l.end_date")} || ',"status":"' || l.status
                || '","invoicedPercent":"' || trim_scale(l.invoiced_percent)::text
                || '","receivedPercent":"' || trim_scale(l.received_percent)::text || '"}}', ',')
            FROM (SELECT * FROM purchase_order_line l WHERE l.purchase_order_id = o.id ORDER BY l.number LIMIT 20) l
        ), '') || ']}},"receipts":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"id":"rc_' || r.id || '","number":' || {_text("r.number")} || ',"receivedOn":"'
                || r.received_on::text || '"}}', ',')
            FROM (SELECT * FROM receipt r WHERE r.purchase_order_id = o.id ORDER BY r.id DESC LIMIT 5) r
        ), '') || ']}},"milestones":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"id":"mil_' || m.id || '","number":' || m.number || ',"status":"' || m.status
                || '","dueDate":' || {_day_or_null("m.due_date")} || '}}', ',')
            FROM (SELECT * FROM milestone m WHERE m.purchase_order_id = o.id ORDER BY m.id LIMIT 10) m
        ), '') || ']}},"events":{{"nodes":[' || coalesce((
            SELECT string_agg('{{"id":"ev_' || e.id || '","kind":"' || e.kind || '","subject":' || {_text("e.subject")}
                || ',"createdAt":"' || {_moment("e.created_at")} || '","reason":' || {_text_or_null("e.reason")}
                || ',"actor":' || coalesce('{{"id":"usr_' || u.id || '","name":' || {_text("u.name")} || '}}', 'null')
                || '}}', ',' ORDER BY e.id DESC)
            FROM (SELECT * FROM event e WHERE e.purchase_order_id = o.id ORDER BY e.id DESC LIMIT 20) e
            LEFT JOIN app_user u ON u.id = e.actor_id
        ), '') || ']}}}}', ','), '') || ']}}}}}}'
FROM (SELECT * FROM purchase_order o WHERE o.organization_id = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT 100) o
"""  # noqa: S608

STATEMENTS: Final[dict[str, tuple[str, Callable[[dict[str, Any]], list[Any]]]]] = {
    "q1": (_Q1, lambda given: [int(given["id"].removeprefix("po_"))]),
    "q2": (_Q2, lambda given: [place_in_list(given), datetime.now(UTC).date()]),
    "q3": (_Q3, lambda given: [place_in_list(given)]),
    "q4": (_Q4, lambda given: [place_in_list(given)]),
}
"""Each read's statement, and how its parameters, the organization aside, are taken from the variables."""


def create_app(url: str) -> Starlette:
    """The endpoint: `POST /q1` with the variables as JSON."""
    pool: Any = None

    async def answer(request: Request) -> Response:
        statement, parameters = STATEMENTS[request.path_params["name"]]
        given = parameters(orjson.loads(await request.body()))
        async with pool.acquire() as connection:
            text: str = await connection.fetchval(statement, ORGANIZATION, *given)
        return Response(text, media_type="application/json")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        nonlocal pool
        settings = {"jit": "off", "timezone": "UTC"}
        pool = cast(
            "Any", asyncpg.create_pool(url, min_size=POOL, max_size=POOL, server_settings=settings, reset=_leave)
        )
        async with pool:
            gc.collect()
            gc.freeze()
            yield

    return Starlette(routes=[Route("/{name}", answer, methods=["POST"])], lifespan=lifespan)


async def _leave(_connection: object) -> None:
    """In place of asyncpg's reset query: nothing leaves session state behind here."""


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="warning")
