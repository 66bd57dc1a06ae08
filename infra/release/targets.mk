# From a checkout to a desk in the cloud, and back. See infra/release/README.md.

LOCK := .venv/bin/uv pip compile -q --universal --python-version 3.11 --no-strip-extras \
  --generate-hashes --no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

# Extras stay in the locks, because pip in hash mode asks for them as they are asked for.
.PHONY: lock
lock: setup  ## lock what pyproject.toml asks for; UPGRADE=1 takes the newest versions
	@$(LOCK) pyproject.toml -o infra/locks/runtime.txt
	@$(LOCK) pyproject.toml --group dev -o infra/locks/dev.txt
	@$(LOCK) pyproject.toml --group local -c infra/locks/dev.txt -o infra/locks/local.txt
	@$(LOCK) --group pyproject.toml:uv -c infra/locks/dev.txt -o infra/locks/uv.txt
	@$(LOCK) --group pyproject.toml:sam -o infra/locks/sam.txt

.PHONY: test-pythons
test-pythons: setup  ## run the fast tests on the oldest Python and on the deployed one
	@$(RUN) infra.pythons

.PHONY: connect
connect: setup-tests  ## say what a Supabase project and an AWS account still lack; change nothing
	@$(RUN) infra.connect

# YES=1 answers every question beforehand, as the workflow does.
RELEASE := $(RUN) infra.release $(if $(YES),--yes)

.PHONY: deploy
deploy: setup-tests  ## bring this checkout to the cloud, step by step: migrations, then code
	@$(RELEASE) deploy

.PHONY: rollback
rollback: setup  ## bring back the code that ran before; migrations stay
	@$(RELEASE) rollback

.PHONY: smoke
smoke: setup  ## try what is deployed, or another desk: make smoke URL=http://localhost:3000
	@$(RELEASE) smoke $(URL)

.PHONY: compat
compat: setup-tests  ## prove that the previous release fits the new migrations: SINCE=v1.2
	@$(RUN) infra.compatibility $(SINCE)

# SUPABASE_PROJECT_ID and SUPABASE_ACCESS_TOKEN lead to the preview branch.
.PHONY: preview
preview: setup-tests  ## a desk for a pull request: make preview PR=7 BRANCH=name
	@$(RUN) infra.preview "$(PR)" "$(BRANCH)"

.PHONY: preview-end
preview-end: setup  ## take the desk of a pull request away: make preview-end PR=7
	@$(RUN) infra.preview "$(PR)"

.PHONY: cost
cost: setup  ## price a month and name the first limit: make cost TICKETS="5e3 2e6"
	@$(RUN) infra.cost $(if $(README),--readme,$(TICKETS))
