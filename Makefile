# `make demo` and `make test` work in a fresh clone: they make .venv themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
SPARK := pyspark==4.3.0
DEEP := tests/_async tests/_sync tests/browse tests/bulk tests/facade tests/faults tests/library tests/media tests/spec tests/benchmarks tests/scripts/test_floors.py \
  tests/emulator/test_schemathesis.py tests/report/test_browser.py tests/test_notebook.py tests/test_package.py
REDOCLY := npx --yes @redocly/cli@2.77.0

# uv trusts the system's certificates, as pip does: a company's proxy may have one of its own.
# Older versions of uv know the second name, newer ones the first.
export UV_SYSTEM_CERTS ?= true
export UV_NATIVE_TLS ?= true
# The tests start hundreds of processes, each of which would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup lock demo test test-deep test-spark soak mutants mutants-sample generate check docs bench clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 16

setup: $(STAMP)  ## make .venv with the locked dependencies and this project, editable

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $$(grep -o '^uv==[0-9.]*' requirements.lock)
	$(BIN)/uv pip sync --quiet requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock:  ## resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
	  --group dev --group bench --upgrade --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

demo: $(STAMP)  ## embed small real files on the emulator and search them (MEDIA=clip.mp4 for your own)
	@$(BIN)/python -m scripts.demo $(MEDIA)

test: $(STAMP)  ## run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

test-deep: $(STAMP)  ## repeat what `make test` does little of: kills, faults, malformed and random input
	DODECA_DEEP=1 $(BIN)/python -m pytest -n auto --dist worksteal $(DEEP)

test-spark: $(STAMP)  ## run the recipe for Spark (needs Java)
	@"$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>/dev/null || { \
	  echo "Spark needs Java 17 or later: apt-get install default-jre-headless" >&2; exit 1; }
	$(BIN)/uv pip install --quiet $(SPARK)
	DODECA_SPARK=1 $(BIN)/python -m pytest tests/recipes/test_spark.py

soak: $(STAMP)  ## hours: a million requests through faults, a million malformed answers, a thousand kills
	DODECA_SOAK=1 DODECA_KILLS=1000 $(BIN)/python -m pytest -s tests/bulk/test_kills.py tests/bulk/test_damage.py \
	  tests/bulk/test_scale.py tests/bulk/test_shared_limit.py tests/faults/test_random_faults_sync.py tests/faults/test_random_faults_async.py \
	  tests/faults/test_malformed.py tests/faults/test_bad_inputs.py

mutants: $(STAMP)  ## take away one protection at a time, and see its test fail; writes tests/faults/ROWS.md
	$(BIN)/python -m scripts.mutants

mutants-sample: $(STAMP)  ## change the package at random in N places, run the tests of each (SEED=1)
	$(BIN)/python -m scripts.mutants_sample -n $(or $(N),60) $(if $(SEED),--seed $(SEED))

generate: $(STAMP)  ## spec/published + spec/overlay.yaml -> spec/openapi.yaml -> generated/, _async -> _sync
	$(BIN)/python -m scripts.clean_spec
	$(BIN)/python -m scripts.generate
	$(BIN)/python -m scripts.unasync
	$(BIN)/python -m scripts.coverage_table

check: $(STAMP)  ## lint, types, floors, and that everything derived is up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy facade scripts
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.import_circles
	$(BIN)/python -m scripts.import_page --check
	$(BIN)/python -m scripts.clean_spec --check
	$(BIN)/python -m scripts.generate --check
	$(BIN)/python -m scripts.unasync --check
	$(BIN)/python -m scripts.coverage_table --check
	$(BIN)/python -m scripts.mutants --check
	REDOCLY_TELEMETRY=off $(REDOCLY) lint --config spec/redocly.yaml spec/openapi.yaml

docs: $(STAMP)  ## build the documentation into build/docs; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict -f facade/mkdocs.yml

bench: $(STAMP)  ## measure against other clients, as ratios in one run (LOAD=4: beside four busy processes)
	LOAD=$(LOAD) $(BIN)/python -m tests.benchmarks

clean:  ## remove what the other targets made, .venv included
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
