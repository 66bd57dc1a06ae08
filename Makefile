include infra/build/targets.mk
