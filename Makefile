# RecoLab. `make` alone lists what there is. Needs git, make and Python 3.11, 3.12 or 3.13; PYTHON=... chooses one.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
VERSIONS := 3.13 3.12 3.11
LOCK := requirements.lock
SITE := _build/html
LESSONS := _build/smoke
WORKERS := 2
PORT := 8000

export PYTHON
# Kernels would warn of a debugger that nobody uses.
export PYDEVD_DISABLE_FILE_VALIDATION := 1
# Notebooks run in their own folders.
ifdef RECOLAB_DATA
export RECOLAB_DATA := $(abspath $(RECOLAB_DATA))
endif

.DEFAULT_GOAL := help
.PHONY: help book serve test fast setup format lint types unit notebooks browser stamp lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

book: $(READY) ## execute every lesson and build the site, from nothing; a warning is an error
	rm -rf $(SITE) _build/.doctrees _build/.jupyter_cache
	$(BIN)/jupyter-book build -W -n --keep-going .
	@echo "The front page is $(CURDIR)/$(SITE)/index.html: open it in a browser, or type: make serve"

serve: $(READY) ## show the site at http://localhost:8000 (PORT=... for another port)
	@test -f $(SITE)/index.html || $(MAKE) --no-print-directory book
	@echo "http://localhost:$(PORT) shows the site until Ctrl-C."
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

test: $(READY) ## everything: format, lint, types, tests, lessons, the site and how it looks in Chromium
	@for stage in lint types unit notebooks book browser; do \
		begun=$$(date +%s); \
		$(MAKE) --no-print-directory $$stage || exit 1; \
		echo "== $$stage: $$(($$(date +%s) - begun)) s"; \
	done

fast: $(READY) lint types ## a developer's inner loop, under a minute: format, lint, types, the quick tests
	$(BIN)/pytest -x -n $(WORKERS) -m "not slow" tests --ignore=tests/site

setup: $(READY) ## make .venv with the locked packages (every other command does so by itself)

$(READY): $(LOCK) pyproject.toml hatch_build.py tools/setup.sh
	@sh tools/setup.sh $(VENV) $(LOCK) $(VERSIONS)
	@touch $@

format: $(READY) ## put the code into its format and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY) ## check format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## check the static types of the package
	$(BIN)/mypy

unit: $(READY) ## unit and property tests
	$(BIN)/pytest -n $(WORKERS) tests --ignore=tests/site

notebooks: $(READY) ## every lesson (ONLY=day/name: one), cell by cell, with the parameters of notebooks/smoke.yml
	$(BIN)/python tests/notebooks/prepare.py $(LESSONS) $(ONLY)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --nbval-lax --nbval-current-env --nbval-cell-timeout=120 $(LESSONS)

browser: $(READY) ## look at the built site in Chromium
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup tests/site

stamp: $(READY) ## write the Colab setting of pyproject.toml into the first cell of every lesson
	$(BIN)/python tools/colab_cell.py

COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url \
	--no-annotate pyproject.toml --all-extras --group tools

lock: $(READY) ## take the newest versions that pyproject.toml allows into the locks
	$(COMPILE) --universal --python-version 3.11 --fork-strategy fewest -o requirements.lock
	$(COMPILE) --python-version 3.13 .ci/colab.txt -o .ci/colab.lock

clean: ## remove what was built, but not .venv
	rm -rf _build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
