"""Signed reports."""

from __future__ import annotations

from datetime import date

import factory
from factory.django import DjangoModelFactory

from registrations.snapshot import digest
from reports.models import ResultVersion
from reports.result_templates import EXAMPLE
from tests.factories.accounts import UserFactory
from tests.factories.invitations import MeetingFactory


class ResultVersionFactory(DjangoModelFactory[ResultVersion]):
    """A signed report with the numbers of the template's example."""

    class Meta:
        model = ResultVersion

    meeting = factory.SubFactory(MeetingFactory, published=True)
    version = 1
    number = "128-BC/TU"
    dated_on = date(2026, 12, 6)
    sign_name = "Trần Minh Quân"
    content = EXAMPLE
    sha256 = digest(EXAMPLE)
    signed_by = factory.SubFactory(UserFactory)
