"""Which order line an invoice belongs to, and why: the shared matching module.

    facts       what is known of an invoice, an order, a line, and of the organization's settings
    months      periods in whole calendar months
    filtering   what falls out, whatever the amount: `survey`
    ranking     which of the rest it is, at the current balances: `match`, or `decide` on a survey made before
    proposals   the orders as they would be after proposed changes: "what if PO-7 were suspended?"
    wording     the sentences of the explanation

Pure: the standard library, `resolvers.rules`, `models.values` and `models.statuses`. The answer depends on the facts
alone, not on their order, the clock, or what was asked before. Start with `ranking.match`.

Source: M1-M7, M9-M11.
"""
