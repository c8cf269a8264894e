"""The GraphQL contract and the server that speaks it: translates, decides nothing.

May import `resolvers` (never Tortoise, never `mailers`) and the pure modules `models.values` and `models.statuses`.
Start with `app.py` for the server, `schema.py` for the graph.
"""
