"""What is stored: Tortoise rows, the words they use, and the exact numbers they hold.

May import nothing else of the project. `values` and `statuses` are pure (standard library only) and are
what every rule speaks in. Start with `purchase_order.py`.
"""
