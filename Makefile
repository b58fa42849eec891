# `make demo` and `make test` work in a fresh clone: they make .venv themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
REDOCLY := npx --yes @redocly/cli@2.77.0

.DEFAULT_GOAL := help
.PHONY: help setup lock demo test generate check bench clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */\1\t/' | expand -t 12

setup: $(STAMP)  ## make .venv with the locked dependencies and this project, editable

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $$(grep -o '^uv==[0-9.]*' requirements.lock)
	$(BIN)/uv pip sync --quiet requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock:  ## resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
	  --group dev --upgrade --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
