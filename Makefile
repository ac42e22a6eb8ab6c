# The two commands to know: `make demo` and `make test`. `make help` lists the others.
SHELL := /bin/bash
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup demo test quick check coverage fuzz bench docs lab lock peers fix

help: ## say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1\t\2/' | expand -t 12

.venv/.demo: requirements/demo.txt pyproject.toml
	@.ci/setup demo

.venv/.dev: requirements/dev.txt pyproject.toml
	@.ci/setup dev

setup: .venv/.dev ## make .venv with everything developers need

demo: .venv/.demo ## a made-up company of 1,000 people: imported, rolled out, served (HR=people.csv takes yours)
	@.venv/bin/sso-bridge demo $(if $(HR),--hr $(HR)) $(DEMO)

peers: .venv/.dev ## install the real peers of the tests (Debian packages as root)
	@.ci/peers

test: peers ## all tests, on SQLite and then on PostgreSQL, against real peers
	@.ci/test

quick: .venv/.dev ## unit tests, under a minute
	$(PYTHON) -m pytest -q -n 2 --ignore=tests/journeys --ignore=tests/lab -m "not peer"

check: .venv/.dev ## format, lint, types, import contracts, sizes, documents
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -q tests/architecture

coverage: .venv/.dev ## every branch of the rules and of planning is taken by a unit test, or it fails
	$(PYTHON) -m coverage run -m pytest -q -n 0 tests/mappings tests/provisioners/sync/{compose,derive,plan}
	$(PYTHON) -m coverage report

fuzz: .venv/.dev ## send the admin API much more than `make test` does (OFTEN=400 for hours)
	SSO_BRIDGE_FUZZ=$(or $(OFTEN),60) $(PYTHON) -m pytest -q -n 0 tests/sso_bridge/admin/test_whatever_is_sent.py

fix: .venv/.dev ## format and mend what the linter can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: peers ## measure, each beside its peer or its floor
	@.ci/bench-peers
	$(PYTHON) -m benchmarks

lab: peers ## run one peer by hand: make lab PEER=slapd (or mod_shib IDP=metadata.xml, ...)
	@IDP='$(IDP)' ISSUER='$(ISSUER)' BRIDGE='$(BRIDGE)' LIE='$(LIE)' URL='$(URL)' $(PYTHON) -m tests.lab $(PEER)

docs: .venv/.dev ## write the generated pages of docs/ again
	$(PYTHON) -m tests.architecture.pages

lock: .venv/.dev ## lock the newest allowed versions, with hashes
	@.ci/lock
