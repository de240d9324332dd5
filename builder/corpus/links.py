"""Link near-duplicates: candidates by bands of their signatures, every pair checked.

Knows signatures and ranks (places in the order of the ids).  Refuses to know what becomes
of linked articles.  Locality-sensitive hashing as in Leskovec, Rajaraman and Ullman, Mining
of Massive Datasets, chapter 3: a pair of Jaccard similarity s agrees in one of b bands of r
rows with the probability 1 - (1 - s^r)^b.

One band is searched at a time: its keys and the ranks are packed into 64-bit numbers and
sorted, so that the articles of a bucket lie side by side, in the order of their ids.
"""

import numpy as np
import numpy.typing as npt

from builder.corpus.union import find_roots, flatten, unite

__all__ = ["Links", "Ranks", "Signatures"]

Ranks = npt.NDArray[np.int32]
Signatures = npt.NDArray[np.uint32]
Keys = npt.NDArray[np.uint64]

# Pairs compared at once: two times 1.8 MB of signatures, about the second cache.
_PAIRS = 4096

# Rows hashed at once.
_ROWS = 1 << 14

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


class Links:
    """Sets of ranks that verified pairs hold together, while they are being found.

    Attributes:
        parents: the sets, as `union` keeps them.
        firsts: the smallest rank with the same signature, for each rank.
        capped: buckets too large to compare every pair in.
        largest: articles in the largest bucket.
    """

    def __init__(self, signatures: Signatures, order: Ranks) -> None:
        """Start with every article alone; `order` gives the row of each rank."""
        self.signatures = signatures
        self.order = order
        self.parents: Ranks = np.arange(order.size, dtype=np.int32)
        self.firsts: Ranks = self.parents
        self.capped = 0
        self.largest = 0
        # Ranks by row, so that signatures are read in the order they lie in; -1 for a row
        # that is not searched.
        self._searched: Ranks = np.empty(order.size, dtype=np.int32)
        self._searched[order] = self.parents
        self._bits = np.uint64(max(1, int(order.size).bit_length()))

    @property
    def num_perm(self) -> int:
        """Return the number of places in a signature."""
        return int(self.signatures.shape[1])

    def count_agreeing(self, left: Ranks, right: Ranks) -> npt.NDArray[np.int64]:
        """Count the places at which the signatures of each pair agree."""
        counts = np.empty(left.size, dtype=np.int64)
        for first in range(0, left.size, _PAIRS):
            part = slice(first, first + _PAIRS)
            one = self.signatures[self.order[left[part]]]
            other = self.signatures[self.order[right[part]]]
            counts[part] = (one == other).sum(axis=1, dtype=np.uint16)
        return counts

    def link_identical(self) -> None:
        """Fold equal signatures, so that only the smallest id of each is searched further."""
        keys = self._sorted_keys(0, self.num_perm)
        near = np.flatnonzero(self._is_same_key(keys))
        left, right = self._ranks(keys[near]), self._ranks(keys[near + 1])
        equal = self.count_agreeing(left, right) == self.num_perm
        unite(self.parents, left[equal], right[equal])
        flatten(self.parents)
        self.firsts = self.parents.copy()
        is_first = self.firsts == np.arange(self.firsts.size, dtype=np.int32)
        self._searched[self.order[~is_first]] = -1

    def link_band(self, first: int, rows: int, enough: int, max_neighbours: int) -> None:
        """Unite the near-duplicates among articles that agree in a band.

        Args:
            first: first place of the band.
            rows: places in the band.
            enough: agreeing places from which a pair counts.
            max_neighbours: members of a bucket, next in rank, to compare each one with.
        """
        keys = self._sorted_keys(first, rows)
        members, ends = self._buckets(keys, max_neighbours)
        for distance in range(1, max_neighbours + 1):
            inside = members + distance < ends
            members, ends = members[inside], ends[inside]
            if not members.size:
                return
            left, right = self._ranks(keys[members]), self._ranks(keys[members + distance])
            apart = find_roots(self.parents, left) != find_roots(self.parents, right)
            left, right = left[apart], right[apart]
            similar = self.count_agreeing(left, right) >= enough
            unite(self.parents, left[similar], right[similar])

    def _sorted_keys(self, first: int, rows: int) -> Keys:
        """Return the hash of a band in the high bits over the rank in the low ones, sorted."""
        keys = np.empty(int(np.count_nonzero(self._searched >= 0)), dtype=np.uint64)
        done = 0
        for low in range(0, self._searched.size, _ROWS):
            ranks = self._searched[low : low + _ROWS]
            hashes = np.zeros(ranks.size, dtype=np.uint64)
            for place in range(first, first + rows):
                hashes += self.signatures[low : low + _ROWS, place]
                hashes *= _FACTOR
            found = ranks >= 0
            hashes, ranks = _mix(hashes[found]), ranks[found]
            part = keys[done : done + ranks.size]
            np.bitwise_or(hashes >> self._bits << self._bits, ranks.astype(np.uint64), out=part)
            done += ranks.size
        keys.sort()
        return keys

    def _is_same_key(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Tell which keys share their bucket with the next key."""
        differing = keys[1:] ^ keys[:-1]
        differing >>= self._bits
        same: npt.NDArray[np.bool_] = differing == 0
        return same

    def _ranks(self, keys: Keys) -> Ranks:
        """Return the ranks that keys hold."""
        return (keys & ((np.uint64(1) << self._bits) - np.uint64(1))).astype(np.int32)

    def _buckets(self, keys: Keys, max_neighbours: int) -> tuple[Ranks, Ranks]:
        """Find buckets of more than one component.

        Returns:
            Positions of their members in `keys`, less the last of each bucket, and for each
            position where its bucket ends.
        """
        members = np.flatnonzero(self._is_same_key(keys)).astype(np.int32)
        if not members.size:
            return members, members
        lasts = np.append(np.flatnonzero(np.diff(members) > 1), members.size - 1)
        sizes = np.diff(lasts, prepend=-1)
        self.largest = max(self.largest, int(sizes.max()) + 1)
        self.capped += int(np.count_nonzero(sizes > max_neighbours))
        # Most buckets hold one component that an earlier band has found.
        roots = find_roots(self.parents, self._ranks(keys[members]))
        is_apart = roots != find_roots(self.parents, self._ranks(keys[members + 1]))
        news = np.logical_or.reduceat(is_apart, np.append(0, lasts[:-1] + 1))
        is_new = np.repeat(news, sizes)
        return members[is_new], np.repeat(members[lasts] + 2, sizes)[is_new].astype(np.int32)


def _mix(values: Keys) -> Keys:
    """Spread 64 bits over 64 bits (the finaliser of SplitMix64), in place."""
    values ^= values >> np.uint64(30)
    values *= _MIX_1
    values ^= values >> np.uint64(27)
    values *= _MIX_2
    values ^= values >> np.uint64(31)
    return values
