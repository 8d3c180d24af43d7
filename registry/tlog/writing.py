"""Adding entries to a log's folder: their bundles, and the tiles that they fill or begin."""

from __future__ import annotations

from collections.abc import Sequence

from registry.tlog.tiles import LogFolder, bundled, tile_path
from registry.tlog.tree import WIDTH, Edge, leaf_hash


def add_entries(log: LogFolder, edge: Edge, entries: Sequence[bytes]) -> Edge:
    """The edge of the tree with some more entries, once all that it needs is on disk.

    What stands there already is written again, the same. The checkpoint is the caller's to write.
    """
    first = edge.size // WIDTH
    begun = log.entries(first, edge.size) if edge.size % WIDTH else []
    grown = edge.copy()
    full = grown.add([leaf_hash(entry) for entry in entries])
    log.write_tiles([*full, *grown.partial()])
    waiting = [*begun, *entries]
    log.write(
        (tile_path("entries", first + place // WIDTH, len(part)), bundled(part))
        for place in range(0, len(waiting), WIDTH)
        for part in [waiting[place : place + WIDTH]]
    )
    return grown
