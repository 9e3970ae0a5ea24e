# make run      install what is missing and start the app        make run FOLDERS=~/Pictures PORT=8600
# make test     every test but the slow ones, in a real browser too      make test ARGS="-k resize"
# make check    ruff, strict mypy, nothing that is not used, and that the docs build
# make docs     the list of commands, the licences, and the docs as a site in build/site
# make bench    side by side with other tools
# make stress   the slow tests
# make pictures take every picture of the README and docs from the running app
# make lock     resolve requirements*.in anew

# The newest Python that starts and can make a virtual environment; without one, start.py says what is missing.
CANDIDATES := python3.14 python3.13 python3.12 python3.11 python3 python
TEST := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for name in $(CANDIDATES); do \
	if "$$name" -c '$(TEST)' >/dev/null 2>&1; then echo "$$name"; break; fi; done),$(shell \
	for name in $(CANDIDATES); do if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$name"; break; fi; done),python3)

VENV_PYTHON := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python.exe,.venv/bin/python)
LOCK := $(or $(wildcard .venv/bin/uv),uv) pip compile --quiet --universal --python-version 3.11 --generate-hashes

.PHONY: run test check docs bench stress pictures lock install
.DEFAULT_GOAL := run

run:
	@$(if $(FOLDERS),OVERLAP_FOLDERS="$(FOLDERS)") $(PYTHON) start.py $(if $(PORT),--port $(PORT)) $(ARGS)

install:
	@$(PYTHON) start.py install --dev

# Tests start hundreds of interpreters: what one compiles is kept for the next, whatever the surroundings say.
test stress bench: export PYTHONDONTWRITEBYTECODE =

# In phases (tests/conftest.py): what uses a browser, then what may run side by side, then what promises seconds, and
# alone what measures. A test that fails is tried once more and then named in the summary as RERUN: other programs use
# the machine too, and a fault fails twice. pytest's code 5 says that none was selected.
PYTEST := $(VENV_PYTHON) -m pytest --reruns 1 --reruns-delay 1 -rR
NONE_IS_FINE = $(ARGS)$(if $(ARGS), || test $$? -eq 5)
test: install
	$(PYTEST) --phase browser -n 2 --dist worksteal $(NONE_IS_FINE)
	$(PYTEST) --phase beside -n 4 --dist loadfile --no-loadscope-reorder $(NONE_IS_FINE)
	$(PYTEST) --phase paced -n 3 --dist worksteal $(NONE_IS_FINE)
	$(PYTEST) --phase alone $(NONE_IS_FINE)

check: install
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m vulture
	NO_MKDOCS_2_WARNING=1 $(VENV_PYTHON) -m mkdocs build --strict --quiet

# Reading prices, and the memory of it, are measured on saved pages with a manifest: make bench PAGES=FOLDER
bench: install
	@missed=; for script in $(filter-out benchmarks/prices.py benchmarks/page_memory.py,$(wildcard benchmarks/*.py)); do \
	echo "== $$script"; $(VENV_PYTHON) "$$script" || missed="$$missed $$script"; done; \
	$(if $(PAGES),$(VENV_PYTHON) benchmarks/prices.py "$(PAGES)" || missed="$$missed benchmarks/prices.py";) \
	$(if $(PAGES),$(VENV_PYTHON) benchmarks/page_memory.py "$(PAGES)" --most 400 || missed="$$missed benchmarks/page_memory.py";) \
	test -z "$$missed" || { echo "Failed, or missed what it is to reach:$$missed"; exit 1; }

stress: install
	$(VENV_PYTHON) -m pytest -m stress --timeout 900 $(ARGS)

pictures: install
	$(VENV_PYTHON) docs/screenshots.py $(ARGS)

docs: install
	$(VENV_PYTHON) docs/commands.py
	$(VENV_PYTHON) docs/third_party.py
	NO_MKDOCS_2_WARNING=1 $(VENV_PYTHON) -m mkdocs build --strict --quiet
	@echo "The site is in build/site: open index.html, or serve it for the search: python -m http.server -d build/site"

lock:
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
