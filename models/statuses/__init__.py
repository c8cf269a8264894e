"""Every status and kind, each value with the sentence that explains it.

Pure: standard library only. The explanation is the description that clients read in the API; the value is what the
database stores and what travels on the wire.
"""
