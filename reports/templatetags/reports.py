"""What only the pages of the reports draw."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

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
