#!/bin/sh
# Builds the PIN window of the agent on Windows: build-pin-dialog.sh [OUT]. Needs gcc-mingw-w64-x86-64 (Debian).
set -eu
here=$(dirname "$0")
out=${1:-$here/../../dist/agent/pin-dialog.exe}
mkdir -p "$(dirname "$out")"
x86_64-w64-mingw32-gcc -std=c11 -O2 -Wall -Wextra -Werror -finput-charset=UTF-8 -s -static -mwindows \
  -o "$out" "$here/pin-dialog.c" -lgdi32
