"""What contracts say about the prices of order lines, and which shipping methods fit an order, as rows."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

PRICE_CHECKS = """
CREATE VIEW line_price_check AS
SELECT l.organization_id, p.id, p.created_at, l.id AS line_id, c.id AS contract_id, l.currency,
       p.unit_price AS contract_price, l.unit_price - p.unit_price AS difference,
       l.unit_price <= p.unit_price AS within_contract
FROM purchase_order_line l
JOIN purchase_order_contract k ON k.purchase_order_id = l.purchase_order_id AND k.organization_id = l.organization_id
JOIN contract c ON c.id = k.contract_id AND c.currency = l.currency AND c.organization_id = l.organization_id
JOIN contract_price p
    ON p.contract_id = c.id AND p.part_number = l.part_number AND p.organization_id = l.organization_id;
"""

SHIPPING_METHODS = """
CREATE VIEW available_shipping_method AS
SELECT o.organization_id, s.id, s.created_at, o.id AS purchase_order_id, s.shipping_method_id, o.currency
FROM purchase_order o
JOIN shipping_method_supplier s ON s.supplier_id = o.supplier_id AND s.organization_id = o.organization_id
JOIN shipping_method m ON m.id = s.shipping_method_id AND m.organization_id = o.organization_id
CROSS JOIN LATERAL (
    SELECT count(*) AS goods,
           count(*) FILTER (WHERE coalesce(l.ship_to ->> 'country', o.ship_to ->> 'country') = ANY (s.countries)) AS near
    FROM purchase_order_line l
    WHERE l.purchase_order_id = o.id AND l.organization_id = o.organization_id
      AND l.product_type = 'GOOD' AND l.status <> 'CLOSED_CANCELED'
) d
WHERE o.order_type = 'STANDARD' AND d.goods > 0 AND (s.countries = '{}' OR d.near = d.goods);
"""


class Migration(migrations.Migration):
    """After the tables of the purchase record."""

    dependencies = [("models", "0006_approval_then_issue")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [  # noqa: RUF012
        RunSQL(PRICE_CHECKS, "DROP VIEW line_price_check;"),
        RunSQL(SHIPPING_METHODS, "DROP VIEW available_shipping_method;"),
    ]
