"""What arrives and what goes back: receipts, returns, milestones.

May import the rest of `resolvers`.

Start with `receipts.py`.
"""
