# The Swift toolchain is assumed; Debian's packages are installed where they are missing.
PREFIX ?= /usr/local
BUILD = swift build -c release --static-swift-stdlib
PROGRAM = $(BIN)/treemend
BIN = $(shell $(BUILD) --show-bin-path)

LIBRARIES = libssl-dev zlib1g-dev libsqlite3-dev pkg-config openssh-client
TEST_TOOLS = openssh-server rsync strace e2fsprogs btrfs-progs

BENCH_TOOLS = openssh-server rsync unison

HISTORIES = 1000000
FILES = 100000
KEYS = 100000000
IMAGES = pages,byte,insertion,append,swapped,moved,tar,repeated,cut
IMAGE_BYTES = 2000000000

.PHONY: quickstart build test simulate faults bench bench-images bench-keys install clean packages

# Builds the program and shows it at work.
quickstart: build
	TREEMEND=$(PROGRAM) examples/quickstart.sh

build: packages
	$(BUILD) --product treemend

test: PACKAGES = $(LIBRARIES) $(TEST_TOOLS)
test: packages
	swift run -c release simulate 100000
	swift build --build-tests
	swift test --skip-build

# Checks so many random histories of replicas in memory.
simulate: packages
	swift run -c release simulate $(HISTORIES) $(SEED)

# Makes every system call of a run fail, and ends it at every one, that the tests only sample.
faults: PACKAGES = $(LIBRARIES) $(TEST_TOOLS)
faults: packages
	TREEMEND_FULL_SWEEP=1 swift test --filter FaultTests

# Measures the program beside rsync, Unison, cp and tar. BENCH="--only unchanged,ten" chooses; each
# million FILES takes 5 GB of disk for the source and for each tool's replica, and 2 GB of memory.
bench: PACKAGES = $(LIBRARIES) $(BENCH_TOOLS)
bench: build
	$(BUILD) --product bench
	$(BIN)/bench --treemend $(PROGRAM) --files $(FILES) $(BENCH)

# Measures what a change in one large file takes, and a first copy of it that is cut, beside rsync.
# It takes four times IMAGE_BYTES of disk; repeated, of ten times as many, 30 times IMAGE_BYTES.
bench-images: PACKAGES = $(LIBRARIES) $(BENCH_TOOLS)
bench-images: build
	$(BUILD) --product bench
	$(BIN)/bench --treemend $(PROGRAM) --image-bytes $(IMAGE_BYTES) --only $(IMAGES) $(BENCH)

# Compares trees of so many simulated keys: of the shape in use, and of a thousand keys a bucket.
bench-keys: packages
	$(BUILD) --product bench
	$(BIN)/bench keys --keys $(KEYS)
	$(BIN)/bench keys --keys $(KEYS) --bucket-bits 10

install: build
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/treemend
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/*.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 man/*.5
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,\
	  bash-completion/completions zsh/site-functions fish/vendor_completions.d)
	cd $(DESTDIR)$(PREFIX)/share && \
	$(PROGRAM) --generate-completion-script bash >bash-completion/completions/treemend && \
	$(PROGRAM) --generate-completion-script zsh >zsh/site-functions/_treemend && \
	$(PROGRAM) --generate-completion-script fish >fish/vendor_completions.d/treemend.fish

clean:
	swift package clean

# Asks for root's rights only if something is missing and we do not have them.
PACKAGES = $(LIBRARIES)
packages:
	@missing=$$(for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q ' installed$$' \
	  || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	  if [ $$(id -u) -eq 0 ]; then as_root=; else as_root=sudo; fi; \
	  $$as_root apt-get update && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y --no-install-recommends $$missing; \
	fi
