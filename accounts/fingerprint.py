"""A short name for all that a part of a page shows: while it stays, the part is not drawn again."""

import hashlib


def fingerprint(*shown: object) -> str:
    """Sixteen letters that differ as soon as anything of ``shown`` does.

    Everything that the part shows must be in ``shown`` with a ``repr`` of its own: values, tuples and
    lists of values. Used as the key of ``{% cache %}`` and by refreshes that touch only what changed.
    """
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
