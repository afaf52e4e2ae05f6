"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")

application = get_wsgi_application()

# Every page is loaded before the fork: nobody waits for it, and it is in memory once.
get_resolver().url_patterns  # noqa: B018
