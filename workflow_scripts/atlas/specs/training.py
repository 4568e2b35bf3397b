"""What training, prediction and scoring are told."""

from atlas import variants
from atlas.data import parts
from atlas.specs.entries import entry_of
from atlas.task_checks import UNTRAINED

# Of a recipe, what prediction needs to know.
_READING = ("max_tokens", "stride", "max_answer_tokens", "centre")
# Of a model's entry, how it is computed.
_ENGINE = (
    "precision",
    "attention",
    "tokens_per_batch",
    "gradient_checkpointing",
    "compile",
    "lora",
    "embeddings",
    "parallel",
)


def train_intermediate(study, model, intermediate, seed):
    """Recipe of one intermediate training, on one task or on all that a variant joins."""
    entry = entry_of(study, intermediate)
    if not variants.is_joint(entry):
        return _train(study, model, intermediate, "intermediate_tasks", seed)
    recipe = study.recipe(model, intermediate, "intermediate_tasks")
    recipes = {task: study.recipe(model, task, "intermediate_tasks") for task in entry.get("tasks", [])}
    return {
        "streams": [stream(task, entry_of(study, task), own) for task, own in recipes.items()],
        "sampling": entry["sampling"],
        "mlm": _masked_lm(entry["mlm"], recipe),
        "first": None,
        "recipe": optimisation(recipe),
        "seed": int(seed),
        **computing(study.models[model]),
    }


def _masked_lm(mlm, recipe):
    """Masked language modelling of a joint training; which text it reads is an input, not a setting."""
    if mlm is None:
        return None
    told = {key: value for key, value in mlm.items() if key != "text"}
    return {**told, "max_tokens": min(mlm["max_tokens"], recipe["max_tokens"])}


def train_target(study, model, intermediate, target, seed):
    """Recipe of one target training; which encoder it starts from is an input, not a setting."""
    return _train(study, model, target, "target_tasks", seed)


def _train(study, model, task, file, seed):
    """Spec of a training on one task; `atlas.engine.training` says what each part means."""
    recipe = study.recipe(model, task, file)
    entry = entry_of(study, task)
    return {
        "streams": [stream(task, entry, recipe)],
        "sampling": {"scheme": "proportional"},
        "mlm": None,
        "first": _first(study, model, entry["first"]) if "first" in entry else None,
        "recipe": optimisation(recipe),
        "seed": int(seed),
        **computing(study.models[model]),
    }


def _first(study, model, task):
    """Recipe of a phase before, on another task under the same head."""
    return {"recipe": optimisation(study.recipe(model, task, "intermediate_tasks"))}


def stream(name, entry, recipe):
    """One task of a training: its kind and head, and how its inputs are read."""
    return {
        "name": name,
        "kind": entry["kind"],
        "labels": entry.get("labels", []),
        "reading": {
            "no_answer": entry.get("no_answer", False),
            **{key: recipe[key] for key in _READING if key in recipe},
        },
    }


def optimisation(recipe):
    """Of a recipe, what is not about how the inputs are read."""
    return {key: value for key, value in recipe.items() if key not in _READING}


def computing(entry):
    """What a model's entry says of its training."""
    return {
        "pooling": entry.get("pooling", "first"),
        "freeze": entry.get("freeze", "nothing"),
        "engine": {key: entry[key] for key in _ENGINE if key in entry},
    }


def predict(study, model, intermediate, target, seed):
    """How a checkpoint reads test examples, and in which languages."""
    entry = entry_of(study, target)
    spec = {
        "kind": entry["kind"],
        "labels": entry.get("labels", []),
        "no_answer": entry.get("no_answer", False),
        "languages": list(entry["languages"]),
    }
    recipe = study.recipe(model, target, "target_tasks")
    spec["reading"] = {key: recipe[key] for key in _READING if key in recipe}
    if "precision" in study.models[model]:
        spec["precision"] = study.models[model]["precision"]
    if entry["kind"] in UNTRAINED:
        spec["reading"]["layer"] = study.models[model].get("retrieval_layer", "default")
    return spec


def score(study, model, intermediate, target, seed):
    """Which metrics, and what the languages are compared with."""
    entry = entry_of(study, target)
    return {
        "kind": entry["kind"],
        "metrics": entry["metrics"],
        "source_language": entry["source_language"],
        "split": parts.split(entry),
    }


def drop_target(study, model, intermediate, target, seed):
    """Nothing: weights are dropped whatever they were made with."""
    return {}


def drop_intermediate(study, model, intermediate, seed):
    """Nothing, as for targets."""
    return {}
