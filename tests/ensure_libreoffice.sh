#!/usr/bin/env bash
# Makes sure that a LibreOffice is there for `make paper`. Installs Debian's where it may; otherwise says how.
set -euo pipefail

if command -v soffice >/dev/null; then exit 0; fi

packages=(libreoffice-calc-nogui libreoffice-writer-nogui fonts-liberation)
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi

if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Chưa có LibreOffice: đang cài từ kho của Debian (${packages[*]})…"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if "${as_root[@]}" apt-get update -qq >"$log" 2>&1 &&
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >>"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 20 "$log" >&2
fi

cat >&2 <<'MESSAGE'
Không tìm thấy LibreOffice và không tự cài được.
`make paper` in mọi tệp của cổng bằng LibreOffice. Hãy cài rồi chạy lại:
    sudo apt-get install libreoffice-calc-nogui libreoffice-writer-nogui fonts-liberation
MESSAGE
exit 1
