"""Organizations with their settings, users, groups, tokens, and the lists they keep.

May import the rest of `resolvers`.

Start with `organizations.py`.
"""
