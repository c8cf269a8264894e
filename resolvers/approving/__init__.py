"""Who has to agree: rules, plans, decisions, and what follows from them.

May import the rest of `resolvers`.

`approval_outcomes.py` is the one place that knows which documents there are. Start with `approvals.py`.
"""
