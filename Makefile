# elbo: everything a machine needs beyond Swift itself is installed by `make deps`.
SHELL := /bin/bash
PREFIX ?= /usr/local
SCRATCH ?= .build
CONFIGURATION := release
SWIFT_BUILD := swift build -c $(CONFIGURATION) --scratch-path $(SCRATCH)

PACKAGES := pkg-config libdnnl-dev libhwy-dev libreadline-dev libgnuplot-iostream-dev gnuplot-nox \
  libboost-iostreams-dev libboost-filesystem-dev libzmq3-dev libsqlite3-dev zlib1g-dev libzip-dev libspng-dev \
  libjpeg62-turbo-dev libssl-dev libcurl4-openssl-dev
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: build test lint deps bench install clean

build: deps
	@$(SWIFT_BUILD)

test: deps
	@$(SWIFT_BUILD) --build-tests
	@swift test -c $(CONFIGURATION) --scratch-path $(SCRATCH) --skip-build

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

# Silent when everything is there.
deps:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing" $$missing; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

clean:
	rm -rf $(SCRATCH)
