"""Which order line an invoice belongs to, and why: the shared matching module.

    facts       what is known of an invoice, an order, a line, and of the organization's settings
    months      periods in whole calendar months
    filtering   what falls out, whatever the amount: `survey`
    ranking     which of the rest it is, at the current balances: `match`, or `decide` on a survey made before
    proposals   the orders as they would be after proposed changes: "what if PO-7 were suspended?"
    wording     the sentences of the explanation
    line_facts  what is known of the lines of an invoice, and of the orders that they name
    lines       which order line each line of an invoice belongs to: `mapped`; its sentences are in line_wording

Pure: the standard library, `resolvers.rules`, `models.values` and `models.statuses`. The answer depends on the facts
alone, not on their order, the clock, or what was asked before. Start with `ranking.match`.

Source: M1-M11.
"""
