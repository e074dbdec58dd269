# Everything runs from .venv, built from the lock files; nothing needs root or a running service.

# The newest suitable interpreter that really starts (a version manager may offer names it refuses).
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo "$$name" && break; done)

BIN := .venv/bin
# Scripts in .venv name this folder in their first line: a moved checkout needs a new one.
STAMP := .venv/.ready-$(shell printf '%s' '$(CURDIR)' | cksum | cut -d ' ' -f 1)
LOCKS := requirements-build.lock requirements.lock requirements-dev.lock

.DEFAULT_GOAL := help
.PHONY: help setup demo test compiled lint mutants soak bench format lock

help: ## show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install into .venv, which then holds .venv/bin/tandem

$(STAMP): pyproject.toml $(LOCKS) deploy/setup_venv.py
	@if [ -z "$(PYTHON)" ]; then \
	  echo "make: no Python 3.11, 3.12 or 3.13 found. Install one (Debian, Ubuntu: apt-get install" \
	    "python3 python3-venv) or name it: make setup PYTHON=/path/to/python3" >&2; exit 2; fi
	@"$(PYTHON)" deploy/setup_venv.py
	@rm -f .venv/.ready-* && touch $@

demo: setup ## run the main job on the sandbox and watch it; needs no accounts
	@$(BIN)/tandem demo

# Where the environment forbids to keep what is compiled, every process of a test compiles all anew.
export PYTHONDONTWRITEBYTECODE :=

# Three, also on two cores: tests of real processes wait as much as they work.
test: setup ## everything that must hold: style, types, floors, tests
	@$(MAKE) --no-print-directory -j 2 lint compiled
	$(BIN)/pytest -q -n 3 --dist worksteal

# Beside the lint, which takes one core: else each worker would compile the tests for itself.
compiled: setup
	@$(BIN)/pytest -q --collect-only >/dev/null || true

lint: setup ## style, types and floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

mutants: setup ## break one promise at a time and see that a test notices
	$(BIN)/python -m tests.mutants

SEEDS ?= 1..1000000
SECONDS ?= 3600

soak: setup ## strike all stories, then simulate for SECONDS (an hour), SEEDS=A..B; prints it all
	$(BIN)/python -m tests.simulation --points
	$(BIN)/python -m tests.simulation --mode mixed --seeds $(SEEDS) --seconds $(SECONDS)

bench: setup ## measure speed and memory: BENCH="load --quick", default all (minutes)
	$(BIN)/python -m tests.bench $(BENCH)

format: setup ## put the sources into their one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## write the lock files anew from pyproject.toml (needs uv)
	uv pip compile --group build -o requirements-build.lock $(COMPILE)
	uv pip compile pyproject.toml -o requirements.lock $(COMPILE)
	uv pip compile pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock $(COMPILE)

COMPILE := --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--custom-compile-command 'make lock' --quiet
