"""`make bench`: reads, matching and import, measured on a generated company against hand-written SQL in the same run.

Start with `__main__.py`. Figures are for one machine on one day; the ratios are what is compared.
"""
