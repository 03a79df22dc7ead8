# make serve and make test do all set-up by themselves. Nothing is installed outside this folder,
# but for a Chromium from the system's packages where make test finds none.

ADDR ?= 127.0.0.1:8000
BIN := .venv/bin
SITE := site
BENCH := PYTHONPATH=scripts:tests $(BIN)/python -m bench
# Compiled modules are kept even where the environment says otherwise: compiling them anew is a tenth of a build.
unexport PYTHONDONTWRITEBYTECODE
export NO_MKDOCS_2_WARNING := 1
export CHROMIUM
export CONTACT
export PYTHON
# How many examples Hypothesis tries: see tests/conftest.py.
HYPOTHESIS_PROFILE ?= few
export HYPOTHESIS_PROFILE
# One worker for each processor; files are not kept together, since a few of them hold most of the work.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest -q
PARALLEL = $(PYTEST) -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve build offline check test test-full lint test-unit test-site test-slow test-perf bench bench-search bench-citations bench-links bench-site lock clean sources

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 26

serve: .venv/.site-ready ## Show the site at http://127.0.0.1:8000/ and follow your edits (ADDR=host:port for another address)
	@$(BIN)/python scripts/run_mkdocs.py serve --livereload --dev-addr $(ADDR)

build: .venv/.site-ready ## Build the site into site/, and leave none where a check finds an error
	@$(BIN)/python scripts/run_mkdocs.py build --strict --site-dir $(SITE)

offline: build ## Zip the built site so that it opens from a folder without a server: islet-ledger-offline.zip beside site/
	@$(BIN)/python scripts/offline.py $(SITE)

check: .venv/.site-ready ## Run the citation check and the link check alone (ARGS="--changed main", "--fix", "--format json")
	@$(BIN)/python scripts/check_citations.py $(ARGS); first=$$?; \
	$(BIN)/python scripts/check_links.py $(ARGS); second=$$?; \
	[ $$first -ge $$second ] && exit $$first || exit $$second

test: lint test-unit test-site ## Prove the site: lint, types, unit tests, strict build, the built site in a browser

test-full: test test-slow test-perf ## The same with many more examples, and the tests that take long
test-full: HYPOTHESIS_PROFILE := many

lint: .venv/.site-ready .venv/.test-ready ## Check the form and the types of the code
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && PYTHONPATH=scripts $(BIN)/lint-imports --no-logo --no-cache

test-unit: .venv/.site-ready .venv/.test-ready ## Run the tests that need no built site
	@CHROMIUM=$$(sh scripts/browser.sh) && export CHROMIUM && \
	$(PARALLEL) -m "not site and not slow and not perf"

test-site: build .venv/.test-ready ## Build the site and try one page of each kind in a browser
	@CHROMIUM=$$(sh scripts/browser.sh) && export CHROMIUM && \
	$(PARALLEL) -m "site and not slow"

test-slow: build .venv/.test-ready ## Every page and kind at every width in a browser, attacks, Nu HTML checker (Java), Lighthouse (Node)
	@CHROMIUM=$$(sh scripts/browser.sh) && export CHROMIUM && \
	VALIDATOR=$$(sh scripts/validator.sh) && export VALIDATOR && \
	LIGHTHOUSE=$$(sh scripts/lighthouse.sh) && export LIGHTHOUSE && \
	$(PARALLEL) -rs -m slow

test-perf: .venv/.site-ready .venv/.test-ready ## See that twice as much input takes at most three times the work
	@$(PARALLEL) -m perf

bench: .venv/.site-ready ## Time the build with and without bibliography and checks
	@$(BENCH).build_time

sources: .venv/.site-ready ## Ask Crossref, PubMed and doi.org what became of the sources (CONTACT=you@example.org)
	@$(BIN)/python scripts/check_citations.py --online

bench-search: .venv/.site-ready .venv/.test-ready ## Measure the search with 1000 more trial pages, in a browser
	@CHROMIUM=$$(sh scripts/browser.sh) && export CHROMIUM && $(BENCH).search

bench-citations: .venv/.site-ready ## Our citation check, bibaudit and MkDocs' strict mode on one corpus of faults
	@$(BENCH).citation_checks

bench-links: .venv/.site-ready .venv/.test-ready ## Put one bed of links before this link check, lychee and LinkChecker
	@$(BENCH).link_checks

bench-site: .venv/.site-ready .venv/.test-ready ## Measure one page of every kind beside stock Material, and write docs/about/speed.md (RUNS=5)
	@CHROMIUM=$$(sh scripts/browser.sh) && export CHROMIUM && \
	LIGHTHOUSE=$$(sh scripts/lighthouse.sh) && export LIGHTHOUSE && \
	$(BENCH).page_speed

lock: .venv/.site-ready ## Write requirements/*.txt anew from requirements/*.in
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@for what in site test; do \
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes \
	--prerelease disallow --upgrade \
	requirements/$$what.in -o requirements/$$what.txt || exit 1; done

clean: ## Take away what was built and installed
	@rm -rf .venv $(SITE) islet-ledger-offline.zip .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.site-ready: requirements/site.txt scripts/setup.sh
	@sh scripts/setup.sh site

.venv/.test-ready: requirements/test.txt scripts/setup.sh .venv/.site-ready
	@sh scripts/setup.sh test
