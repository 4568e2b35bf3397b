# Input functions of what gathers files over the whole grid.


def all_scores(wildcards):
    """Score files of the grid."""
    return _there("scores/{model}/{intermediate}/{target}/seed-{seed}.json", STUDY.cells())


def parallel_predictions(wildcards):
    """Predictions of the targets whose tests are translations of each other."""
    path = "predictions/{model}/{intermediate}/{target}/seed-{seed}/manifest.json"
    return _there(path, STUDY.cells(STUDY.parallel_targets))


def all_models(wildcards):
    """Manifests of the pretrained models, which know the numbers of parameters."""
    return _there("sources/models/{model}/manifest.json", [{"model": model} for model in STUDY.models])


def all_test_sets(wildcards):
    """Manifests of the targets' prepared test examples."""
    cells = [{"target": target} for target in STUDY.target_tasks]
    return _there("prepared/target/{target}/test/manifest.json", cells)


def claimed_data(wildcards):
    """Manifests of the data that a published claim is about, as published and prepared."""
    tasks = [{"task": task} for task in specs.claimed_tasks(STUDY)]
    published = _there("sources/datasets/{task}/training/manifest.json", tasks)
    return published + _there("prepared/intermediate/{task}/manifest.json", tasks)


def _there(pattern, cells):
    """One path for each cell; of a partial study, those that are there; none of imported scores."""
    paths = [f"results/{STUDY.name}/{pattern.format(**cell)}" for cell in cells if not STUDY.imported]
    return [path for path in paths if os.path.exists(path)] if STUDY.partial else paths
