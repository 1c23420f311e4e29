"""An archive that was there and is gone is missed, not made anew."""

from __future__ import annotations

import shutil

import pytest

from bowerbird.archive.places import make_place, open_place
from bowerbird.errors import RequestError
from bowerbird.settings import Settings, load_settings


@pytest.fixture
def fresh(tmp_path: object) -> Settings:
    """Settings of a machine without an archive."""
    return load_settings({"BOWERBIRD_HOME": f"{tmp_path}/home", "BOWERBIRD_ARCHIVE": f"{tmp_path}/archive"})


def test_first_use_makes_the_archive(fresh: Settings) -> None:
    """Whoever uses the command line first need not install anything."""
    open_place(fresh)
    assert fresh.database.is_file()


def test_lost_archive_is_not_replaced_by_an_empty_one(fresh: Settings) -> None:
    """Where an archive was, none is made but by `bowerbird install`: its disk may only not be connected."""
    open_place(fresh)
    shutil.rmtree(fresh.archive)
    with pytest.raises(RequestError) as refused:
        open_place(fresh)
    assert refused.value.code == "archive_unavailable"
    assert not fresh.archive.exists()
    make_place(fresh)
    open_place(fresh)
    assert fresh.database.is_file()


def test_each_place_is_remembered_by_itself(fresh: Settings, tmp_path: object) -> None:
    """A second archive folder is a first use of that folder."""
    open_place(fresh)
    other = load_settings({"BOWERBIRD_HOME": str(fresh.home), "BOWERBIRD_ARCHIVE": f"{tmp_path}/other"})
    open_place(other)
    open_place(fresh)
    assert other.database.is_file()
