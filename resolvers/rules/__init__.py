"""What the business calculates and allows, one module a question, without a database or a clock.

Pure: the standard library, `models.values` and `models.statuses`, and each other. What a rule needs arrives as a
frozen fact that stands beside it; the day and the time arrive as arguments. Start with `balances`.
"""
