# Deploying to AWS and Supabase, and going back. See infra/release/README.md.

LOCK := .venv/bin/uv pip compile -q --universal --python-version 3.11 --no-strip-extras \
  --generate-hashes --no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

# Extras stay in the locks, because pip in hash mode requires them as they are required.
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
connect: setup-tests  ## check what a Supabase project and an AWS account still lack; change nothing
	@$(RUN) infra.connect

# YES=1 asks nothing, as the workflow does.
RELEASE := $(RUN) infra.release $(if $(YES),--yes)

.PHONY: deploy
deploy: setup-tests  ## deploy this checkout, step by step: migrations, then code
	@$(RELEASE) deploy

.PHONY: rollback
rollback: setup-tests  ## deploy the code that ran before; migrations stay
	@$(RELEASE) rollback

.PHONY: smoke
smoke: setup  ## test what is deployed, or another API: make smoke URL=http://localhost:3000
	@$(RELEASE) smoke $(URL)

# SUPABASE_PROJECT_ID and SUPABASE_ACCESS_TOKEN give access to the preview branch.
.PHONY: preview
preview: setup-tests  ## deploy a stack for a pull request: make preview PR=7 BRANCH=name
	@$(RELEASE) preview "$(PR)" "$(BRANCH)"

.PHONY: preview-end
preview-end: setup-tests  ## delete the stack of a pull request: make preview-end PR=7
	@$(RELEASE) preview-end "$(PR)"

.PHONY: cost
cost: setup  ## price a month and name the first limit: make cost TICKETS="5e3 2e6"
	@$(RUN) infra.cost $(if $(README),--readme,$(TICKETS))
