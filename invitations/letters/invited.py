"""What is known of who is invited where: audiences with their roles and chairs."""

from __future__ import annotations

from dataclasses import dataclass, field

from invitations.letters.passages import Found, Passage, Span


@dataclass(frozen=True)
class Role:
    """One line of who is invited."""

    text: str
    chairs: bool
    open_ended: bool
    span: Span


@dataclass(frozen=True)
class Chair:
    """A person who chairs a point."""

    name: str | None
    post: str | None
    point: str | None
    span: Span
    rank: str | None = None
    """Of learning or of the forces, before the name: "Đại tá"."""


@dataclass
class Audience:
    """A heading with the people under it, at one bridge point."""

    heading: Found[str]
    tier: str = "other"
    tier_is_sure: bool = True
    venue: Found[str] | None = None
    point: Found[str] | None = None
    note: Found[str] | None = None
    roles: list[Role] = field(default_factory=list)
    chairs: list[Chair] = field(default_factory=list)


@dataclass
class Invited:
    """What the blocks about people and places say."""

    audiences: list[Audience] = field(default_factory=list)
    requests: list[Passage] = field(default_factory=list)
    """Paragraphs among the people that ask somebody to do something."""
    unplaced: list[Passage] = field(default_factory=list)
    """Places that belong to no point for certain."""
    read: list[Span] = field(default_factory=list)
