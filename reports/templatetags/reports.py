"""What only the pages of the reports draw."""

from collections import Counter
from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.templatetags.portal import CELLS
from bridge_points.models import PointState
from reports.counts import Commune

register = template.Library()


@register.simple_tag
def cells(communes: Iterable[Commune]) -> SafeString:
    """Draw a row of point cells, each as ``{% cell %}`` of the portal's tags draws one.

    A board has hundreds: drawn one by one by a loop in the template they were a third of the page's time.
    """
    return format_html_join(
        "",
        '<li><svg class="cell cell-{0}" role="img"><title>{1}</title><use href="#c-{0}"/></svg></li>',
        ((commune.state.value, commune.title) for commune in communes),
    )


@register.simple_tag
def cell_bar(cells: Counter[PointState]) -> SafeString:
    """Draw how many cells have which filling, as one bar; read aloud it is a sentence."""
    whole = max(cells.total(), 1)
    filled = [(state, cells[state]) for state in reversed(PointState) if cells[state]]
    begins, parts = 0, []
    for state, number in filled:
        parts.append((state.value, f"{begins / whole:.2%}", f"{number / whole:.2%}"))
        begins += number
    return format_html(
        '<svg class="cellbar" role="img"><title>{}</title>{}</svg>',
        ", ".join(f"{number} {CELLS[state]}" for state, number in filled),
        format_html_join("", '<rect class="cb-{}" x="{}" width="{}" height="12"/>', parts),
    )
