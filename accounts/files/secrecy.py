"""Secret papers stay out of the portal: files of every kind, by their names and by the stamps in them."""

from __future__ import annotations

import re

from accounts.vietnamese import folded, line

STAMP = re.compile(
    r"\s*(?:[Đđ]ộ mật\s*:\s*)?"
    r"(?:MẬT|MậT|TỐI MẬT|TUYỆT MẬT|Mật|Tối mật|Tuyệt mật|tối mật|tuyệt mật)\s*[.!]?\s*"
)
"""A paragraph or a cell that is nothing but the stamp."""

_MARKED = re.compile(r"\b(?:tối|tuyệt)\s+mật\b|(?<!bảo )(?<!bí )(?<!cơ )(?<!thân )(?<!cẩn )\bmật\b"
                     r"(?! (?:khẩu|thiết|mã|độ|vụ|ong|danh|thư|ngữ|mía|nghị))")  # fmt: skip
"""The three marks of the law on state secrets (29/2018/QH14, article 8), where no other word holds them."""

_MARKED_BARE = re.compile(
    r"\b(?:toi|tuyet) mat\b|\b(?:tai lieu|van ban|cong van|bao cao|ho so|do|dong dau) mat\b"
    r"|[(\[]mat[)\]]|^mat$"
)
"""The same as file names are typed without marks; "mat tran" and "vang mat" are no secrets."""


def secrecy(text: str) -> str | None:
    """Say why a file or title of this name is not taken: it is marked Mật, Tối mật or Tuyệt mật."""
    words = re.sub(r"[\s_.,;:+–—-]+", " ", line(text)).strip()
    plain = words.lower()
    bare = folded(words)
    found = _MARKED.search(plain) if plain != bare else _MARKED_BARE.search(re.sub(r" \w{2,4}$", "", bare))
    if found is None and plain == bare:
        found = _MARKED_BARE.search(bare)
    if found is None:
        return None
    return (
        f"“{text}” mang dấu mật. Cổng không nhận tài liệu Mật, Tối mật, Tuyệt mật: gửi theo đường văn thư "
        "mật. Nếu không phải tài liệu mật, đổi tên rồi chọn lại."
    )


def stamped(text: str) -> str | None:
    """Say why a file in which ``text`` stands by itself is not taken: it is a stamp of secrecy."""
    if not STAMP.fullmatch(text):
        return None
    return (
        f"Tệp có dấu “{text.strip()}”. Cổng không nhận tài liệu mật; tệp chưa được lưu lại. Gửi theo đường "
        "văn thư mật."
    )
