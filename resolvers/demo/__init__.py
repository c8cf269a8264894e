"""A small company to look at, made by the operations themselves.

May import the rest of `resolvers`.

Start with `demo.py`.
"""
