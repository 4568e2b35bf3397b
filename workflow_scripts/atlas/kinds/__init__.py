"""Kinds of task. A kind is a module with these names; a task's entry says which kind it is of.

``EXAMPLES``     columns of a prepared example (pyarrow schema)
``PREDICTIONS``  columns of a prediction (pyarrow schema); `right` lies in [0, 1]
``prepare(published, meaning)``                             published columns -> examples
``encode(examples, tokenizer, reading, labels)``            examples -> features: model inputs and `about`
``decode(outputs, features, examples, reading, labels)``    model outputs -> one prediction per example

Kinds that are trained name their head in ``AUTO_CLASS`` and what `decode` wants of its output in ``OUTPUTS``;
the others read mean-pooled hidden states of an encoder as it stands. Some kinds have more names:

``TEXTS``                columns of an example that hold text in the tested language, for its fertility
``TABLES``               roles of a language's test tables, where one is not enough. `prepare` then gets a
                         dict of role -> published table, each whole, and heeds ``meaning["limit"]`` itself
``loss(model, batch)``   where transformers' model has no stock loss
``embed(model, inputs)`` instead of ``OUTPUTS``: input ids of shape (..., length) -> vectors (..., width);
                         `about` then is (side, number), and a side that all languages share is embedded once
"""

import importlib

IGNORED = -100  # label that the loss leaves out, by PyTorch's convention


def of(kind):
    """Module of a kind, by the name that the catalogue's schema allows."""
    return importlib.import_module(f"atlas.kinds.{kind}")


def read_texts(texts, tokenizer, max_tokens, others=None):
    """One feature per text, or per text and its other: model inputs, and `about` = number of the text.

    Inputs of more than `max_tokens` subwords lose their end, of pairs the longer text's.
    """
    encoded = tokenizer(texts, others, truncation=True, max_length=max_tokens)
    names = tokenizer.model_input_names
    return [{**{name: encoded[name][row] for name in names}, "about": row} for row in range(len(texts))]
