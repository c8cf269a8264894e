"""The four reads that are measured, and what each asks for from one request to the next."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from tests.bench.company import LONG_ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable

SEED: Final = 20261123
LIST: Final = "purchase_order:-id"
"""How cursors call the list of all orders, the latest first."""
REQUESTS: Final = 1000
"""So many different requests there are of each kind; they are sent round and round."""


@dataclass(frozen=True, slots=True)
class Query:
    """A read: its text, and how a request's variables are drawn from a company of so many orders.

    `gate` is the least that it has to reach, as a part of what hand-written SQL does.
    """

    name: str
    title: str
    gate: float
    text: str
    draw: Callable[[random.Random, int], dict[str, Any]]

    def requests(self, orders: int, count: int = REQUESTS) -> list[dict[str, Any]]:
        """The variables of so many requests, the same in every run."""
        chance = random.Random(f"{SEED}{self.name}")  # noqa: S311 - nothing secret
        return [self.draw(chance, orders) for _ in range(count)]

    def body(self, variables: dict[str, Any]) -> bytes:
        """The request as GraphQL clients send it."""
        return orjson.dumps({"query": self.text, "variables": variables})

    def variables_only(self, variables: dict[str, Any]) -> bytes:
        """The request as the hand-written endpoint takes it."""
        return orjson.dumps(variables)


def _one(chance: random.Random, orders: int) -> dict[str, Any]:
    return {"id": f"po_{chance.randint(1, orders)}"}


def _page(chance: random.Random, orders: int) -> dict[str, Any]:
    """Anywhere in the list, which goes from the latest order to the first."""
    return _after(chance.randint(min(200, orders), orders))


def place_in_list(variables: dict[str, Any]) -> int:
    """The key of the order that the page continues after."""
    cursor: str = variables["after"]
    return int(orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[1])


def _long_page(chance: random.Random, _orders: int) -> dict[str, Any]:
    """A hundred of the orders that have 20 lines."""
    return _after(chance.randint(101, LONG_ORDERS + 1))


def _after(key: int) -> dict[str, Any]:
    cursor = base64.urlsafe_b64encode(orjson.dumps([LIST, str(key)])).rstrip(b"=")
    return {"after": cursor.decode()}


QUERIES: Final = (
    Query(
        name="q1",
        title="Q1  one order, 10 fields",
        gate=0.32,
        text="""query One($id: ID!) {
  purchaseOrder(id: $id) {
    id number displayName status orderType currency totalAmount { amount currency }
    effectiveDate expirationDate updatedAt
  }
}""",
        draw=_one,
    ),
    Query(
        name="q2",
        title="Q2  page of 50 orders with supplier",
        gate=0.76,
        text="""query Page($after: String!) {
  purchaseOrders(first: 50, after: $after) {
    nodes {
      id number displayName status matchingStatus totalAmount { amount currency } updatedAt
      supplier { id number name }
    }
    pageInfo { hasNextPage endCursor }
  }
}""",
        draw=_page,
    ),
    Query(
        name="q3",
        title="Q3  20 orders, contracts, lines, invoices",
        gate=0.85,
        text="""query Nested($after: String!) {
  purchaseOrders(first: 20, after: $after) {
    nodes {
      id number status
      supplier { id name }
      contracts(first: 5) { nodes { id number name } }
      lines(first: 10) {
        nodes {
          id number description amount { amount currency }
          allocations(first: 10) {
            nodes {
              amount { amount currency }
              invoiceLine { id number description amount { amount currency } }
              invoice { id supplierInvoiceNumber status invoiceDate totalAmount { amount currency } }
            }
          }
        }
      }
    }
  }
}""",
        draw=_page,
    ),
    Query(
        name="q4",
        title="Q4  100 orders of 20 lines, receipts, history",
        gate=0.88,
        text="""query Wide($after: String!) {
  purchaseOrders(first: 100, after: $after) {
    nodes {
      id number displayName status currency totalAmount { amount currency }
      lines(first: 20) {
        nodes {
          id number description lineItemType productType partNumber unit quantity unitPrice { amount currency }
          amount { amount currency } taxAmount { amount currency } startDate endDate status
          invoicedPercent receivedPercent
        }
      }
      receipts(first: 5) { nodes { id number receivedOn } }
      milestones(first: 10) { nodes { id number status dueDate } }
      events(first: 20) { nodes { id kind subject createdAt reason actor { id name } } }
    }
  }
}""",
        draw=_long_page,
    ),
)
