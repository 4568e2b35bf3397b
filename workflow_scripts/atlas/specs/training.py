"""What training, prediction and scoring are told."""

from atlas.specs.entries import entry_of

# Of a recipe, what prediction needs to know.
_READING = ("max_tokens", "stride", "max_answer_tokens", "centre")


def train_intermediate(study, model, intermediate, seed):
    """Recipe of one intermediate training."""
    return _train(study, model, intermediate, "intermediate_tasks", seed)


def train_target(study, model, intermediate, target, seed):
    """Recipe of one target training; which encoder it starts from is an input, not a setting."""
    return _train(study, model, target, "target_tasks", seed)


def _train(study, model, task, file, seed):
    entry = entry_of(study, task)
    return {
        "kind": entry["kind"],
        "labels": entry.get("labels", []),
        "no_answer": entry.get("no_answer", False),
        "recipe": study.recipe(model, task, file),
        "seed": int(seed),
        "pooling": study.models[model].get("pooling", "first"),
        "freeze": study.models[model].get("freeze", "nothing"),
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
    if entry["kind"] == "retrieval":
        spec["reading"]["layer"] = study.models[model].get("retrieval_layer", "default")
    return spec


def score(study, model, intermediate, target, seed):
    """Which metrics, and what the languages are compared with."""
    entry = entry_of(study, target)
    return {
        "kind": entry["kind"],
        "metrics": entry["metrics"],
        "source_language": entry["source_language"],
        "split": entry["test"]["split"],
    }
