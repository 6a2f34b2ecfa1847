# Two commands say the most: `make demo` and `make test`. Everything below sets itself up.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 4
PYTEST := $(BIN)/python -m pytest -q -n $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all chaos bench setup check fix audit docs screenshots messages lock chromium

help:            ## This list
	@grep -hE '^[a-z-]+: *.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

demo: setup      ## A shop, the panel and a local SALESmanago, running together (RESET=1 starts anew)
	@$(BIN)/ebexo demo $(if $(RESET),--reset)

test test-all: export PYTHONDONTWRITEBYTECODE :=  # what is compiled once starts faster a hundred times

test: setup chromium  ## All tests
	@$(PYTEST)

test-all: setup chromium  ## All tests and the long ones
	@$(PYTEST) --long

chaos: setup     ## Kills, pauses and a far side full of faults for five minutes (SECONDS=60 for one; DB=postgresql)
	@$(BIN)/python -m bench.chaos --seconds $(or $(SECONDS),300) --database $(or $(DB),sqlite)

bench: setup     ## Every figure beside what it is compared with, a quarter of an hour (ONLY="ingest_single …", QUICK=1)
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

setup: $(STAMP)  ## Only the set-up, into .venv

$(STAMP): requirements/all.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version)."; exit 1; }
	@echo "Setting up in .venv (about a minute the first time) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/all.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

chromium:        # The journeys need a browser; root may install one
	@sh scripts/chromium

check: setup     ## Lint, formatting, types, imports, templates, translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy src demo tests bench scripts
	@$(BIN)/djlint --quiet --lint src demo
	@$(BIN)/python scripts/messages.py check

fix: setup       ## Put right what a tool can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python -m scripts.reference
	@$(BIN)/python scripts/metrics_reference.py

docs: setup      ## The documentation as a site, in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict && echo "Open site/index.html; python3 -m http.server -d site serves it with its search."

audit: setup     ## Are there known vulnerabilities in what is locked? Asks PyPI
	@found=$$($(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements/all.txt 2>/dev/null) \
		&& echo "None is known." || { echo "$${found:-PyPI did not answer for every package, so nothing is known.}"; exit 1; }

messages: setup  ## Collect the texts to translate and compile the translations
	@$(BIN)/python scripts/messages.py collect
	@$(BIN)/python scripts/messages.py compile

screenshots: setup chromium  ## Pictures of the panel and the shop, in both languages
	@$(BIN)/python scripts/screenshots.py

lock: setup      ## Lock the dependencies anew, with hashes and without any index
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile -q pyproject.toml --all-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/all.txt
	@$(BIN)/uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/base.txt
