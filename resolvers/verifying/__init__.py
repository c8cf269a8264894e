"""Whether invoices agree with orders and receipts: tolerance rules, discrepancies, and looking again.

May import the rest of `resolvers`.

Start with `verification.py`.
"""
