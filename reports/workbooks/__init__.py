"""Lists of a meeting as workbooks in the official form.

What is exported are the live rows of all registrations: each row can be found again on its unit's page,
and at the deadline the drafts freeze, so that from then on the rows are what stands. A reader must still
know which of them were submitted: the sheet "Số lượng" gives the state of every unit ("Đã gửi lần 2",
"Đã gửi, có sửa chưa gửi lại", "Chưa gửi"), and the head of each sheet counts the units that have sent.
The official list and its supplements (``frozen``) are made of what was frozen at the deadline instead.
All sheets are read from one picture of the database, and every total is a value that agrees with its rows.
"""

from reports.workbooks.books import BOOKS, Asked, Contents, Progress, write_book, write_delegates
from reports.workbooks.drawing import HEAD_ROW

__all__ = ["BOOKS", "HEAD_ROW", "Asked", "Contents", "Progress", "write_book", "write_delegates"]
