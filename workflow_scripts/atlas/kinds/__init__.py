"""Kinds of task. A kind is a module with these names; a task's entry says which kind it is of.

``EXAMPLES``     columns of a prepared example (pyarrow schema)
``PREDICTIONS``  columns of a prediction (pyarrow schema); `right` lies in [0, 1]
``prepare(published, meaning)``                             published columns -> examples
``encode(examples, tokenizer, reading, labels)``            examples -> features: model inputs and `about`
``decode(outputs, features, examples, reading, labels)``    model outputs -> one prediction per example

Kinds that are trained name their head in ``AUTO_CLASS`` and what `decode` wants of its output in ``OUTPUTS``.
"""

import importlib

IGNORED = -100  # label that the loss leaves out, by PyTorch's convention


def of(kind):
    """Module of a kind, by the name that the catalogue's schema allows."""
    return importlib.import_module(f"atlas.kinds.{kind}")
