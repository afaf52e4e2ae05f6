"""Where files are kept, as ``STORAGE_URL`` says: a folder of all processes, or a service that speaks S3.

Nothing of it is ever reached but through the portal: no address of a file leaves it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

OPTIONS = frozenset({"region", "tls", "addressing", "encryption"})
"""What may follow the question mark of an ``s3://`` address."""


class Kept(NamedTuple):
    """The folder of this machine, and the entry of ``STORAGES``.

    With a service the folder is where files are made and looked through before they go there.
    """

    folder: Path
    backend: dict[str, Any]


def storage_of(url: str, var: Path) -> Kept:
    """Return where files are kept; without ``url`` a folder in ``var``.

    ``file:///srv/files`` or ``s3://KEY:SECRET@host[:port]/bucket[/prefix]?region=…``, the parts of which
    are percent-encoded. Options: ``tls=0`` for a service of one's own network without TLS,
    ``addressing=virtual`` where the bucket is part of the host's name, ``encryption=AES256``. Raises
    ``ImproperlyConfigured`` and never repeats the secret.
    """
    parts = urlsplit(url)
    if not url or (parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")):
        folder = Path(unquote(parts.path)) if url else var / "files"
        return Kept(folder, {"BACKEND": "django.core.files.storage.FileSystemStorage"})
    if parts.scheme == "s3":
        options = {"BACKEND": "conference_portal.storage.s3.PrivateStorage", "OPTIONS": _service(parts)}
        return Kept(var / "work", options)
    raise ImproperlyConfigured("STORAGE_URL is neither file:///folder nor s3://KEY:SECRET@host/bucket")


def _service(parts: SplitResult) -> dict[str, Any]:
    bucket, _, prefix = unquote(parts.path).strip("/").partition("/")
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not (parts.hostname and parts.username and parts.password and bucket):
        raise ImproperlyConfigured("STORAGE_URL: s3://KEY:SECRET@host/bucket, each of the four")
    if unknown := asked.keys() - OPTIONS:
        raise ImproperlyConfigured(f"STORAGE_URL: unknown option {', '.join(sorted(unknown))}")
    scheme = "http" if asked.get("tls") == "0" else "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    encryption = asked.get("encryption")
    return {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "bucket_name": bucket,
        "location": prefix,
        "endpoint_url": f"{scheme}://{host}{port}",
        "region_name": asked.get("region", "us-east-1"),
        "addressing_style": asked.get("addressing", "path"),
        "object_parameters": {"ServerSideEncryption": encryption} if encryption else {},
    }
