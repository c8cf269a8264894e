"""Every figure and status that follows from the documents: the one path that writes them, and another that proves it.

May import the rest of `resolvers`.

Start with `progress.py`; `recomputing.py` is the proof.
"""
