# The words a person and the CI use. Every path is relative and quoted: a clone may lie in a folder with spaces.
# A tool is always started as a module of its Python, never by its script.

PYTHON ?= $(shell for p in python3.11 python3; do "$$p" -c 'import venv' 2>/dev/null && echo "$$p" && break; done)
PY := .venv/bin/python
DEMO_PY := .venv-demo/bin/python
EXTRAS := ble,serial,onnx,litert,virtual,sign,web,terminal,data,export,cluster
DEMO_EXTRAS := virtual,litert
ARGS ?=
ROUNDS ?= 10
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: all check test demo device bench fuzz clean

all: check test

check: .venv/ready
	"$(PY)" -m ruff format --check .
	"$(PY)" -m ruff check .
	"$(PY)" -m mypy
	"$(PY)" -c 'from importlinter.cli import lint_imports_command as lint; lint()'

test: .venv/ready
	"$(PY)" -m pytest -q -n auto --maxprocesses 4 --dist loadfile $(ARGS)

demo: .venv-demo/ready
	"$(DEMO_PY)" -m myoedge demo $(ARGS)

device:
	bash .ci/device $(ARGS)

# Figures mean something at load < 1; every absolute one stands beside a bare subscriber of the same link.
bench: .venv/ready
	"$(PY)" -m myoedge bench latency --engine litert $(ARGS)
	"$(PY)" -m myoedge bench latency --engine onnx $(ARGS)
	"$(PY)" -m myoedge bench latency --armband 'virtual:myo?loss=0.2' $(ARGS)
	"$(PY)" -m myoedge bench latency --bundle classic $(ARGS)
	"$(PY)" -m myoedge bench latency --armband 'virtual:generic?channels=8&rate=2000' --bundle classic $(ARGS)
	"$(PY)" -m myoedge bench reaction $(ARGS)
	"$(PY)" -m myoedge bench reaction --played wearers --rate 40 $(ARGS)
	"$(PY)" -c 'import time; t = time.perf_counter(); import myoedge.edge.runtime; print(f"import {time.perf_counter() - t:.3f} s")'
	bash .ci/device-size

# Every property and fuzz test again with other seeds.
fuzz: .venv/ready
	for round in $$(seq $(ROUNDS)); do \
	    "$(PY)" -m pytest -q -n auto --maxprocesses 4 -m hypothesis --hypothesis-seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') $(ARGS) || exit 1; \
	done

clean:
	rm -rf .venv .venv-demo .venv-device-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# A stamp in each environment: it is filled once, and again when pyproject.toml changes.
.venv/ready: pyproject.toml
	@echo "Filling .venv with the workshop and the checks: about 2.8 GB, some minutes the first time."
	PYTHON="$(PYTHON)" bash .ci/environment .venv '.[$(EXTRAS)]' --group dev
	touch "$@"

.venv-demo/ready: pyproject.toml
	@echo "Filling .venv-demo with what the demo needs: about 210 MB."
	PYTHON="$(PYTHON)" bash .ci/environment .venv-demo '.[$(DEMO_EXTRAS)]'
	touch "$@"
