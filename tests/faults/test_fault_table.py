"""The table in the documents tells of each fault that is tested, and of no other."""

from tests.faults.fault_table import declared_faults, written_faults


def test_each_fault_that_is_tested_has_its_row_in_the_table_and_no_other() -> None:
    assert written_faults() == declared_faults()
