"""Every sound file of the corpus gives the right people; ``test_roster_services`` has the bad ones too."""

import pytest

from registrations.roster import reader
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.roster import texts
from tests.registrations.roster.corpus import CASES, Case

SOUND = [one for one in CASES if not one.refusal]


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 60
    assert len({one.name for one in CASES}) == len(CASES)


@pytest.mark.parametrize("one", SOUND, ids=lambda one: one.name)
def test_a_list_is_understood(one: Case) -> None:
    roster = reader.read_roster(one.data(), one.file)
    assert [row.person.full_name for row in roster.accepted] == one.names
    assert {row.row for row in roster.refused} == set(one.refused), roster.refused
    first = roster.accepted[0]
    assert {name: getattr(first.person, name) for name in one.first} == one.first
    assert one.changes in "; ".join(texts(first.changes))
    for refused in roster.refused:
        said = texts(refused.reasons)
        assert len(said) == len(one.refused[refused.row])
        for words, reason in zip(one.refused[refused.row], said, strict=True):
            assert words in reason
    assert {row.row for row in roster.to_look_at} >= set(one.looks)
    for row in roster.to_look_at:
        assert one.looks.get(row.row, "") in " ".join(texts(row.looks))
    if one.skipped is not None:
        assert [row.row for row in roster.skipped] == one.skipped
    assert roster.fields.items() >= one.columns.items()
    assert one.note in " ".join(roster.notes)


@pytest.mark.parametrize("stamp", ["MẬT", "Độ mật: Tối mật", "TUYỆT MẬT."])
def test_a_list_under_a_stamp_of_secrecy_is_refused(stamp: str) -> None:
    with pytest.raises(UnreadableRosterError, match="văn thư mật"):
        reader.read_roster_text(f"{stamp}\n\nHọ và tên\tChức vụ\nTrần Văn An\tBí thư")


def test_a_person_whose_name_is_that_word_is_none() -> None:
    roster = reader.read_roster_text("Họ\tTên\tChức vụ\nTrần Văn\tMật\tBí thư\nLê Thị\tAn\tChủ tịch")
    assert [row.person.full_name for row in roster.accepted] == ["Trần Văn Mật", "Lê Thị An"]
