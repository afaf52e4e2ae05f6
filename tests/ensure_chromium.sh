#!/usr/bin/env bash
# Makes sure that a Chromium is there for the browser tests, and Vietnamese letters to draw with.
# Installs Debian's where it may; otherwise says how. Never skips in silence.
set -euo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done

install=(apt-get install -y -qq --no-install-recommends chromium fonts-noto-core)
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi

if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Chưa có Chromium: đang cài từ kho của Debian (chromium, fonts-noto-core)…"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if "${as_root[@]}" apt-get update -qq >"$log" 2>&1 && "${as_root[@]}" "${install[@]}" >>"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 20 "$log" >&2
fi

cat >&2 <<'MESSAGE'
Không tìm thấy Chromium và không tự cài được.
Kiểm thử giao diện cần một trình duyệt thật. Hãy cài rồi chạy lại `make test`:
    sudo apt-get install chromium fonts-noto-core
hoặc cài Google Chrome để có lệnh `google-chrome`.
MESSAGE
exit 1
