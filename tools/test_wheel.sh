#!/bin/sh
# Builds the wheel, installs it with the locked packages into an empty environment outside this folder, and asks it a
# question there. PYTHON names the interpreter whose packages build it.
set -eu
python=$(realpath -s "${PYTHON:-.venv/bin/python}")
here=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
pip="$place/env/bin/python -m pip --disable-pip-version-check"

mkdir "$place/tree"
(cd "$here" && git ls-files -z rag pyproject.toml README.md LICENSE | xargs -0 tar cf -) | tar xf - -C "$place/tree"
"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$place/wheel" "$place/tree"
"$python" -m venv "$place/env"
locked="$pip install --quiet --require-hashes --no-deps"
$pip download --quiet --no-deps --dest "$place/torch" "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' "$here/requirements-torch.lock")"
$locked --no-index --find-links "$place/torch" --requirement "$here/requirements-torch.lock"
$locked --requirement "$here/requirements.lock"
if grep -q '^Requires-Dist: nvidia' "$place"/env/lib*/python*/site-packages/torch-*/METADATA; then
    $locked --requirement "$here/requirements-gpu.lock"
fi
$pip install --quiet --no-deps "$place"/wheel/footnote_rag-*.whl
$pip check

mkdir "$place/work" "$place/work/sources" "$place/home"
cd "$place/work"
echo "The port of Gwadar lies on the Arabian Sea." > sources/ports.md
unset PYTHONPATH
export HOME="$place/home"
rag="$place/env/bin/rag"
"$rag" build
"$rag" ask "Where does the port of Gwadar lie?" > answer.txt
cat answer.txt
grep -q "lies on the Arabian Sea. \[1\]" answer.txt
echo "The wheel answers outside of its clone."
