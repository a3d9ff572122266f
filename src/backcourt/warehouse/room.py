"""Whether this process may write all of a warehouse file: one that may write only a part of it can ruin it.

The engine writes blocks over that are in use. A limit on the size of files (`ulimit -f`) that falls into such a block
leaves half of it written; where the file merely cannot grow, as on a full disk, what is committed stays whole.
"""

from __future__ import annotations

import resource
from pathlib import Path

from backcourt.errors import WarehouseError


def refuse_too_small_a_limit(path: Path) -> None:
    """Raise WarehouseError when the file is larger than this process may write files."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit == resource.RLIM_INFINITY or not path.is_file():
        return
    size = path.stat().st_size
    if size > limit:
        raise WarehouseError(
            f"The warehouse {path} has {size:,} bytes, and this process may write files of {limit:,} at most.",
            "Raise the limit on the size of files (ulimit -f). Nothing was written.",
        )
