"""Telling people: mails are queued in the transaction of their cause, and sent after it committed.

May import `models`. Start with `outbox.py`.
"""
