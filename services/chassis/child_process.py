"""Reads what comes from anywhere in a child process, which its limits or we may end.

A thread cannot be ended, and the libraries for office files have no limits of their own.
"""

from __future__ import annotations

import asyncio
import resource
import sys

_SECONDS = 60.0


class ChildFailed(Exception):
    """The child was ended, or ended with something else than 0."""


def limit_resources(memory: int, processor_seconds: int) -> None:
    """Of this process, which is the child: bytes of memory, and seconds of processor time."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))


async def run_child(module: str, *arguments: str, data: bytes, seconds: float = _SECONDS) -> bytes:
    """What `python -m module arguments` writes when it gets the data. Raises ChildFailed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await child.communicate(data)
    except TimeoutError as error:
        raise ChildFailed from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise ChildFailed
    return output
