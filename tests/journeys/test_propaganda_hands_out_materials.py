"""Journey: a film goes up piece by piece over a bad line; a unit opens it; propaganda sees that it did."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import Route, expect

from invitations.models import Material
from tests.invitations.test_material_files import box, mp4


@pytest.mark.django_db(transaction=True)
def test_a_film_survives_a_bad_line_and_is_opened(
    open_page, sign_in, reads_well, meeting, nguyet, an, tmp_path
):
    film = tmp_path / "Phóng sự.mp4"
    film.write_bytes(mp4(box(b"moov", b"x" * 500), box(b"mdat", bytes(range(256)) * 14_000)))
    page, base = open_page(expect_errors=True), f"/hoi-nghi/{meeting.slug}/tai-lieu/"
    sign_in(page, nguyet)
    page.goto(base + "them/")
    reads_well(page)
    sent: list[str] = []

    def bad_line(route: Route) -> None:
        """The second piece never arrives; the third arrives and its answer is lost."""
        sent.append(route.request.url)
        if len(sent) == 2:
            route.abort("connectionreset")
        elif len(sent) == 4:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile("/tai-len/[0-9a-f-]{36}/$"), bad_line)
    page.set_input_files("input[type=file]", film)
    page.get_by_label("Tên tài liệu").fill("Phóng sự chuẩn bị hội nghị")
    page.get_by_role("button", name="Công bố").click()
    page.wait_for_url(f"**{base}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 trên 3 đơn vị chưa mở đủ")
    assert len(sent) == 5
    material = Material.objects.get()
    assert material.sha256 == hashlib.sha256(film.read_bytes()).hexdigest()

    unit = open_page()
    sign_in(unit, an)
    unit.goto(base)
    reads_well(unit)
    with unit.expect_download() as waiting:
        unit.get_by_role("link", name="Tải về").click()
    assert waiting.value.path().read_bytes() == film.read_bytes()
    assert waiting.value.suggested_filename == "Phóng sự.mp4"
    page.goto(base + "da-mo/")
    expect(page.locator("table")).to_contain_text(an.full_name)
    reads_well(page)
