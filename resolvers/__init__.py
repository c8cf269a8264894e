"""The operations behind the graph's fields: they lock, ask the rules, write, and tell.

`matching` and `rules` are pure: facts in, values out. The other modules load rows, turn them into those facts, and
store what comes back. Start with `resolvers.matching`.
"""
