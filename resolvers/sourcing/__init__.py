"""What comes before an order: requisitions, suppliers with their products, contracts, shipping.

May import the rest of `resolvers`.

Start with `requisitions.py`.
"""
