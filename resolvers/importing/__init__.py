"""Invoices from other systems' files: a file becomes rows, a row becomes an invoice or refusals.

`streaming.py` reads rows of any number from a file, `aws.py` knows what one row of a format says, `runner.py` records
them in batches and tells what became of each. May import the rest of `resolvers`; start with `runner.py`.
"""
