# `make` alone lists the verbs. Recipes name no absolute path and quote what may contain a
# space, so that they work in any checkout, also as `make -C somewhere`.

.DEFAULT_GOAL := help
RUN := .venv/bin/python -m
OLD := AutoCRM needs Python 3.11 or newer: install it, or name one with PYTHON=.

.PHONY: help
help:  ## list the verbs
	@echo "AutoCRM, a serverless help desk back end. The verbs:"
	@sed -n 's/^\([a-z-]*\):[^#]*## *\(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r verb says; do printf '%-18s %s\n' "$$verb" "$$says"; done

# Any Python that is new enough may create the environment; the check itself must run on
# very old ones.
.PHONY: setup
setup:  ## install what the checkout needs (again: a few milliseconds)
	@for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && exec "$$python" -m infra.local.install $(INSTALL); \
	done; echo "$(OLD)" >&2; exit 1

.PHONY: setup-tests
setup-tests: INSTALL := --tests
setup-tests: setup

.PHONY: dev
dev: setup  ## start the whole stack on this machine; Ctrl-C stops it
	@exec $(RUN) infra.local up

.PHONY: reset
reset: setup  ## delete the data of the local stack, which must be stopped
	@$(RUN) infra.local reset

# Prints nothing else on stdout; from another folder ask with `make -s -C`.
.PHONY: env
env:  ## print addresses and keys for a shell: eval "$(make env)"
	@test -x .venv/bin/python || { echo "This desk was never started: run \`make dev\`." >&2; exit 1; }
	@$(RUN) infra.local env

.PHONY: tick
tick:  ## start a worker of the local stack now: make tick NAME=CloseSolvedTickets
	@test -n "$(NAME)" || { echo "Name a worker of README's table: make tick NAME=CloseSolvedTickets" >&2; exit 1; }
	@$(RUN) infra.local tick "$(NAME)"

.PHONY: mail
mail:  ## print the email that the local stack has sent
	@$(RUN) infra.local mail

.PHONY: admin
admin:  ## make somebody the first administrator: make admin EMAIL=...
	@$(RUN) infra.first_admin "$(EMAIL)"

# Two pytest workers, each file run by one of them; each has a database cluster of its own.
.PHONY: test
test: WORKERS ?= 2
test: setup-tests  ## run every test
	@$(RUN) pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# The changed files are those since the last commit, or else those of the last commit.
.PHONY: test-fast
test-fast: WORKERS ?= 2
test-fast: setup-tests  ## run the tests that the changed files can break, and all quick ones
	@$(RUN) pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -p tests.affected

# Many changes under every fault, some minutes long: make faults EVENTS=50000
.PHONY: faults
faults: export EVENTS ?= 10000
faults: setup-tests  ## kill every part of the fan-out during 10,000 changes; no event may be lost
	@$(RUN) pytest -q tests/faults

# More clients and tickets, or fewer: make stress CLIENTS=64 TICKETS=5000
.PHONY: stress
stress: export CLIENTS ?= 32
stress: export TICKETS ?= 600
stress: setup-tests  ## claim with 32 clients while others change the tickets; none may be claimed twice
	@$(RUN) pytest -q tests/stress

# Failures are printed with a `curl` line each that repeats them.
.PHONY: fuzz
fuzz: MINUTES ?= 10
fuzz: setup-tests  ## send generated requests to every route as everybody: make fuzz MINUTES=10
	@$(RUN) tests.fuzz $(MINUTES)

.PHONY: audit
audit: setup-tests  ## look up known vulnerabilities of the locked packages (network)
	@$(RUN) infra.security audit

.PHONY: secrets
secrets: setup-tests  ## look for secrets in what git tracks or would add
	@$(RUN) infra.security secrets

.PHONY: sbom
sbom: setup-tests  ## write the bill of materials to .aws-sam/sbom.cdx.json
	@$(RUN) infra.security sbom

.PHONY: lint
lint: setup-tests  ## check style and types
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy

.PHONY: format
format: setup-tests  ## rewrite the code in the house style
	@$(RUN) ruff check --fix-only -q .
	@$(RUN) ruff format -q .

.PHONY: openapi
openapi: setup  ## write the OpenAPI document of all functions to openapi.json
	@$(RUN) infra.openapi > openapi.json
	@echo "openapi.json is written."

.PHONY: bench
bench: setup-tests  ## measure performance against its limits
	@$(RUN) tests.bench

include infra/build/targets.mk
include infra/release/targets.mk
