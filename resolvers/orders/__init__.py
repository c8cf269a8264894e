"""Orders: written, issued, changed, ended; their lines, people, files and releases.

May import the rest of `resolvers`.

Every change of an order goes through `purchase_order_edits.Edit`. Start with `purchase_orders.py`.
"""
