# Sourced by the scripts beside it: finds Python, makes .venv, and installs what the lock names when the lock
# has changed. `prepare base` is enough to run the platform; `prepare dev` to test it.

# What runs here speaks over loopback, which no proxy of the machine's must carry.
export no_proxy="${no_proxy:+$no_proxy,}127.0.0.1,localhost" NO_PROXY="${NO_PROXY:+$NO_PROXY,}127.0.0.1,localhost"

oldest_minor=11
needed_mb=2500

fail() {
    echo "$1" >&2
    exit 1
}

# The newest Python that is new enough, on standard output.
find_python() {
    local name found=""
    for name in ${TIFFIN_PYTHON:-} python3.14 python3.13 python3.12 python3.11 python3 python; do
        command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c "import sys; sys.exit(sys.version_info < (3, $oldest_minor))" 2>/dev/null; then
            echo "$name"
            return
        fi
        found="$found $("$name" -V 2>&1 | tr -d '\n')"
    done
    fail "Tiffin needs Python 3.$oldest_minor or newer, but there is only:${found:- none}; install one, or name it in TIFFIN_PYTHON."
}

make_venv() {
    local python
    python=$(find_python)
    [ -x .venv/bin/python ] && .venv/bin/python -c "import sys; sys.exit(sys.version_info < (3, $oldest_minor))" \
        2>/dev/null && return
    local free
    free=$(df -Pm . | awk 'NR == 2 {print $4}')
    [ "$free" -ge "$needed_mb" ] || fail "Only $free MB are free here; the first start needs $needed_mb MB."
    echo "Making .venv with $("$python" -V)"
    "$python" -m venv --clear .venv >.venv.log 2>&1 || {
        rm -rf .venv
        fail "$python cannot make a virtual environment; install its venv package (on Debian: apt-get install python3-venv). See .venv.log."
    }
    rm -f .venv.log
}

# The stamp names what is installed: the lock's content, and the packaging of the work tree itself.
stamp_of() {
    { cat "requirements/$1.txt" && sed "/^\[tool.ruff\]/,\$d" pyproject.toml; } | cksum
}

install() {
    local log=.venv/install.log pip
    pip=".venv/bin/python -m pip --disable-pip-version-check --no-input"
    echo "Installing requirements/$1.txt (a few minutes the first time; later starts need no network)"
    # shellcheck disable=SC2086
    $pip install --quiet --require-hashes -r "requirements/$1.txt" >"$log" 2>&1 ||
        fail "The packages of requirements/$1.txt could not be installed ($(grep -m1 '^ERROR' "$log" || tail -n 1 "$log")); the first start needs a network. See $log."
    # shellcheck disable=SC2086
    $pip install --quiet --no-deps --no-build-isolation -e . >>"$log" 2>&1 ||
        fail "The work tree could not be installed ($(tail -n 1 "$log")). See $log."
}

prepare() {
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    make_venv
    local stamp=".venv/installed-$1"
    if [ "$(cat "$stamp" 2>/dev/null)" != "$(stamp_of "$1")" ]; then
        install "$1"
        stamp_of "$1" >"$stamp"
    fi
}
