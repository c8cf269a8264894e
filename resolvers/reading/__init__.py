"""Reads: a selection and a queryset become one SQL statement whose single value is the JSON text of the answer.

Knows Tortoise's metadata and nothing of GraphQL's syntax. May import `models` and `resolvers.visibility`. Start with
`kinds.py` (how a field is read), then `compiler.py` (the statement), then `reader.py` (running it).
"""
