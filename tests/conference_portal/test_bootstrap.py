"""The stylesheet in the package is the one that the Bootstrap project published."""

import hashlib
from base64 import b64encode
from pathlib import Path

from django.contrib.staticfiles import finders

PUBLISHED = "sha384-sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
"""The integrity attribute in Bootstrap's own guide, version 5.3.8."""


def test_bootstrap_is_the_published_file() -> None:
    found = finders.find("css/bootstrap.min.css")
    assert isinstance(found, str)
    digest = hashlib.sha384(Path(found).read_bytes()).digest()
    assert f"sha384-{b64encode(digest).decode()}" == PUBLISHED
