"""Orders in force, changed beside themselves: revisions, versions, differences.

May import the rest of `resolvers`.

Start with `revisions.py`.
"""
