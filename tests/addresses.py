"""Addresses of servers, changed a little."""

from urllib.parse import urlsplit, urlunsplit


def with_database(url: str, name: str) -> str:
    """The same server, another database: the last part of the address's path."""
    parts = urlsplit(url)
    server = parts.path.rpartition("/")[0]
    # urlunsplit would lose the empty host of postgres://user@//socket/directory/name
    return urlunsplit(parts._replace(path=f"{server}/{name}"))
