# The commands of this project. `make run` and `make test` do all of their own set-up.
# They need make, Python 3.11 with venv and pip; nothing else.

# The system's own where it has venv: half as fast again as one that pyenv built (docs/decisions/0033).
SYSTEM := /usr/bin/python3.11
PYTHON ?= $(shell $(SYSTEM) -c "import ensurepip" 2>/dev/null && echo $(SYSTEM) || echo python3.11)
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS  ?= tests

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench guide faults paper lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup: .venv/runtime.stamp  ## .venv from the hashed lock

run: setup  ## the whole portal on http://127.0.0.1:8000 (PORT, PORTAL_VAR)
	@exec $(BIN)/python -m conference_portal.run

test: .venv/tests.stamp  ## the whole suite, on real servers and a real browser (TESTS=tests/accounts)
	@tests/ensure_chromium.sh
	$(BIN)/python -m pytest -n 3 --dist worksteal $(TESTS)

lint: .venv/tests.stamp  ## style, types, direction of imports, templates, migrations, deployment checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	BEHIND_TLS=1 $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/tests.stamp  ## the measurements, with their figures
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.letters
	$(BIN)/python -m benchmarks.books

guide: .venv/tests.stamp  ## takes the pictures of docs/guide anew
	GUIDE_IMAGES=$(CURDIR)/docs/guide/images $(BIN)/python -m pytest tests/journeys/test_the_guide_is_true.py tests/journeys/test_a_letter_goes_out.py tests/journeys/test_propaganda_watches.py tests/journeys/test_telecom_tests_and_mends.py tests/journeys/test_a_commune_reports_who_came.py

faults: .venv/tests.stamp  ## the long fault runs, with their figures
	$(BIN)/python -m pytest -m faults $(TESTS)

paper: .venv/tests.stamp  ## every workbook and Word file printed by LibreOffice; leaves the PDFs in var/paper
	@tests/ensure_libreoffice.sh
	PAPER=$(CURDIR)/var/paper $(BIN)/python -m pytest -m paper $(TESTS)

lock:  ## compile both locks anew: the newest versions that the two requirements files allow
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/pip --quiet install uv
	.venv/lock/bin/uv --no-config pip compile $(LOCK_OPTIONS) requirements.txt -o requirements.lock
	.venv/lock/bin/uv --no-config pip compile $(LOCK_OPTIONS) -c requirements.lock tests/requirements.txt -o tests/requirements.lock

# Only wheels: nothing is built on the machine that installs. Universal: one lock for every
# processor. No header and no address: the lock says what, the machine's own pip says from where.
LOCK_OPTIONS := --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	--only-binary :all: --no-emit-index-url --no-header

clean:  ## removes .venv and caches; var/ (your data) stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements.lock | .venv/bin/python
	$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@touch $@

.venv/tests.stamp: tests/requirements.lock .venv/runtime.stamp
	$(PIP) install --require-hashes --only-binary :all: -r tests/requirements.lock
	@touch $@
