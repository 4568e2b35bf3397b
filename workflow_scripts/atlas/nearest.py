"""Nearest neighbours by cosine, in blocks, so that memory is bounded whatever the number of sentences."""

import numpy as np

_QUERIES, _CANDIDATES = 1024, 65536  # similarities held at a time: 256 MiB in 32-bit floats


def unit(vectors, centre=False):
    """Vectors (n, width) scaled to length 1; with `centre` their mean is subtracted first.

    Subtracting the mean of a language's sentences takes away what all of them share.
    """
    vectors = np.asarray(vectors)
    if centre:
        vectors = vectors - vectors.mean(axis=0)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def neighbours(queries, candidates, k):
    """The `k` candidates that are most similar to each query, the most similar first.

    Works on the accelerator where there is one.

    Parameters
    ----------
    queries, candidates : unit vectors of shape (n, width), (m, width)
    k : cut down to m if there are fewer candidates

    Returns
    -------
    similarities, numbers : arrays of shape (n, min(k, m))
    """
    import torch  # not where tables are prepared, which imports the kinds as well

    device = "cuda" if torch.cuda.is_available() else "cpu"
    queries, candidates = (torch.from_numpy(side.astype(np.float32)) for side in (queries, candidates))
    k = min(k, len(candidates))
    found = []
    for block in queries.split(_QUERIES):
        block, best, numbers, start = block.to(device), None, None, 0
        for others in candidates.split(_CANDIDATES):
            similarity = block @ others.to(device).T
            values, places = similarity.topk(min(k, len(others)), dim=1)
            places += start
            if best is not None:
                values, places = torch.cat((best, values), 1), torch.cat((numbers, places), 1)
                values, order = values.topk(min(k, values.shape[1]), dim=1)
                places = places.gather(1, order)
            best, numbers, start = values, places, start + len(others)
        found.append((best.cpu().numpy(), numbers.cpu().numpy()))
    return tuple(np.concatenate(side) for side in zip(*found, strict=True))
