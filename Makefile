# `make` lists what there is. Every target does its own set-up: Python 3.11 or newer is all a machine needs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
LOCKING := uv pip compile --universal --python-version 3.11 --group dev --group bench --generate-hashes \
	--no-emit-index-url --no-header --quiet pyproject.toml --output-file requirements.lock

.PHONY: help
help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/installed ## install, then do the whole job on the samples and show the result
	$(BIN)/motma demo

# Frames of a few rows: threads of polars would only get into each other's way.
test torture: export POLARS_MAX_THREADS := 1

.PHONY: test
test: lint ## install, then every check and test that needs nothing but Python
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
	@echo "Left out of make test: the campaigns of make torture, of which it ran a small part; the journeys of make e2e, which need a browser."

.PHONY: e2e
e2e: $(VENV)/installed ## journeys through the pages in a browser; needs Debian's chromium and fonts-noto-core, or MOTMA_CHROMIUM
	$(BIN)/python -m pytest tests/e2e/journey_*.py

.PHONY: torture
torture: $(VENV)/installed ## campaigns of fuzzed files, crashes and processes at once, two hours; MOTMA_TORTURE_SECONDS and _SEED say otherwise
	$(BIN)/python -m pytest tests/torture/campaign_*.py

.PHONY: fast
fast: $(VENV)/installed ## the tests that take under a minute
	$(BIN)/python -m pytest -m "not slow"

.PHONY: lint
lint: $(VENV)/installed ## style, types and the floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/installed ## write the code in the house's form, and sort imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: quality
quality: $(VENV)/installed ## measure against a known truth: make quality WORLD=folder
	@test -n "$(WORLD)" || { echo "make quality needs WORLD=folder, the folder with register.parquet, inbox and truth.csv" >&2; exit 2; }
	$(BIN)/python -m benchmarks.quality "$(WORLD)"

.PHONY: bench-quality
bench-quality: $(VENV)/installed ## beside its peers, on worlds made in a folder: make bench-quality WORLDS=folder [WORLD="further worlds"]
	@test -n "$(WORLDS)" || { echo "make bench-quality needs WORLDS=folder, where the generated worlds are or will be made" >&2; exit 2; }
	$(BIN)/python -m benchmarks.compare_quality --worlds "$(WORLDS)" $(WORLD)

.PHONY: lock
lock: $(VENV)/installed ## write requirements.lock anew; UPGRADE=1 takes the newest versions allowed
	$(BIN)/$(LOCKING) $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## remove the installation, the demo's home, what torture kept and the caches; ./var is kept
	rm -rf $(VENV) var-demo var-e2e var-torture dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Everything of the lock, in a folder made anew, so that nothing older stays behind. uv is only faster. The lock is whole,
# so nothing is resolved again (older pips fail at that where an extra is not pinned by itself); pip check makes sure. What
# is imported is compiled then: all of it here would take longer than the rest.
$(VENV)/locked: requirements.lock
	@python=""; for p in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
		if $$p -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$p; break; fi; done; \
	test -n "$$python" || { echo "No Python 3.11 or newer with venv was found. Install it, or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 2; }; \
	echo "Installing into $(VENV) with $$($$python --version); the first time takes about a minute."; \
	"$$python" -m venv --clear $(VENV); \
	{ command -v uv >/dev/null && uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --requirement requirements.lock; } \
		|| $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --no-deps --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip check --disable-pip-version-check >/dev/null || $(BIN)/python -m pip check
	@touch $@

# The project itself, in place. Its build tool comes out of the lock too, so nothing is fetched here.
$(VENV)/installed: $(VENV)/locked pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
