# Building for Lambda: `make build`, or `make build ARCH=x86_64`. PY follows the runtime
# that the template names. SAM calls the build-* targets,
# which work without SAM too: `ARTIFACTS_DIR=somewhere make build-CoreLayer`.

ARCH ?= arm64
PY ?= 3.13
SAM := .autocrm/sam/bin/sam
BUILD := .venv/bin/python -m infra.build
export ARCH PY

.PHONY: build
build: setup-tests  ## build the layers and every function for Lambda, with sizes and bill of materials
	@SAM_CLI_TELEMETRY=0 $(SAM) build --config-file infra/samconfig.toml \
	  --parameter-overrides Arch=$(ARCH)
	@$(BUILD) sizes .aws-sam/build
	@.venv/bin/python -m infra.security sbom

build-CoreLayer:
	@$(BUILD) core "$(ARTIFACTS_DIR)"

build-SharedLayer:
	@$(BUILD) shared "$(ARTIFACTS_DIR)"

build-%Function:
	@$(BUILD) function $* "$(ARTIFACTS_DIR)"
