# Everything there is to run. `make help` lists it.

# The first Python that is new enough makes the environment; after that only the environment is used.
PYTHON := $(shell for python in python3.11 python3 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/uv pip --quiet

# Names a step before running it; make stops at the first one that fails.
step = @printf '\n== %s\n' '$(1)'; $(2)

# What a careful company would set. Nothing answers there: the checks only read it.
PRODUCTION := SECRET_KEY=0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ \
	DATABASE_URL=postgres://supportbot@db/supportbot REDIS_URL=redis://redis/0 \
	PUBLIC_URL=https://support.example.com ALLOWED_HOSTS=support.example.com

# Its packages are fetched once. Where they cannot be, these tests are left out; the build machine has to run them.
WIDGET_TESTS := cd chat/widget && \
	if [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-audit --no-fund; \
	then npm run --silent test -- --test-reporter=spec; \
	else [ -z "$$CI" ] && echo "Left out: they need node, npm, and what npm fetches."; fi

.PHONY: help install demo test bench ablation rivals lock
.DEFAULT_GOAL := help

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.installed ## Make .venv with everything supportbot needs to run

demo: $(VENV)/.installed ## Run a demo company at http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(BIN)/python manage.py demo --port $(or $(PORT),8000)

# Some checks read the settings, which need a folder; it shall not be the one of a running demo.
test: export DATA_DIR = $(CURDIR)/$(VENV)/check-state
test: $(VENV)/.installed-dev ## Check formatting, types, imports and migrations, and run all tests
	$(call step,ruff format,$(BIN)/ruff format --check .)
	$(call step,ruff check,$(BIN)/ruff check .)
	$(call step,mypy,$(BIN)/mypy .)
	$(call step,imports,$(BIN)/lint-imports)
	$(call step,migrations,$(BIN)/python manage.py makemigrations --check --dry-run)
	$(call step,production checks,$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING)
	$(call step,tests on SQLite,$(BIN)/pytest -n 2)
	$(call step,tests on PostgreSQL and Redis,TEST_DATABASE=postgres $(BIN)/pytest -n 2 -m both)
	$(call step,tests of the widget,$(WIDGET_TESTS))

bench: $(VENV)/.installed-bench ## Run the benchmarks (FOLDER=path for answers to labelled sets as well)
	@$(BIN)/python -m tests.bench $(ONLY) $(if $(FOLDER),--folder $(FOLDER))

ablation: $(VENV)/.installed-bench ## What each part of search brings on a set in the form of BEIR (FOLDER=path)
	@$(BIN)/python -m tests.bench.ablation $(FOLDER)

rivals: $(VENV)-rivals/.installed ## Compare with other frameworks on a set in the form of BEIR (FOLDER=path)
	@$(VENV)-rivals/bin/python -m tests.bench.rivals $(FOLDER)

lock: $(VENV)/.uv ## Write the newest versions pyproject.toml allows to requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --upgrade --no-header --no-annotate --python-version 3.11 \
		pyproject.toml --group dev --group bench -o requirements.lock

# A stamp is newer than what it was made from: then there is nothing to do.
$(VENV)/.installed: $(VENV)/.uv pyproject.toml requirements.lock
	@echo "Installing supportbot's packages into $(VENV) ..."
	@$(PIP) install --python $(BIN)/python --constraint requirements.lock --requirement pyproject.toml
	@touch $@

$(VENV)/.installed-%: $(VENV)/.installed
	@echo "Installing the packages for '$*' into $(VENV) ..."
	@$(PIP) install --python $(BIN)/python --constraint requirements.lock --group $*
	@touch $@

# Copies, because one of them refuses to read files that are linked from elsewhere.
$(VENV)-rivals/.installed: $(VENV)/.uv pyproject.toml
	@echo "Installing other frameworks into $(VENV)-rivals, several gigabytes ..."
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)-rivals
	@$(PIP) install --link-mode copy --python $(VENV)-rivals/bin/python --requirement pyproject.toml --group rivals
	@touch $@

$(VENV)/.uv:
	@test -n "$(PYTHON)" || { echo "supportbot needs Python 3.11 or newer, which was not found on this machine." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make environments here (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@touch $@
