"""Addresses of registrations."""

from django.urls import path

from registrations.views import (
    attendance,
    attending,
    calendars,
    commune_attending,
    commune_line,
    commune_public,
    commune_sheet,
    communes,
    copying,
    declining,
    document,
    doubles,
    extending,
    office,
    rosters,
    rows,
    scans,
    submission,
    telling,
    unit,
    versions,
)

REGISTRATION = "hoi-nghi/<slug:slug>/dang-ky/<slug:unit>/"
SUBMISSION = REGISTRATION + "bien-nhan/<int:number>/"
ATTENDANCE = "hoi-nghi/<slug:slug>/diem-danh/"
AT_A_SESSION = ATTENDANCE + "<int:session>/<slug:unit>/"
ROSTERS = REGISTRATION + "danh-sach/"
COMMUNES = REGISTRATION + "cap-xa/"

urlpatterns = [
    path("hoi-nghi/<slug:slug>/lich.ics", calendars.meeting_calendar, name="meeting_calendar"),
    path("lich/<str:token>.ics", calendars.calendar_feed, name="calendar_feed"),
    path("viec-can-lam/", unit.todo, name="todo"),
    path("dang-ky/", unit.registration_own, name="registration_own_latest"),
    path("hoi-nghi/<slug:slug>/dang-ky/", unit.registration_own, name="registration_own"),
    path(REGISTRATION, unit.registration, name="registration"),
    path(REGISTRATION + "so-luong/<int:role>/", rows.headcount, name="registration_headcount"),
    path(REGISTRATION + "diem-cau/", rows.own_point, name="registration_point"),
    path(REGISTRATION + "xa/<slug:commune>/", rows.commune, name="registration_commune"),
    path(
        REGISTRATION + "xa/<slug:commune>/ket-noi/",
        rows.commune_connects,
        name="registration_commune_connects",
    ),
    path(COMMUNES, communes.links, name="registration_communes"),
    path(COMMUNES + "tao/", communes.make_links, name="registration_commune_links_make"),
    path(COMMUNES + "ket-noi/", communes.connect_all, name="registration_communes_connect"),
    path(COMMUNES + "excel/", commune_sheet.sheet, name="registration_commune_sheet"),
    path(COMMUNES + "excel/tep/", commune_sheet.workbook, name="registration_commune_sheet_file"),
    path(COMMUNES + "excel/ghi/", commune_sheet.take, name="registration_commune_sheet_take"),
    path(COMMUNES + "ma-qr/", communes.slips, name="registration_commune_slips"),
    path(COMMUNES + "duong-dan/<int:pk>/", communes.link, name="registration_commune_link"),
    path(
        COMMUNES + "duong-dan/<int:pk>/thu-hoi/",
        communes.revoke_link,
        name="registration_commune_link_revoke",
    ),
    path(COMMUNES + "tra-loi/", communes.answers, name="registration_commune_answers"),
    path(COMMUNES + "tra-loi/<int:pk>/", communes.answer, name="registration_commune_answer"),
    path("xa/<str:token>/", commune_public.commune_link, name="commune_link"),
    path("xa/<str:token>/san-sang/", commune_line.commune_link_ready, name="commune_link_ready"),
    path("xa/<str:token>/su-co/", commune_line.commune_link_incident, name="commune_link_incident"),
    path(
        "xa/<str:token>/diem-danh/<int:session>/",
        commune_attending.commune_link_attendance,
        name="commune_link_attendance",
    ),
    path(
        "xa/<str:token>/diem-danh/<int:session>/gui/",
        commune_attending.commune_link_attendance_sync,
        name="commune_link_attendance_sync",
    ),
    path(
        "xa/<str:token>/diem-danh/<int:session>/doc-ma/",
        commune_attending.commune_link_read_code,
        name="commune_link_read_code",
    ),
    path("diem-danh.js", attending.worker, name="attendance_worker"),
    path("diem-danh/", attendance.attendance_latest, name="attendance_latest"),
    path(ATTENDANCE, attendance.attendance, name="attendance"),
    path(ATTENDANCE + "<int:session>/", attendance.attendance_session, name="attendance_session"),
    path(AT_A_SESSION, attending.point_page, name="attendance_point"),
    path(AT_A_SESSION + "the.pdf", attending.cards_file, name="attendance_cards"),
    path(AT_A_SESSION + "gui/", attending.sync, name="attendance_sync"),
    path(AT_A_SESSION + "doc-ma/", attending.read_code, name="attendance_read_code"),
    path(REGISTRATION + "dai-bieu/", rows.delegates, name="registration_delegates"),
    path(REGISTRATION + "dai-bieu/<int:pk>/", rows.delegate, name="registration_delegate"),
    path(REGISTRATION + "dai-bieu/<int:pk>/xoa/", rows.delegate_remove, name="registration_delegate_remove"),
    path(REGISTRATION + "lay-tu-truoc/", copying.sources, name="registration_copy"),
    path(REGISTRATION + "lay-tu-truoc/<slug:source>/", copying.preview, name="registration_copy_from"),
    path(REGISTRATION + "hoan-tac/<int:pk>/", rows.put_back, name="registration_put_back"),
    path(REGISTRATION + "can-xem/", unit.registration_notices, name="registration_notices"),
    path(REGISTRATION + "dang-mo/", unit.registration_others, name="registration_others"),
    path(ROSTERS, rosters.lists, name="registration_rosters"),
    path(ROSTERS + "mau/", rosters.template, name="registration_roster_template"),
    path(ROSTERS + "<uuid:key>/", rosters.one, name="registration_roster"),
    path(ROSTERS + "<uuid:key>/doc-lai/", rosters.read_again, name="registration_roster_read"),
    path(ROSTERS + "<uuid:key>/nhan/", rosters.take, name="registration_roster_take"),
    path(ROSTERS + "<uuid:key>/tep-can-sua/", rosters.marked, name="registration_roster_marked"),
    path(REGISTRATION + "khong-tham-du/", declining.decline, name="registration_decline"),
    path(REGISTRATION + "gui/", submission.submit, name="registration_submit"),
    path(SUBMISSION, submission.receipt, name="receipt"),
    path(SUBMISSION + "ban-ky/", scans.attach, name="receipt_scans"),
    path(SUBMISSION + "ban-ky/<uuid:key>/", scans.download, name="receipt_scan"),
    path(SUBMISSION + "ban-ky/<uuid:key>/xoa/", scans.remove, name="receipt_scan_remove"),
    *(
        path(
            SUBMISSION + f"van-ban.{form}",
            document.of_submission,
            {"form": form},
            name=f"receipt_{form}",
        )
        for form in document.MAKERS
    ),
    *(
        path(
            REGISTRATION + f"ban-nhap.{form}",
            document.of_draft,
            {"form": form},
            name=f"registration_{form}",
        )
        for form in document.MAKERS
    ),
    path(REGISTRATION + "so-sanh/", versions.compare, name="registration_compare"),
    path("hoi-nghi/<slug:slug>/thay-doi/", versions.changes, name="board_changes"),
    path(REGISTRATION + "gia-han/", office.extend, name="registration_extend"),
    path(REGISTRATION + "xin-gia-han/", extending.ask, name="registration_ask_extension"),
    path("hoi-nghi/<slug:slug>/nguoi-trung/", doubles.doubles, name="doubles"),
    path("hoi-nghi/<slug:slug>/nguoi-trung/<int:first>/<int:second>/", doubles.decide, name="doubles_decide"),
    path("hoi-nghi/<slug:slug>/gia-han/", extending.requests, name="extension_requests"),
    path("hoi-nghi/<slug:slug>/bao-cao/don-vi/<slug:unit>/", telling.telling, name="result_telling"),
    path(REGISTRATION + "tra-lai/", office.send_back, name="registration_return"),
]
