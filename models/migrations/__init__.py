"""The steps by which a database comes to hold today's rows, in order, each applied once.

Written by `make migration`, applied by `python -m graph migrate` (and, on the embedded database, at every start). A
step that was released is never edited; a mistake in it is mended by the next one.
"""
