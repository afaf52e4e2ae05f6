"""How a letter runs its lines together: what was typed as a line of its own, inside a sentence."""

from django import template

from invitations.letters.paper import of_point, running, unclosed

register = template.Library()

register.filter("unclosed", unclosed)
register.filter("running", running)
register.filter("of_point", of_point)
