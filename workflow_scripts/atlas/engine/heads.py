"""Heads that transformers lacks: on mT5's encoder without its decoder, and EuroBERT's for spans and choices.

Importing this module registers them with the AutoModelFor... classes; running it
(``python -m atlas.engine.heads``) writes down which heads each architecture has, for the checks before any
job. mT5's stock classes for sentences and spans read the decoder too; here a model is an encoder, so they
are replaced.
"""

import json

import torch
from torch import nn
from transformers import (
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    EuroBertConfig,
    EuroBertModel,
    MT5Config,
    MT5EncoderModel,
)
from transformers.modeling_outputs import (
    MultipleChoiceModelOutput,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
)
from transformers.models.auto import modeling_auto as auto
from transformers.models.eurobert.modeling_eurobert import EuroBertPreTrainedModel
from transformers.models.mt5.modeling_mt5 import MT5PreTrainedModel

from atlas import architectures


class _Head:
    """An encoder, dropout and one linear layer."""

    def __init__(self, config):
        super().__init__(config)
        setattr(self, self.base_model_prefix, self.encoder_class(config))
        self.dropout = nn.Dropout(getattr(config, "classifier_dropout", 0.0))
        self.classifier = nn.Linear(config.hidden_size, self._outputs(config))
        self.post_init()

    def _outputs(self, config):
        return config.num_labels

    def _states(self, input_ids, attention_mask):
        encoded = self.base_model(input_ids=input_ids, attention_mask=attention_mask)
        return self.dropout(encoded.last_hidden_state)

    def _of_text(self, input_ids, attention_mask):
        """Outputs of the layer for whole texts, from the mean over tokens or from the first one."""
        states = self._states(input_ids, attention_mask)
        if self.config.classifier_pooling != "mean":
            return self.classifier(states[:, 0])
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return self.classifier((states * mask).sum(1) / mask.sum(1))


class _ForSequenceClassification(_Head):
    def forward(self, input_ids, attention_mask, labels=None, **kwargs):
        logits = self._of_text(input_ids, attention_mask)
        loss = None if labels is None else nn.functional.cross_entropy(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)


class _ForMultipleChoice(_Head):
    def _outputs(self, config):
        return 1

    def forward(self, input_ids, attention_mask, labels=None, **kwargs):
        length = input_ids.shape[-1]
        flat = self._of_text(input_ids.view(-1, length), attention_mask.view(-1, length))
        logits = flat.view(input_ids.shape[:-1])
        loss = None if labels is None else nn.functional.cross_entropy(logits, labels)
        return MultipleChoiceModelOutput(loss=loss, logits=logits)


class _ForQuestionAnswering(_Head):
    def _outputs(self, config):
        return 2

    def forward(self, input_ids, attention_mask, start_positions=None, end_positions=None, **kwargs):
        start, end = self.classifier(self._states(input_ids, attention_mask)).unbind(-1)
        loss = None
        if start_positions is not None:
            losses = [
                nn.functional.cross_entropy(logits, gold)
                for logits, gold in ((start, start_positions), (end, end_positions))
            ]
            loss = torch.stack(losses).mean()
        return QuestionAnsweringModelOutput(loss=loss, start_logits=start, end_logits=end)


class MT5EncoderForSequenceClassification(_ForSequenceClassification, MT5PreTrainedModel):
    """mT5's encoder with one label for a text."""

    encoder_class = MT5EncoderModel


class MT5EncoderForMultipleChoice(_ForMultipleChoice, MT5PreTrainedModel):
    """mT5's encoder with one score for each choice."""

    encoder_class = MT5EncoderModel


class MT5EncoderForQuestionAnswering(_ForQuestionAnswering, MT5PreTrainedModel):
    """mT5's encoder with the start and end of a span."""

    encoder_class = MT5EncoderModel


class EuroBertForMultipleChoice(_ForMultipleChoice, EuroBertPreTrainedModel):
    """EuroBERT with one score for each choice."""

    encoder_class = EuroBertModel


class EuroBertForQuestionAnswering(_ForQuestionAnswering, EuroBertPreTrainedModel):
    """EuroBERT with the start and end of a span."""

    encoder_class = EuroBertModel


OWN = (
    (AutoModelForSequenceClassification, MT5Config, MT5EncoderForSequenceClassification),
    (AutoModelForMultipleChoice, MT5Config, MT5EncoderForMultipleChoice),
    (AutoModelForQuestionAnswering, MT5Config, MT5EncoderForQuestionAnswering),
    (AutoModelForMultipleChoice, EuroBertConfig, EuroBertForMultipleChoice),
    (AutoModelForQuestionAnswering, EuroBertConfig, EuroBertForQuestionAnswering),
)
for _auto_class, _config, _model in OWN:
    _auto_class.register(_config, _model, exist_ok=True)


def measure():
    """Architecture -> classes that transformers and atlas.engine.heads have for it, for text encoders."""
    mappings = {
        architectures.MASKED_LM: auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
        "AutoModelForSequenceClassification": auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
        "AutoModelForMultipleChoice": auto.MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES,
        "AutoModelForTokenClassification": auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES,
        "AutoModelForQuestionAnswering": auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES,
    }
    found = {name: {h for h, names in mappings.items() if name in names} for name in _encoders()}
    for auto_class, config, _ in OWN:
        found[config.model_type].add(auto_class.__name__)
    return {name: sorted(names) for name, names in sorted(found.items()) if names}


def _encoders():
    """Encoders of text. mT5 is the one encoder-decoder of which the encoder alone has heads here."""
    return [*auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES, "mt5"]


if __name__ == "__main__":
    lines = (f"  {json.dumps(name)}: {json.dumps(names)}" for name, names in measure().items())
    architectures.TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
