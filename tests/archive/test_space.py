"""Space: how much room there is."""

from __future__ import annotations

import shutil

from bowerbird.archive.space import free_bytes


def test_free_bytes_are_those_of_the_disk(tmp_path):
    """The figure is that of the file system, give or take what others write meanwhile."""
    assert abs(free_bytes(tmp_path) - shutil.disk_usage(tmp_path).free) < 1 << 30


def test_a_folder_that_is_not_there_yet_has_the_room_of_its_disk(tmp_path):
    """Before the first capture the archive folder may be missing."""
    assert free_bytes(tmp_path / "not" / "yet") > 0
