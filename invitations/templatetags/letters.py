"""How a letter runs its lines together: what was typed as a line of its own, inside a sentence."""

from django import template

register = template.Library()


@register.filter
def unclosed(text: str) -> str:
    """Leave out what closes a line, so that the letter closes it: "Lưu Văn phòng." → "Lưu Văn phòng"."""
    return text.rstrip(" .,;:")


@register.filter
def running(text: str) -> str:
    """Begin small after the name that stands before: "Chuẩn bị hội trường" → "chuẩn bị hội trường"."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


@register.filter
def of_point(text: str) -> str:
    """Say "điểm cầu" once, whether it was typed or not: "Thành ủy Hà Tĩnh" → "điểm cầu Thành ủy Hà Tĩnh"."""
    return text[:1].lower() + text[1:] if text.lower().startswith("điểm cầu") else f"điểm cầu {text}"
