"""What can be done: one mutation a business action, one module a document.

A mutation is a signature, the roles it needs and a few lines: open the ids, make facts, call the operation.
"""
