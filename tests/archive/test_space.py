"""Space: how much room there is, and whether the floor stays free."""

from __future__ import annotations

import shutil

import msgspec

from bowerbird.archive.space import enough, free_bytes


def test_free_bytes_are_those_of_the_disk(tmp_path):
    """The figure is that of the file system, give or take what others write meanwhile."""
    assert abs(free_bytes(tmp_path) - shutil.disk_usage(tmp_path).free) < 1 << 30


def test_a_folder_that_is_not_there_yet_has_the_room_of_its_disk(tmp_path):
    """Before the first capture the archive folder may be missing."""
    assert free_bytes(tmp_path / "not" / "yet") > 0


def test_the_floor_stays_free(settings):
    """What would leave less than the floor is too much; without a floor the whole disk may be used."""
    free = free_bytes(settings.archive)
    no_floor = msgspec.structs.replace(settings, disk_floor_mb=0)
    assert enough(no_floor, free // 2)
    assert not enough(no_floor, free * 2)
    assert not enough(msgspec.structs.replace(settings, disk_floor_mb=free // 2**20 + 1000), 0)
