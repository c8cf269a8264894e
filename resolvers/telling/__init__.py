"""Telling people: which notices are due, and having them sent.

May import the rest of `resolvers`.

Start with `notices.py`.
"""
