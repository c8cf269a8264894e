"""The nodes and inputs of the API, one module a document. May import `graph`, `resolvers` and `models.statuses`.

A field says what clients read of it and, by its declaration, how it is read from the database. Start with
`purchase_order.py`.
"""
