"""A call that came from another machine: read from a folder, run, and answered there.

A worker of a cluster runs ``python -m companion.errand FOLDER``. Standard input is the lifeline of
the process: when the worker ends, it closes, and the call and its kernels end too.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from companion import kernel
from companion.errors import CompanionError


def pack(content: Any) -> bytes:
    """Return `content` for the way from one machine to another.

    >>> unpack(pack({"seed": 1}))
    {'seed': 1}
    """
    return zlib.compress(pickle.dumps(content))


def unpack(packed: bytes) -> Any:
    """Return what was packed."""
    return pickle.loads(zlib.decompress(packed))


def run(folder: Path) -> None:
    """Answer the call in `folder`; a failure that a reader can mend is an answer too."""
    function, arguments = unpack((folder / "call").read_bytes())
    (folder / "answer").write_bytes(pack(_outcome(function, arguments)))


def _outcome(function: Callable, arguments: tuple) -> Any:
    try:
        return function(*arguments)
    except CompanionError as failure:
        return failure


def _end_with_worker() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written: it returns when the worker is gone
    kernel.kill_all()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_worker, daemon=True).start()
    run(Path(sys.argv[1]))
