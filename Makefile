# Backcourt. Needs Python 3.11 or newer and make; everything else is set up in .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=

# Compiled modules are kept, whatever the machine prefers: every process that a test starts would compile them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test lint docs soak bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## Build one season end to end and print its coverage report
	$(BIN)/backcourt demo $(ARGS)

test: $(STAMP) ## Run the tests on all CPUs (ARGS="-k names" for some of them)
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not soak" $(ARGS)

lint: $(STAMP) ## Check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(STAMP) ## Write docs/tables from the contracts
	$(BIN)/python -m backcourt.report.pages docs/tables

soak: $(STAMP) ## Run the long campaigns on all CPUs
	$(BIN)/python -m pytest -n auto --dist loadfile -m soak $(ARGS)

bench: $(STAMP) ## Run every benchmarks/bench_*.py
	@set -e; found=; for file in benchmarks/bench_*.py; do \
	if [ -e "$$file" ]; then found=yes; echo "$(BIN)/python $$file $(ARGS)"; $(BIN)/python "$$file" $(ARGS); fi; done; \
	[ -n "$$found" ] || { echo "There is no benchmarks/bench_*.py to run."; exit 1; }

clean: ## Remove the environment, caches and build output; warehouses stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist src/*.egg-info
	find src tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# The stamp is written last, so an interrupted set-up starts again from an empty environment.
$(STAMP): pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null || { \
	echo "There is no '$(PYTHON)'. Install Python 3.11 or newer, or name one:  make PYTHON=python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "Backcourt needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1). Name another:  make PYTHON=python3.11"; exit 1; }
	@echo "Setting up .venv with $$("$(PYTHON)" -V) (once, and again when pyproject.toml or constraints.txt change)"
	@"$(PYTHON)" -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)
