"""Nearest neighbours, whatever the size of the blocks."""

import numpy as np
import pytest

from atlas import nearest


def _vectors(chance, n):
    return nearest.unit(chance.normal(size=(n, 8)))


@pytest.mark.parametrize(("queries", "candidates", "k"), [(7, 30, 4), (30, 7, 4), (5, 3, 4), (1, 1, 1)])
def test_blocks_find_what_one_matrix_finds(monkeypatch, queries, candidates, k):
    chance = np.random.default_rng(2)
    left, right = _vectors(chance, queries), _vectors(chance, candidates)
    monkeypatch.setattr(nearest, "_QUERIES", 3)
    monkeypatch.setattr(nearest, "_CANDIDATES", 4)
    similarity, numbers = nearest.neighbours(left, right, k)
    whole = left @ right.T
    expected = np.argsort(-whole, axis=1)[:, :k]
    np.testing.assert_array_equal(numbers, expected)
    np.testing.assert_allclose(similarity, np.take_along_axis(whole, expected, 1), atol=1e-6)


def test_unit_vectors_keep_their_direction_and_lose_the_mean():
    vectors = np.array([[3.0, 4.0], [0.0, 2.0]])
    np.testing.assert_allclose(nearest.unit(vectors), [[0.6, 0.8], [0, 1]])
    np.testing.assert_allclose(nearest.unit(vectors, centre=True).sum(axis=0), [0, 0], atol=1e-12)
