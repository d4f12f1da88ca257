# ZapHub Relay. `make run` and `make test` are all that a fresh machine needs, next to a Swift 6.2+ toolchain.

SWIFT ?= swift
CONFIG ?= config.yaml
SOURCES := Sources Tests Package.swift

.DEFAULT_GOAL := help
.PHONY: help run build test check faults-postgres fuzz format reference bench instructions hooks clean packages test-packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## install what is missing, build, and start the relay (CONFIG=config.yaml)
	exec bin/zaphub serve --config $(CONFIG)

build: packages ## build bin/zaphub
	$(SWIFT) build -c release --product zaphub --static-swift-stdlib
	@install -D -m 755 "$$($(SWIFT) build -c release --show-bin-path)/zaphub" bin/zaphub
	-@strip --strip-debug bin/zaphub

test: test-packages ## install what is missing, build, run every test, then make check
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --disable-xctest
	$(MAKE) --no-print-directory check

check: ## check the format of the Swift sources, imports, and what the pages refer to
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	scripts/check-docs
	SWIFT="$(SWIFT)" scripts/check-imports

faults-postgres: test-packages ## long tests with PostgreSQL under load: kills, restarts, failovers, a snapshot held open (ZAPHUB_FAULT_SECONDS=900, ZAPHUB_FAULT_SEED)
	$(SWIFT) build --build-tests
	ZAPHUB_FAULT_SECONDS="$${ZAPHUB_FAULT_SECONDS:-900}" \
		$(SWIFT) test --skip-build --disable-xctest --filter 'Postgres(Fault|Failover|Snapshot)Tests|PooledConformanceTests'

fuzz: test-packages ## compare 100,000 random expressions with libjq, and fuzz parser and evaluator (SECONDS_EACH=600, SEED)
	$(SWIFT) build --build-tests
	ZAPHUB_JQ_PROGRAMS=100000 ZAPHUB_JQ_SEED="$${SEED:-$$(date +%s)}" \
		$(SWIFT) test --skip-build --disable-xctest --filter JQDifferentialTests
	Tests/Fuzz/run.sh "$${SECONDS_EACH:-600}"

format: ## format the Swift sources in place
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

reference: packages ## renew docs/reference, docs/schema and docs/events.md from what the sources declare
	$(SWIFT) build --product zaphub
	@mkdir -p docs/reference docs/schema
	for page in config destinations stages tests; do \
		"$$($(SWIFT) build --show-bin-path)/zaphub" explain --page $$page > docs/reference/$$page.md || exit; \
	done
	"$$($(SWIFT) build --show-bin-path)/zaphub" explain --bodies examples/bodies > docs/events.md
	for file in config pipeline tests events; do \
		"$$($(SWIFT) build --show-bin-path)/zaphub" schema $$file > docs/schema/$$file.json || exit; \
	done

bench: test-packages build ## measure what docs/performance.md describes, in some 12 minutes; fails when a limit is missed (STORE=postgres)
ifeq ($(STORE),postgres)
	python3 Benchmarks/postgres.py
else
	@PATH="$$PATH:/usr/sbin"; failed=; Benchmarks/run.sh || failed=" run"; \
	for name in compare latency slow_disks restart soak sessions media hanging; do \
		echo; echo "$$name:"; python3 Benchmarks/$$name.py || failed="$$failed $$name"; \
	done; [ -z "$$failed" ] || { echo "bench: limits were missed in:$$failed" >&2; exit 1; }
endif

instructions: test-packages build ## count the user-space instructions and allocations that the relay needs for an event
	python3 Benchmarks/instructions.py

hooks: ## install the Git hooks: format of staged files, commit subject (undo: make hooks UNDO=1)
	@scripts/install-hooks $(if $(UNDO),--undo)

packages: ## install the libraries that the build needs
	@scripts/bootstrap

test-packages: ## install the libraries, and what the tests and the benchmark run
	@scripts/bootstrap --tests

clean: ## remove what was built; data/ stays
	rm -rf .build .build-* bin Benchmarks/results
