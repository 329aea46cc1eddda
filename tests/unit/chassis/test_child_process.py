from __future__ import annotations

import pytest

from services.chassis.child_process import ChildFailed, run_child


async def test_a_child_gets_the_data_and_its_output_comes_back() -> None:
    assert await run_child("base64", "-e", data=b"data") == b"ZGF0YQ==\n"


async def test_a_child_that_fails_or_takes_too_long_is_ended() -> None:
    with pytest.raises(ChildFailed):
        await run_child("base64", "--unknown", data=b"")
    with pytest.raises(ChildFailed):
        await run_child("timeit", "-n", "1", "import time; time.sleep(600)", data=b"", seconds=0.01)
