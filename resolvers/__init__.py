"""The operations behind the graph's fields: they lock, ask the rules, write, and tell.

`matching` and `rules` are pure: facts in, values out. `reading` makes one statement of a selection. The packages
beside them load rows, turn them into facts, and store what comes back, each for one part of the business: `sourcing`,
`orders`, `approving`, `revising`, `receiving`, `invoicing`, `verifying`; `derived` writes every figure that follows.
What all of them need stands here. Start with `resolvers.matching`.
"""
