"""Invoices: recorded, matched, moved by hand, approved, confirmed, paid.

May import the rest of `resolvers`.

What `matching` decides is asked for by `desk.py` and stored by `decision_store.py`. Start with `invoices.py`.
"""
