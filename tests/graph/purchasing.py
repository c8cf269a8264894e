"""The mutations of orders as tests call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.supplier import Supplier
from resolvers.ids import id_of
from resolvers.operation import Call
from tests.factories import NOON, actor_of, make_supplier
from tests.ordering import everything

if TYPE_CHECKING:
    from tests.graph.conftest import Client

ERRORS = """userErrors { __typename code message path
  ... on LimitExceeded { limit actual setting }
  ... on InUse { invoices remedy }
  ... on VersionConflict { expected current changed }
  ... on OutsideValidity { date effectiveDate expirationDate line }
}"""
ORDER = "id number status matchingStatus editVersion totalAmount { amount currency } balance { current { amount } }"


def mutation(name: str, fields: str = ORDER) -> str:
    input_type = {
        "purchaseOrderCreate": "PurchaseOrderCreateInput",
        "purchaseOrderUpdate": "PurchaseOrderUpdateInput",
        "purchaseOrderExtend": "PurchaseOrderExtendInput",
        "purchaseOrderCopy": "PurchaseOrderCopyInput",
        "purchaseOrderLineAdd": "PurchaseOrderLineAddInput",
        "purchaseOrderLineUpdate": "PurchaseOrderLineUpdateInput",
        "purchaseOrderLineRemove": "PurchaseOrderLineRemoveInput",
        "purchaseOrderContactAdd": "PurchaseOrderContactAddInput",
        "purchaseOrderContactUpdate": "PurchaseOrderContactUpdateInput",
        "purchaseOrderContactRemove": "PurchaseOrderContactRemoveInput",
        "purchaseOrderTagsSet": "PurchaseOrderTagsSetInput",
    }.get(name, "PurchaseOrderChangeInput")
    return f"""mutation ($input: {input_type}!) {{
      answer: {name}(input: $input) {{
        purchaseOrder {{ {fields} }} events {{ kind subject reason }} clientMutationId {ERRORS}
      }} }}"""


async def do(client: Client, name: str, fields: str = ORDER, **given: Any) -> Any:
    """The order of an answer that refuses nothing."""
    answer = (await client.ask(mutation(name, fields), input=given))["answer"]
    assert answer["userErrors"] == []
    return answer["purchaseOrder"]


async def refuse(client: Client, name: str, **given: Any) -> Any:
    """The refusals of an answer that has left no trace."""
    before = await everything()
    answer = (await client.ask(mutation(name), input=given))["answer"]
    assert await everything() == before
    assert (answer["purchaseOrder"], answer["events"]) == (None, [])
    return answer["userErrors"]


async def supplier_id(client: Client) -> str:
    supplier = await make_supplier(client.user.organization_id)
    return id_of(Supplier, supplier.id)


async def for_2025(client: Client, **given: Any) -> dict[str, Any]:
    """A tracked line of 10,000 for 2025 to 2998: active, whatever day it is."""
    return {
        "currency": "USD",
        "supplierId": await supplier_id(client),
        "effectiveDate": "2025-01-01",
        "expirationDate": "2998-12-31",
        "lines": [{"unitPrice": "10000", "balanceTracked": True}],
        **given,
    }


async def make(client: Client, **given: Any) -> Any:
    return await do(client, "purchaseOrderCreate", **await for_2025(client, **{"issue": True, **given}))


def caller(client: Client) -> Call:
    return Call(actor_of(client.user), NOON)
