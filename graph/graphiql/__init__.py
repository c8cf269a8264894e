"""The page at `/graphql` for people: GraphiQL with an explorer, a panel of examples, and the caller's token.

`page.py` is what the application uses: the document and the files behind it. `build.mjs` bundles npm packages into
`static/`, so that the page comes from this server alone; where nothing is built, the document loads GraphiQL from a
CDN, with the hashes in `cdn.json`. `examples/` holds the example operations, one a file. Imports Starlette only.
"""
