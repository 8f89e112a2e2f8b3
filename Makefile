# Two commands do everything: `make serve` and `make test`. `make help` lists the rest.

# Which Python to install with; the newest usual name that is 3.11 or newer if empty.
PYTHON =
# Where to serve; TIPSTAFF_HOST and TIPSTAFF_PORT, or else 127.0.0.1 and 8000, if empty.
HOST =
PORT =
# Handed on to whatever the target runs.
ARGS =

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
INSTALL := PYTHON='$(PYTHON)' bash .ci/install
PYTEST := pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help serve test coverage fuzz nightly lint format docs bench train lexicon lock clean

help: ## list the commands
	@awk -F ' *## *' '/^[a-z]+:.*##/ {sub(/:.*/, "", $$1); printf "make %-8s %s\n", $$1, $$2}' Makefile

serve: ## install into .venv, then serve the shipped model [HOST=0.0.0.0 PORT=8080]
	@$(INSTALL) run
	@exec $(BIN)/tipstaff serve $(if $(HOST),--host '$(HOST)') $(if $(PORT),--port '$(PORT)') $(ARGS)

test: ## install what testing needs too, then run the tests [ARGS="-m 'not slow'"]
	@$(INSTALL) dev
	@bash .ci/clients
	$(BIN)/python -m $(PYTEST) $(ARGS)

coverage: ## run the tests and print which lines and branches they reach; fails below the floor in pyproject.toml
	@$(INSTALL) dev
	@bash .ci/clients
	@rm -rf build/coverage
	@mkdir -p build/coverage
	$(BIN)/coverage run -m $(PYTEST) $(ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

fuzz: ## try what nobody thought of, ten minutes long [ARGS="--minutes 120"]
	@$(INSTALL) fuzz
	$(BIN)/python -m fuzz $(ARGS)

nightly: ## as coverage, with all tests, also those that take long to prove little, and more examples of each property
	@$(INSTALL) dev
	@bash .ci/mlflow
	@$(MAKE) --no-print-directory coverage ARGS='--nightly --timeout 3000 -o faulthandler_timeout=3600 $(ARGS)'

lint: ## check format, lint, types, import contracts and the Dockerfile
	@$(INSTALL) dev
	$(BIN)/ruff format --check . .ci
	$(BIN)/ruff check . .ci
	$(BIN)/mypy model service training integrations tests benchmarks fuzz .ci/smoke.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint --failure-threshold style Dockerfile

format: ## put the code into its form
	@$(INSTALL) dev
	$(BIN)/ruff check --fix . .ci
	$(BIN)/ruff format . .ci

docs: ## build the documentation as a site, build/site/index.html
	@$(INSTALL) dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: ## measure, side by side with what else there is
	@$(INSTALL) bench
	LOCPATH=$$(bash .ci/locale) $(BIN)/python -m benchmarks $(ARGS)

train: ## train a model of the shipped kind from ../shared/corpus [ARGS="--corpus FOLDER"]
	@$(INSTALL) dev
	$(BIN)/python -m training.shipped_model.build_shipped $(ARGS)

lexicon: ## make the list of known words from ../shared/corpus [ARGS=--check]
	@$(INSTALL) dev
	$(BIN)/python -m training.shipped_model.build_lexicon $(ARGS)

lock: ## bring the locks in line with pyproject.toml [ARGS=--upgrade]
	@$(INSTALL) dev
	bash .ci/lock $(ARGS)

clean: ## remove what was installed and built
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
