"""Addresses of meetings and letters."""

from django.urls import path

from invitations.views import (
    arriving,
    assignments,
    calendars,
    calling,
    closing,
    contact,
    editor,
    issuing,
    letter,
    materials,
    papers,
    reading,
    templates,
    work,
)

MEETING = "hoi-nghi/<slug:slug>/"
LETTERS = "hoi-nghi/doc-giay-moi/"
TEMPLATES = "hoi-nghi/mau-giay-moi/"
PAPERS = MEETING + "van-ban/"
WORD, PDF = {"ending": "docx"}, {"ending": "pdf"}
MATERIALS = MEETING + "tai-lieu/"

urlpatterns = [
    path("hoi-nghi/", letter.meetings, name="meetings"),
    path("hoi-nghi/moi/", editor.create, name="meeting_create"),
    path(LETTERS, reading.letters, name="meeting_letters"),
    path(LETTERS + "<uuid:key>/", reading.one, name="meeting_letter"),
    path(LETTERS + "<uuid:key>/tao/", reading.make, name="meeting_letter_make"),
    path(LETTERS + "<uuid:key>/tep-goc/", reading.original, name="meeting_letter_original"),
    path(LETTERS + "<uuid:key>/xoa/", reading.delete, name="meeting_letter_delete"),
    path(LETTERS + "<uuid:key>/<slug:group>/", reading.group, name="meeting_letter_group"),
    path(TEMPLATES, templates.templates, name="meeting_letter_templates"),
    path(TEMPLATES + "<slug:word>/", templates.template, name="meeting_letter_template"),
    path(TEMPLATES + "<slug:word>/thu/", templates.try_out, name="meeting_letter_template_try"),
    path(TEMPLATES + "<slug:word>/bo/", templates.withdraw, name="meeting_letter_template_withdraw"),
    path(MEETING, letter.meeting, name="meeting"),
    path(PAPERS + "giay-moi.docx", papers.whole, WORD, name="meeting_paper_docx"),
    path(PAPERS + "giay-moi.pdf", papers.whole, PDF, name="meeting_paper_pdf"),
    path(PAPERS + "don-vi/<slug:unit>.docx", papers.of_unit, WORD, name="meeting_unit_paper_docx"),
    path(PAPERS + "don-vi/<slug:unit>.pdf", papers.of_unit, PDF, name="meeting_unit_paper_pdf"),
    path(MEETING + "xac-nhan/", letter.confirm, name="meeting_confirm"),
    path(MEETING + "dau-moi/", contact.contact, name="meeting_contact"),
    path(MEETING + "sua/", editor.edit, name="meeting_edit"),
    path(MEETING + "sua/<slug:part>/moi/", editor.part_add, name="meeting_part_add"),
    path(MEETING + "sua/<slug:part>/<int:pk>/", editor.part, name="meeting_part"),
    path(MEETING + "sua/<slug:part>/<int:pk>/xoa/", editor.part_delete, name="meeting_part_delete"),
    path(MEETING + "sua/<slug:part>/<int:pk>/chuyen/", editor.part_move, name="meeting_part_move"),
    path(MEETING + "don-vi-moi/<int:pk>/", calling.units, name="meeting_units"),
    path(MEETING + "cong-bo/", calling.publish, name="meeting_publish"),
    path(MEETING + "doi-han/", calling.deadline, name="meeting_deadline"),
    path("tai-khoan/lich/", calendars.calendar, name="calendar"),
    path("tai-khoan/lich/tao/", calendars.calendar_make, name="calendar_make"),
    path("tai-khoan/lich/thu-hoi/", calendars.calendar_revoke, name="calendar_revoke"),
    path(MEETING + "ban-moi/", issuing.issue, name="meeting_issue"),
    path(MEETING + "hoan/", issuing.postpone, name="meeting_postpone"),
    path(MEETING + "huy/", issuing.cancel, name="meeting_cancel"),
    path(MEETING + "dong/", closing.close, name="meeting_close"),
    path(MEETING + "mo-lai/", closing.reopen, name="meeting_reopen"),
    path("tai-lieu/", materials.materials_latest, name="materials_latest"),
    path(MATERIALS, materials.overview, name="materials"),
    path(MATERIALS + "them/", materials.add, name="material_add"),
    path(MATERIALS + "da-mo/", materials.openings, name="material_openings"),
    path(MATERIALS + "tai-len/", arriving.begin, name="material_arriving"),
    path(MATERIALS + "tai-len/<uuid:key>/", arriving.piece, name="material_piece"),
    path(MATERIALS + "<uuid:key>/", materials.file, name="material"),
    path(MATERIALS + "<uuid:key>/sua/", materials.edit, name="material_edit"),
    path(MATERIALS + "<uuid:key>/chuyen/", materials.move, name="material_move"),
    path(MATERIALS + "<uuid:key>/thu-hoi/", materials.withdraw, name="material_withdraw"),
    path("viec-duoc-giao/", assignments.own_assignments, name="own_assignments"),
    path("viec-duoc-giao/<int:pk>/", assignments.assignment_mark, name="assignment_mark"),
    path("viec-duoc-giao/<int:pk>/bao-cao/", work.report, name="assignment_report"),
    path("viec-duoc-giao/<int:pk>/tep/<uuid:key>/", work.file, name="assignment_file"),
    path("viec-duoc-giao/<int:pk>/tep/<uuid:key>/xoa/", work.file_remove, name="assignment_file_remove"),
    path(MEETING + "viec/", work.ready, name="assignment_readiness"),
]
